// The gate on the console and as annotations of a CI job.
#pragma once

#include "gate/gate.hpp"

#include <cstddef>
#include <functional>
#include <string>

namespace wsgauntlet::gate {

/// The command that repeats one case against an agent, such as
/// `wsgauntlet fuzzingclient -w ws://127.0.0.1:9001 --cases 5.19`.
using RepeatCommand = std::function<std::string(const std::string& agent, const suite::CaseId&)>;

struct GateTextOptions {
  std::size_t mostFindings = 20;  ///< of each agent; how many were left out is said
  std::size_t columns = 100;      ///< where lines are broken; commands are not
  RepeatCommand repeat;           ///< not set: no command is shown
};

/// Per red finding the case, what was sent, what was expected, what came, and the command that
/// repeats it; then the verdict in one line. Nothing that a peer chose can control the terminal,
/// nor the CI system that reads it.
[[nodiscard]] std::string gateText(const Gate& gate, const GateTextOptions& options = {});
/// The last line of it, without its end: `Gate: failed, 2 unexpected failures, 5 of 7 cases fine
/// …`.
[[nodiscard]] std::string gateLine(const Gate& gate);

/// GitHub workflow commands, a line for each red finding: `::error title=…::…`. At most
/// `most` lines, since GitHub shows no more than ten of a step.
[[nodiscard]] std::string githubAnnotations(const Gate& gate, std::size_t most = 10);

/// One sentence on a finding: what happened and why it counts, in plain words.
[[nodiscard]] std::string findingSentence(const CaseJudgement& finding);
/// `FAILED / UNCLEAN`, or `no result`.
[[nodiscard]] std::string verdicts(const report::CaseRecord* record);

}  // namespace wsgauntlet::gate
