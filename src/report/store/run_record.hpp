// What a run was to do and how it ended: `run.json` of a report folder. Reports show what has a
// result; only this file shows what has none.
#pragma once

#include "base/clock.hpp"
#include "suite/catalogue.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

namespace wsgauntlet::report {

/// How far a run came.
enum class RunState {
  running,      ///< also what a run leaves that was killed
  interrupted,  ///< ended before its time
  finished,
};

struct RunRecord {
  RunState state = RunState::running;
  bool server = false;  ///< a fuzzing server: clients decide what runs, and when it is over
  WallTime started;
  std::optional<WallTime> ended;
  std::vector<suite::CaseId> cases;  ///< those of this run, or of this part of it
  std::vector<std::string> agents;   ///< that must have results; may be empty
  /// Cases that are left out for an agent, of those that have results.
  std::map<std::string, std::set<suite::CaseId>> excluded;
  /// The run is one of several: how many there are, and which of them are here. 0: it is all.
  int shards = 0;
  std::set<int> present;
};

/// Writes run.json. Throws InputError.
void writeRunRecord(const std::filesystem::path& folder, const RunRecord& record);

/// Reads run.json; nothing when there is none, as in folders of the original. Throws InputError
/// with file, line and JSON pointer.
[[nodiscard]] std::optional<RunRecord> readRunRecord(const std::filesystem::path& folder);

/// The records of the parts of a run as one.
[[nodiscard]] RunRecord mergeRunRecords(std::span<const RunRecord> parts);

/// Why the run is not complete, as sentences without a full stop; none when it is.
[[nodiscard]] std::vector<std::string> unfinished(const RunRecord& record);

}  // namespace wsgauntlet::report
