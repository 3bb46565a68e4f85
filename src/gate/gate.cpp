#include "gate/gate.hpp"

#include "base/text.hpp"
#include "gate/expectations_update.hpp"
#include "suite/catalogue.hpp"

#include <algorithm>
#include <numeric>
#include <set>

#include <fmt/format.h>

namespace wsgauntlet::gate {
namespace {

struct Words {
  Judgement judgement;
  std::string_view word;
  std::string_view name;
  bool red;
};
constexpr std::array<Words, kJudgements> kWords = {{
    {Judgement::passed, "passed", "passed", false},
    {Judgement::better, "better", "better than the baseline", false},
    {Judgement::expected, "expected", "expected failure", false},
    {Judgement::known, "known", "known failure of the baseline", false},
    {Judgement::unexpected, "unexpected", "unexpected failure", true},
    {Judgement::changed, "changed", "other failure than expected", true},
    {Judgement::regression, "regression", "regression", true},
    {Judgement::stale, "stale", "stale expectation", true},
    {Judgement::missing, "missing", "missing result", false},
}};

const Words& wordsOf(Judgement judgement) {
  return kWords[static_cast<std::size_t>(judgement)];
}

/// Judges the cases of one agent.
class Judge {
 public:
  Judge(const GateInput& input, const std::string& agent, std::set<const Expectation*>& used)
      : input_(input), agent_(agent), used_(used) {
    const auto found = input.records.find(agent);
    if (found != input.records.end()) results_ = &found->second;
    if (input.baseline != nullptr) {
      baseline_ = counterpart(*input.baseline, input.records, agent);
    }
  }

  AgentJudgement run() {
    AgentJudgement out;
    out.agent = agent_;
    for (const suite::Case* testCase : input_.cases) {
      if (input_.excluded && input_.excluded(agent_, testCase->id)) continue;
      out.cases.push_back(judge(*testCase));
    }
    return out;
  }

 private:
  CaseJudgement judge(const suite::Case& testCase) {
    CaseJudgement out;
    out.testCase = &testCase;
    out.record = results_ != nullptr ? report::find(*results_, testCase.id) : nullptr;
    out.before = baseline_ != nullptr ? report::find(*baseline_, testCase.id) : nullptr;
    const auto entries = input_.expectations != nullptr
                             ? input_.expectations->of(agent_, testCase.id)
                             : std::vector<const Expectation*>();
    used_.insert(entries.begin(), entries.end());
    if (out.record == nullptr) {
      out.judgement = Judgement::missing;
    } else if (input_.policy.fails(testCase.id, *out.record)) {
      judgeFailure(out, entries);
    } else {
      judgePass(out, entries);
    }
    return out;
  }

  static void judgeFailure(CaseJudgement& out, const std::vector<const Expectation*>& entries) {
    const auto agreeing =
        std::find_if(entries.begin(), entries.end(),
                     [&out](const Expectation* entry) { return entry->agrees(*out.record); });
    if (agreeing != entries.end()) {
      out.judgement = Judgement::expected;
      out.expectation = *agreeing;
    } else if (!entries.empty()) {
      out.judgement = Judgement::changed;
      out.expectation = entries.front();
    } else if (out.before == nullptr) {
      out.judgement = Judgement::unexpected;
    } else {
      const bool isWorse = trend(*out.before, *out.record) == Trend::worse;
      out.judgement = isWorse ? Judgement::regression : Judgement::known;
    }
  }

  static void judgePass(CaseJudgement& out, const std::vector<const Expectation*>& entries) {
    const bool mayPass = std::any_of(entries.begin(), entries.end(),
                                     [](const Expectation* entry) { return entry->sometimes; });
    if (!entries.empty() && !mayPass) {
      out.judgement = Judgement::stale;
      out.expectation = entries.front();
    } else if (out.before != nullptr) {
      const Trend change = trend(*out.before, *out.record);
      if (change == Trend::worse) out.judgement = Judgement::regression;
      if (change == Trend::better) out.judgement = Judgement::better;
    }
  }

  const GateInput& input_;
  const std::string& agent_;
  std::set<const Expectation*>& used_;
  const report::AgentRecords* results_ = nullptr;
  const report::AgentRecords* baseline_ = nullptr;
};

/// The agents of the run, or those that were asked for.
std::vector<std::string> agentsOf(const GateInput& input) {
  if (!input.agents.empty()) return input.agents;
  std::vector<std::string> agents;
  for (const auto& [agent, results] : input.records) agents.push_back(agent);
  return agents;
}

GateStatus statusOf(const Gate& gate, bool unfinished) {
  const JudgementTally tally = gate.tally();
  if (tally.red() > 0) return GateStatus::failed;
  if (unfinished) return GateStatus::incomplete;
  const std::size_t missing = tally.of(Judgement::missing);
  const bool nothing = tally.all() == missing;
  const bool agentWithout =
      std::any_of(gate.agents.begin(), gate.agents.end(), [](const AgentJudgement& agent) {
        return !agent.cases.empty() && agent.tally().all() == agent.tally().of(Judgement::missing);
      });
  if (nothing || agentWithout) return GateStatus::incomplete;
  return missing > 0 && !gate.missingAllowed ? GateStatus::incomplete : GateStatus::passed;
}

/// A file of expectations may name more than a short run covers, so these are only notes.
void noteUnused(Gate& gate, const GateInput& input, const std::set<const Expectation*>& used) {
  if (input.expectations == nullptr) return;
  for (const auto& [agent, entries] : input.expectations->agents) {
    for (const Expectation& entry : entries) {
      if (used.contains(&entry)) continue;
      gate.notes.push_back(
          fmt::format("{}:{}: the entry for {} of {} fits no case of this run",
                      terminalText(entry.place.file), entry.place.line,
                      shortened(terminalText(fmt::format("{}", fmt::join(entry.cases, ", "))), 60),
                      agent.empty() ? "the agent without a name" : terminalText(agent)));
    }
  }
}

void noteOtherAgents(Gate& gate, const GateInput& input) {
  if (input.baseline == nullptr) return;
  for (const AgentJudgement& agent : gate.agents) {
    if (counterpart(*input.baseline, input.records, agent.agent) != nullptr) continue;
    gate.notes.push_back(fmt::format("the baseline has no agent {}", terminalText(agent.agent)));
  }
}

}  // namespace

std::string_view name(Judgement judgement) {
  return wordsOf(judgement).name;
}

std::string_view word(Judgement judgement) {
  return wordsOf(judgement).word;
}

bool isRed(Judgement judgement) {
  return wordsOf(judgement).red;
}

std::size_t JudgementTally::all() const {
  return std::accumulate(counts.begin(), counts.end(), std::size_t{0});
}

std::size_t JudgementTally::red() const {
  std::size_t count = 0;
  for (const Words& words : kWords) count += words.red ? of(words.judgement) : 0;
  return count;
}

JudgementTally AgentJudgement::tally() const {
  JudgementTally tally;
  for (const CaseJudgement& one : cases) tally.add(one.judgement);
  return tally;
}

JudgementTally Gate::tally() const {
  JudgementTally tally;
  for (const AgentJudgement& agent : agents) {
    for (const CaseJudgement& one : agent.cases) tally.add(one.judgement);
  }
  return tally;
}

Gate evaluate(const GateInput& input) {
  Gate gate;
  gate.policy = input.policy.rules();
  gate.missingAllowed = input.missingAllowed;
  std::set<const Expectation*> used;
  for (const std::string& agent : agentsOf(input)) {
    gate.agents.push_back(Judge(input, agent, used).run());
  }
  noteUnused(gate, input, used);
  noteOtherAgents(gate, input);
  gate.notes.insert(gate.notes.end(), input.unfinished.begin(), input.unfinished.end());
  gate.status = statusOf(gate, !input.unfinished.empty());
  return gate;
}

Expectations updatedExpectations(const Gate& gate, const GateInput& input,
                                 const std::string& reason) {
  std::vector<NewExpectation> results;
  for (const AgentJudgement& agent : gate.agents) {
    for (const CaseJudgement& one : agent.cases) {
      if (one.record == nullptr) continue;
      const bool fails = input.policy.fails(one.testCase->id, *one.record);
      results.push_back({agent.agent, one.testCase->id, fails ? one.record : nullptr});
    }
  }
  const Expectations none;
  return updateExpectations(input.expectations != nullptr ? *input.expectations : none, results,
                            reason);
}

}  // namespace wsgauntlet::gate
