// The cases that the program knows.
#pragma once

#include "suite/case_loader.hpp"
#include "suite/model.hpp"

#include <filesystem>
#include <string>
#include <vector>

namespace wsgauntlet::suite {

/// All cases of a run, in the order of their ids, each id once.
class Catalogue {
 public:
  /// Expands all files and numbers the cases of each suite from 1. Throws InputError with every
  /// problem of every file, ids that stand twice among them.
  explicit Catalogue(const std::vector<CaseFile>& files);
  /// The built-in cases, but for those of suites that run on request.
  static const Catalogue& builtIn();
  /// All built-in cases.
  static const Catalogue& everything();
  /// The cases of these suites; without a name, of all suites but those that run on request. They
  /// keep their numbers. Throws InputError when there is no such suite.
  [[nodiscard]] Catalogue of(const std::vector<std::string>& suites) const;
  /// The names of all suites, sorted.
  [[nodiscard]] std::vector<std::string> suites() const;

  [[nodiscard]] const std::vector<Case>& cases() const { return cases_; }
  /// Null when there is no such case.
  [[nodiscard]] const Case* find(const CaseId& id) const;

 private:
  Catalogue() = default;

  std::vector<Case> cases_;
};

/// The JSON files of a folder, recursively, in the order of their paths. The folders `schema`,
/// `data` and `coverage` of an export are passed over. Throws InputError when the folder cannot be
/// read or holds no case file.
[[nodiscard]] std::vector<CaseFile> readCaseFolder(const std::filesystem::path& folder);

}  // namespace wsgauntlet::suite
