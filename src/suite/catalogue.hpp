// The cases that the program knows: loading, looking up, selecting.
#pragma once

#include "suite/model.hpp"

#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgauntlet::suite {

/// A file of cases: its path as it is shown in messages, and its text.
struct CaseFile {
  std::string path;
  std::string text;
};

/// The case files that are built into the program, in the order of their paths.
[[nodiscard]] const std::vector<CaseFile>& embeddedCaseFiles();
/// A corpus that is built into the program (`cases/data`), by name; throws InputError with the
/// names that exist when there is none such.
[[nodiscard]] OctetView embeddedCorpus(std::string_view name);
/// The names that `embeddedCorpus` knows.
[[nodiscard]] const std::vector<std::string>& embeddedCorpusNames();
/// Writes the files that are built in to a folder, which is made when it is missing, and returns
/// their paths. Throws InputError, before anything is written, when a file is there already with
/// other content, and when the system refuses.
std::vector<std::filesystem::path> exportEmbeddedFiles(const std::filesystem::path& folder);

/// Reads and expands one file of cases (docs/cases.md). Adds all that is wrong to `problems`, in
/// the order of the lines; cases without fault are returned all the same, in the order of the file.
/// Their `number` is 0: it is known when all files are.
[[nodiscard]] std::vector<Case> loadCases(const CaseFile& file, std::vector<Problem>& problems);

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

// ---- selection (the patterns of spec files)
// --------------------------------------------------------

/// The cases that `include` selects and `exclude` does not, in the order of their ids. A pattern
/// with `*` matches ids from their start on, `*` standing for anything (`1*` selects 1.x and 10.x);
/// beside `*` it may use other characters of regular expressions (`[12].1.1*`). Without `*` it is
/// an id. A pattern that matches nothing is no error, and in `exclude` any text is harmless. Throws
/// InputError for every included id that does not exist or is no id, and for included regular
/// expressions that are none, with `where` as the place of `include` (the index is appended to its
/// pointer).
[[nodiscard]] std::vector<const Case*> select(const Catalogue& catalogue,
                                              const std::vector<std::string>& include,
                                              const std::vector<std::string>& exclude,
                                              const Place& where = {});

/// True when `text` matches a pattern that is anchored at both ends, `*` standing for anything:
/// the patterns of `exclude-agent-cases`, for agents and for cases. Other characters stand for
/// themselves or for what they mean in a regular expression, whichever matches.
[[nodiscard]] bool matchesWhole(std::string_view pattern, std::string_view text);

}  // namespace wsgauntlet::suite
