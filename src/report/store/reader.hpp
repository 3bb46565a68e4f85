// Reading report folders back: those of this program and those of the Autobahn Testsuite.
#pragma once

#include "play/result.hpp"
#include "report/records.hpp"
#include "report/store/stored_result.hpp"
#include "suite/catalogue.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace wsgauntlet::report {

/// A report folder as it lies on disk.
class StoredReports {
 public:
  /// Reads index.json. Nothing in it can lead out of the folder: a `reportfile` that is more than a
  /// name is refused. Throws InputError with file, line and JSON pointer.
  StoredReports(std::filesystem::path folder, const suite::Catalogue& catalogue);

  [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
  [[nodiscard]] const Records& records() const { return records_; }
  [[nodiscard]] const suite::Catalogue& catalogue() const { return *catalogue_; }

  /// Reads what the index does not hold and the records can: why a case did not pass, compression
  /// ratios and round trips. Only the files of the cases that have such are opened. Those that are
  /// missing or broken leave their record as it is, and are described in what is returned.
  std::vector<std::string> addDetails();
  /// The case of the catalogue, or, for one that the catalogue does not know, what its file says.
  [[nodiscard]] const suite::Case* findCase(const suite::CaseId& id);
  /// All cases with a result, in the order of their ids.
  [[nodiscard]] std::vector<const suite::Case*> cases();
  /// The result of a case. Throws InputError when its file is missing or broken.
  [[nodiscard]] StoredResult result(const CaseRecord& record) const;

 private:
  std::filesystem::path folder_;
  const suite::Catalogue* catalogue_;
  Records records_;
  std::map<suite::CaseId, std::unique_ptr<suite::Case>> foreignCases_;
};

}  // namespace wsgauntlet::report
