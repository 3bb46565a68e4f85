// Reading report folders back: those of this program and those of the Autobahn Testsuite.
#pragma once

#include "play/result.hpp"
#include "report/records.hpp"
#include "suite/catalogue.hpp"

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace wsgauntlet::report {

/// A result that was read from the JSON file of a case and from its times, if they are there. What
/// these files do not hold is missing: all but the start of long payloads.
struct StoredResult {
  /// The case as it was when it ran; null when it is that of the catalogue.
  std::unique_ptr<suite::Case> ownCase;
  play::Result result;
};

/// Reads the JSON file of a case. Throws InputError with file, line and JSON pointer.
[[nodiscard]] StoredResult readResult(const std::filesystem::path& file,
                                      const suite::Catalogue& catalogue);
/// The same for a text; `name` stands in the places of problems.
[[nodiscard]] StoredResult parseResult(const std::string& name, const std::string& text,
                                       const suite::Catalogue& catalogue);

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

/// The content of a file of a report folder, which must be a regular file: a link could lead
/// anywhere. Throws InputError.
[[nodiscard]] std::string readReportFile(const std::filesystem::path& folder,
                                         const std::string& name);
/// True for the name of a JSON file that lies in the folder itself.
[[nodiscard]] bool isReportName(std::string_view name);
/// The JSON files of cases (`*_case_*.json`) that were written after `index.json`, or all of them
/// when there is none: what a run that was interrupted has left.
[[nodiscard]] std::vector<std::string> unlistedFiles(const std::filesystem::path& folder);

/// Words of reports to what they mean; nothing for other words.
[[nodiscard]] std::optional<play::Behavior> behaviorOf(std::string_view word);
[[nodiscard]] std::optional<play::BehaviorClose> behaviorCloseOf(std::string_view word);

}  // namespace wsgauntlet::report
