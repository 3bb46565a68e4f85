#include "gate/gate.hpp"

#include "gate/comparison_text.hpp"
#include "gate/gate_text.hpp"
#include "gated_run.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::gate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// `3.2 expected`, … of one agent.
std::vector<std::string> judgements(const Gate& gate, const std::string& agent = "good/1.0") {
  std::vector<std::string> out;
  for (const AgentJudgement& one : gate.agents) {
    if (one.agent != agent) continue;
    for (const CaseJudgement& finding : one.cases) {
      out.push_back(finding.testCase->id.str() + " " + std::string(word(finding.judgement)));
    }
  }
  return out;
}

TEST(Gate, JudgesByThePolicy) {
  const GatedRun run;
  const Gate gate = evaluate(run.input());
  EXPECT_THAT(judgements(gate), ElementsAre("1.1.1 passed", "2.1 passed", "3.2 unexpected",
                                            "5.19 unexpected", "12.1.1 passed"));
  EXPECT_THAT(judgements(gate, run.hostileAgent()),
              ElementsAre("1.1.1 unexpected", "2.1 missing", "3.2 missing", "5.19 missing",
                          "12.1.1 missing"));
  EXPECT_EQ(gate.status, GateStatus::failed);
  EXPECT_THAT(judgements(evaluate(run.input({"strict", "3.2=never"}))),
              ElementsAre("1.1.1 passed", "2.1 passed", "3.2 passed", "5.19 unexpected",
                          "12.1.1 unexpected"));
}

TEST(Gate, MissingResultsMakeARunIncomplete) {
  const GatedRun run;
  GateInput input = run.input({"never"});
  EXPECT_EQ(evaluate(input).status, GateStatus::incomplete);
  input.missingAllowed = true;
  EXPECT_EQ(evaluate(input).status, GateStatus::passed);
  input.missingAllowed = false;
  input.excluded = [&run](const std::string& agent, const suite::CaseId& id) {
    return agent == run.hostileAgent() && id.parts().front() != 1;
  };
  EXPECT_EQ(evaluate(input).status, GateStatus::passed);
}

TEST(Gate, ARunWithoutResultsIsNeverGreen) {
  const GatedRun run;
  const report::Records none;
  GateInput input{none, run.cases, Policy::parse({"never"}), nullptr, nullptr, {}, {}, true};
  EXPECT_EQ(evaluate(input).status, GateStatus::incomplete);
  input.agents = {"good/1.0"};
  EXPECT_EQ(evaluate(input).status, GateStatus::incomplete);
  GateInput noCases{run.records, {}, Policy::parse({"never"}), nullptr, nullptr, {}, {}, true};
  EXPECT_EQ(evaluate(noCases).status, GateStatus::incomplete);
}

TEST(Gate, AnAgentThatWasAskedForMustBeThere) {
  const GatedRun run;
  GateInput input = run.input({"never"});
  input.missingAllowed = true;
  input.agents = {"good/1.0"};
  EXPECT_EQ(evaluate(input).status, GateStatus::passed);
  input.agents.emplace_back("absent");
  EXPECT_EQ(evaluate(input).status, GateStatus::incomplete);
}

TEST(Gate, ExpectedFailuresAreGreenAndOldExpectationsAreRed) {
  const GatedRun run;
  GateInput input = run.input();
  input.expectations = &run.expectations;
  input.agents = {"good/1.0"};
  const Gate gate = evaluate(input);
  EXPECT_THAT(judgements(gate), ElementsAre("1.1.1 passed", "2.1 stale", "3.2 expected",
                                            "5.19 unexpected", "12.1.1 passed"));
  EXPECT_EQ(gate.status, GateStatus::failed);
  EXPECT_EQ(gate.agents[0].cases[1].expectation->place.line, 6);

  const Expectations updated = updatedExpectations(gate, input, "new");
  input.expectations = &updated;
  EXPECT_EQ(evaluate(input).status, GateStatus::passed);
}

TEST(Gate, AnotherFailureThanTheKnownOneIsRed) {
  const GatedRun run;
  const Expectations known = parseExpectations("known.json", R"({"format": 1, "agents": {"*": [
        {"cases": "3.2", "reason": "r", "behaviorClose": "WRONG CODE"},
        {"cases": "5.19", "reason": "r", "sometimes": true},
        {"cases": "2.1", "reason": "r", "sometimes": true},
        {"cases": "99.1", "reason": "r"}]}})");
  GateInput input = run.input();
  input.expectations = &known;
  input.agents = {"good/1.0"};
  const Gate gate = evaluate(input);
  EXPECT_THAT(judgements(gate), ElementsAre("1.1.1 passed", "2.1 passed", "3.2 changed",
                                            "5.19 expected", "12.1.1 passed"));
  EXPECT_THAT(gate.notes,
              ElementsAre("known.json:5: the entry for 99.1 of * fits no case of this run"));
}

TEST(Gate, ABaselineAllowsWhatItHasAndNothingWorse) {
  const GatedRun run;
  report::Records baseline = run.records;
  auto& good = baseline.at("good/1.0");
  good.at(run.cases[0]->id).behavior = play::Behavior::failed;     // 1.1.1 is better now
  good.at(run.cases[2]->id).behavior = play::Behavior::ok;         // 3.2 failed by itself
  good.at(run.cases[4]->id).behavior = play::Behavior::nonStrict;  // 12.1.1 was there
  GateInput input = run.input();
  input.baseline = &baseline;
  const Gate gate = evaluate(input);
  EXPECT_THAT(judgements(gate), ElementsAre("1.1.1 better", "2.1 passed", "3.2 regression",
                                            "5.19 known", "12.1.1 regression"));
}

TEST(Gate, ASingleAgentMayChangeItsName) {
  GatedRun run;
  run.records.erase(run.hostileAgent());
  const report::Records baseline = {{"good/0.9", run.records.at("good/1.0")}};
  GateInput input = run.input();
  input.baseline = &baseline;
  EXPECT_EQ(evaluate(input).status, GateStatus::passed);
  const report::Records two = {{"good/0.9", baseline.at("good/0.9")}, {"b", {}}};
  input.baseline = &two;
  const Gate gate = evaluate(input);
  EXPECT_EQ(gate.status, GateStatus::failed);
  EXPECT_THAT(gate.notes, ElementsAre("the baseline has no agent good/1.0"));
}

TEST(Trend, BehaviorAndClosingBothCount) {
  const auto record = [](play::Behavior behavior, play::BehaviorClose close) {
    report::CaseRecord out;
    out.behavior = behavior;
    out.behaviorClose = close;
    return out;
  };
  using B = play::Behavior;
  using C = play::BehaviorClose;
  EXPECT_EQ(trend(record(B::ok, C::ok), record(B::informational, C::informational)), Trend::same);
  EXPECT_EQ(trend(record(B::failed, C::ok), record(B::ok, C::wrongCode)), Trend::worse);
  EXPECT_EQ(trend(record(B::failed, C::unclean), record(B::ok, C::wrongCode)), Trend::better);
  EXPECT_EQ(trend(record(B::ok, C::ok), record(B::nonStrict, C::ok)), Trend::worse);
}

TEST(Comparison, ListsWhatChangedByAgent) {
  const GatedRun run;
  report::Records before = run.records;
  before["old"] = before.at("good/1.0");
  auto& good = before.at("good/1.0");
  good.at(run.cases[0]->id).behavior = play::Behavior::failed;
  good.at(run.cases[2]->id).behavior = play::Behavior::ok;
  good.erase(run.cases[3]->id);
  report::Records after = run.records;
  after.at("good/1.0").erase(run.cases[1]->id);
  const auto changes = compare(before, after);
  ASSERT_EQ(changes.size(), 3U);
  EXPECT_FALSE(changes[2].isThere);
  const std::string text = formatChanges(changes, DiffFormat::console);
  EXPECT_THAT(text, HasSubstr("good/1.0: 1 the same, 1 worse, 1 better, 1 new, 1 gone\n"
                              "  worse       3.2      OK / FAILED → FAILED / FAILED"));
  EXPECT_THAT(text, HasSubstr("old (gone): 0 the same, 5 gone\n"));
  for (const auto& [format, hostileText] :
       {std::pair(DiffFormat::console, "\x1b"), std::pair(DiffFormat::markdown, "<script"),
        std::pair(DiffFormat::html, "<script>alert")}) {
    EXPECT_THAT(formatChanges(changes, format), ::testing::Not(HasSubstr(hostileText)));
  }
}

}  // namespace
}  // namespace wsgauntlet::gate
