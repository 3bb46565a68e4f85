// What a run does once its last case is over, the same for both roles.
#pragma once

#include "gate/gate_run.hpp"
#include "report/store/folder.hpp"
#include "report/store/run_file.hpp"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace wsgauntlet::gate {

/// How a run ended, apart from its results.
struct RunEnd {
  std::string interrupted;  ///< why it ended before its time, as a sentence; empty: it did not
  std::string failFast;     ///< why `--fail-fast` has ended it; empty: it has not
  std::size_t missing = 0;  ///< cases without a result that should have one
  /// Cases in doubt that were not repeated, because the run or the server ended before.
  std::vector<suite::CaseId> unrepeated;
  std::size_t unwritten = 0;  ///< results that could not be written
  bool hasIndex = true;       ///< index.html and index.json could be written
};

/// What else the end of a run depends on.
struct RunEndSettings {
  GateSettings gate;
  bool gates = false;          ///< a gate decides
  bool verdictsCount = false;  ///< without a gate, failures and missing results are a bad end
};

/// Receives what is to be said at the end of a run.
struct RunEndOutput {
  Print print;                                    ///< standard output
  std::function<void(const std::string&)> error;  ///< a line of standard error
};

/// How many results are missing: for each agent that has some, of `cases` without those that it
/// does not run. Without any agent, all.
[[nodiscard]] std::size_t missingResults(const report::Records& records,
                                         std::span<const suite::Case* const> cases,
                                         const report::ExcludesCase& excluded);

/// Finishes run.json, prints the summary and what is wrong with the run itself, and runs the gate.
/// The status is `passed` only when all was written. Throws InputError when a file of the gate
/// cannot be read or written.
[[nodiscard]] GateStatus endRun(const RunEndSettings& settings, const RunEnd& end, JudgedRun run,
                                report::RunFile& runFile, const RunEndOutput& output);

}  // namespace wsgauntlet::gate
