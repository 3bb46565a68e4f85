// The folder of reports: which files there are, and when they are written.
#pragma once

#include "base/clock.hpp"
#include "play/result.hpp"
#include "report/pages/case_page.hpp"
#include "report/records.hpp"
#include "suite/catalogue.hpp"

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::report {

/// An agent as a part of a file name: trimmed, lower case, everything but a to z and 0 to 9 becomes
/// `_`. May be empty. `AutobahnPython/0.10.9` gives `autobahnpython_0_10_9`.
[[nodiscard]] std::string cleanAgent(std::string_view agent);

/// Writes reports as cases end and remembers only what the index needs. Each file appears whole or
/// not at all, so a run can be interrupted at any time. May be used from several threads. The cases
/// of the results outlive the folder, as those of a catalogue do.
class Folder {
 public:
  /// Creates the folder and those above it. Throws InputError with the reason of the system when
  /// it cannot be created or written to.
  explicit Folder(std::filesystem::path path);

  /// Takes over the results that the folder holds, so that a run can go on and its index lists
  /// them: those of index.json, and those of case files that were written after it. Files that
  /// cannot be read count as missing. Returns the number of results. Throws InputError when
  /// index.json is broken.
  std::size_t load(const suite::Catalogue& catalogue);

  /// Writes `<agent>_case_<id>.json` and `.html`, and the sidecar. A later result of the same agent
  /// and case takes the place of the earlier one. `neighbours` are the cases that the page links
  /// to. Throws InputError when a file cannot be written.
  void write(const play::Result& result, const Neighbours& neighbours = {});
  /// Writes index.html and index.json for all results so far. `cases` are listed even without a
  /// result, and so is every case that has one.
  void writeIndex(std::span<const suite::Case* const> cases, WallTime now);

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }
  /// All results so far.
  [[nodiscard]] Records records() const;
  /// One of them, or nothing.
  [[nodiscard]] std::optional<CaseRecord> record(const std::string& agent,
                                                 const suite::CaseId& id) const;

 private:
  std::string stem(const std::string& agent);
  void loadUnlisted(const std::string& name, const suite::Catalogue& catalogue);
  const suite::Case& own(const suite::Case& testCase);
  void keep(const std::string& agent, const suite::Case& testCase, CaseRecord record);

  std::filesystem::path path_;
  mutable std::mutex mutex_;
  Records records_;
  std::map<suite::CaseId, const suite::Case*> cases_;   ///< those with a result
  std::vector<std::unique_ptr<suite::Case>> ownCases_;  ///< those that the catalogue lacks
  std::map<std::string, std::string> stems_;            ///< start of the file names, by agent
  std::set<std::string> takenStems_;
};

}  // namespace wsgauntlet::report
