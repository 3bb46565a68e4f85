#include "gate/run_end.hpp"

#include "base/error.hpp"
#include "gated_run.hpp"
#include "suite/catalogue.hpp"
#include "temp_folder.hpp"

#include <filesystem>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::gate {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class RunEndTest : public report::TempFolder {
 protected:
  RunEndTest() : catalogue_(suite::Catalogue::builtIn()) {}

  /// Ends a run whose results are those of `records`.
  GateStatus endWith(const report::Records& records, const RunEnd& end,
                     const RunEndSettings& settings) {
    report::RunFile file(root_, {});
    printed_.clear();
    errors_.clear();
    JudgedRun judged{catalogue_, records, run_.cases, root_.string(), {}, {}, runsAll()};
    return endRun(settings, end, std::move(judged), file,
                  {[this](std::string_view text) { printed_ += text; },
                   [this](const std::string& line) { errors_.push_back(line); }});
  }

  [[nodiscard]] static report::ExcludesCase runsAll() {
    return [](const std::string&, const suite::CaseId&) { return false; };
  }
  [[nodiscard]] report::RunState state() const { return report::readRunRecord(root_)->state; }
  /// Only results that pass.
  [[nodiscard]] report::Records passing() const {
    return {{"good/1.0", {*run_.records.at("good/1.0").find(run_.cases[0]->id)}}};
  }

  const suite::Catalogue& catalogue_;
  GatedRun run_;
  std::string printed_;
  std::vector<std::string> errors_;
};

RunEndSettings verdictsCount() {
  RunEndSettings settings;
  settings.verdictsCount = true;
  return settings;
}

TEST_F(RunEndTest, FailuresCountOnlyWhereTheyAreAskedFor) {
  EXPECT_EQ(endWith(run_.records, {}, {}), GateStatus::passed);
  EXPECT_EQ(endWith(run_.records, {}, verdictsCount()), GateStatus::failed);
  EXPECT_EQ(endWith(passing(), {}, verdictsCount()), GateStatus::passed);
  EXPECT_THAT(printed_, HasSubstr("good/1.0"));
  EXPECT_THAT(printed_, HasSubstr("index.html\n"));
  EXPECT_THAT(errors_, IsEmpty());
  EXPECT_EQ(state(), report::RunState::finished);
}

TEST_F(RunEndTest, WhatIsMissingMakesARunIncomplete) {
  RunEnd end;
  end.missing = 3;
  EXPECT_EQ(endWith(passing(), end, verdictsCount()), GateStatus::incomplete);
  EXPECT_EQ(endWith({}, {}, verdictsCount()), GateStatus::incomplete);
  end.missing = 0;
  end.unrepeated = {run_.cases[0]->id, run_.cases[1]->id};
  EXPECT_EQ(endWith(passing(), end, verdictsCount()), GateStatus::incomplete);
  EXPECT_THAT(errors_, ElementsAre("not confirmed, since the run ended before their repetition: " +
                                   run_.cases[0]->id.str() + ", " + run_.cases[1]->id.str()));
}

TEST_F(RunEndTest, AnInterruptedRunIsIncompleteWhateverItsResults) {
  RunEnd end;
  end.interrupted = "somebody has stopped it";
  EXPECT_EQ(endWith(run_.records, end, verdictsCount()), GateStatus::incomplete);
  EXPECT_THAT(errors_, ElementsAre("somebody has stopped it"));
  EXPECT_EQ(state(), report::RunState::interrupted);
}

TEST_F(RunEndTest, LostResultsAreNeverAGoodEnd) {
  RunEnd end;
  end.unwritten = 1;
  EXPECT_EQ(endWith(passing(), end, {}), GateStatus::incomplete);
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("1 results could not be written")));
  EXPECT_EQ(state(), report::RunState::interrupted);
  end = {};
  end.hasIndex = false;
  EXPECT_EQ(endWith(passing(), end, {}), GateStatus::incomplete);
}

TEST_F(RunEndTest, TheGateDecidesAndKnowsWhyARunIsNotComplete) {
  RunEndSettings settings;
  settings.gates = true;
  settings.gate.failOn = {"never"};
  settings.gate.allowMissing = true;
  EXPECT_EQ(endWith(run_.records, {}, settings), GateStatus::passed);
  RunEnd end;
  end.failFast = "ended after 1 failure";
  end.missing = 4;
  EXPECT_EQ(endWith(run_.records, end, settings), GateStatus::incomplete);
  EXPECT_THAT(printed_, HasSubstr("ended after 1 failure"));
  EXPECT_THAT(errors_, ElementsAre("ended after 1 failure; 4 cases have no result"));
  settings.gate.failOn = {};
  EXPECT_EQ(endWith(run_.records, {}, settings), GateStatus::failed);
}

TEST_F(RunEndTest, ARecordThatCannotBeWrittenIsReported) {
  report::RunFile file(root_, {});
  std::filesystem::remove_all(root_);
  const report::Records records = passing();
  JudgedRun judged{catalogue_, records, run_.cases, root_.string(), {}, {}, runsAll()};
  EXPECT_EQ(endRun({}, {}, std::move(judged), file,
                   {[](std::string_view) {},
                    [this](const std::string& line) { errors_.push_back(line); }}),
            GateStatus::incomplete);
  EXPECT_THAT(errors_, ElementsAre(HasSubstr("run.json")));
}

TEST_F(RunEndTest, MissingResultsAreThoseOfAgentsThatRunTheCase) {
  EXPECT_EQ(missingResults({}, run_.cases, runsAll()), run_.cases.size());
  EXPECT_EQ(missingResults(run_.records, run_.cases, runsAll()), run_.cases.size() - 1);
  EXPECT_EQ(missingResults(run_.records, run_.cases,
                           [&](const std::string& agent, const suite::CaseId&) {
                             return agent == run_.hostileAgent();
                           }),
            0U);
}

}  // namespace
}  // namespace wsgauntlet::gate
