#include "gate/run_end.hpp"

#include "base/error.hpp"
#include "gate/console.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::gate {
namespace {

std::string describeUnrepeated(const std::vector<suite::CaseId>& ids) {
  constexpr std::size_t kMaxNamed = 20;
  std::string names;
  for (std::size_t i = 0; i < ids.size() && i < kMaxNamed; ++i) {
    names += (i == 0 ? "" : ", ") + ids[i].str();
  }
  if (ids.size() > kMaxNamed) names += fmt::format(" and {} more", ids.size() - kMaxNamed);
  return fmt::format("not confirmed, since the run ended before their repetition: {}", names);
}

/// What is wrong with the run itself.
std::vector<std::string> shortcomings(const RunEnd& end) {
  std::vector<std::string> out;
  if (!end.interrupted.empty()) out.push_back(end.interrupted);
  if (!end.failFast.empty()) {
    out.push_back(fmt::format("{}; {} cases have no result", end.failFast, end.missing));
  }
  if (!end.unrepeated.empty()) out.push_back(describeUnrepeated(end.unrepeated));
  if (end.unwritten > 0) {
    out.push_back(fmt::format(
        "{} results could not be written, as reported above; with --resume these cases run again",
        end.unwritten));
  }
  return out;
}

/// The same for the gate, which looks for missing results itself.
std::vector<std::string> whyUnfinished(const RunEnd& end) {
  std::vector<std::string> out;
  if (!end.interrupted.empty()) out.emplace_back("the run was interrupted");
  if (!end.failFast.empty()) out.push_back(end.failFast);
  if (!end.unrepeated.empty()) out.push_back(describeUnrepeated(end.unrepeated));
  return out;
}

/// The verdict of a run without a gate.
GateStatus plainStatus(const report::Records& records, const RunEnd& end) {
  for (const auto& [agent, results] : records) {
    const auto fails = [](const auto& entry) { return report::isFailure(entry.second); };
    if (std::any_of(results.begin(), results.end(), fails)) return GateStatus::failed;
  }
  const bool isComplete = end.missing == 0 && end.unrepeated.empty() && !records.empty();
  return isComplete ? GateStatus::passed : GateStatus::incomplete;
}

bool finishRecord(const RunEnd& end, const JudgedRun& run, report::RunFile& runFile,
                  const RunEndOutput& output) {
  const bool isWritten = end.hasIndex && end.unwritten == 0;
  try {
    runFile.end(end.interrupted.empty() && end.failFast.empty() && isWritten, run.records,
                run.excluded);
    return isWritten;
  } catch (const InputError& error) {
    output.error(error.what());
    return false;
  }
}

}  // namespace

std::size_t missingResults(const report::Records& records,
                           std::span<const suite::Case* const> cases,
                           const report::ExcludesCase& excluded) {
  std::size_t missing = records.empty() ? cases.size() : 0;
  for (const auto& [agent, results] : records) {
    for (const suite::Case* one : cases) {
      if (!results.contains(one->id) && !excluded(agent, one->id)) ++missing;
    }
  }
  return missing;
}

GateStatus endRun(const RunEndSettings& settings, const RunEnd& end, JudgedRun run,
                  report::RunFile& runFile, const RunEndOutput& output) {
  const bool isWritten = finishRecord(end, run, runFile, output);
  output.print(summary(run.records, run.cases));
  output.print(whereReportsAre(run.folder));
  for (const std::string& sentence : shortcomings(end)) output.error(sentence);

  GateStatus status = GateStatus::passed;
  if (settings.gates) {
    run.unfinished = whyUnfinished(end);
    status = runGate(settings.gate, run, output.print);
  } else if (settings.verdictsCount) {
    status = plainStatus(run.records, end);
  }
  if (!end.interrupted.empty() && (settings.gates || settings.verdictsCount)) {
    return GateStatus::incomplete;
  }
  return !isWritten && status == GateStatus::passed ? GateStatus::incomplete : status;
}

}  // namespace wsgauntlet::gate
