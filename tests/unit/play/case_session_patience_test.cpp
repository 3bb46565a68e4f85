// How long a case waits for its peer.
#include "play/case_session.hpp"
#include "scripted_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::play {
namespace {

using ::testing::ElementsAre;

/// Once nothing can come right any more, a long wait is not waited out.
TEST(CaseSession, GivesAPeerThatSentSomethingWrongOneSecondToClose) {
  suite::Case testCase =
      waiting({alternative(suite::Rating::ok, {suite::ExpectMessage{Payload("Hello")}})});
  testCase.script.back().action = suite::FailAfter{10};
  Result result = runAgainst(testCase, kSwitching, {{kRequest + kHello, text("Other")}});
  EXPECT_EQ(timesOf<FailingRow>(result).size(), 1U);
  EXPECT_LT(timesOf<FailingRow>(result)[0], 1100ms);
  EXPECT_GE(timesOf<FailingRow>(result)[0], 1000ms);
  EXPECT_EQ(result.doubt, Doubt::none);
  testCase.script.back().action = suite::FailAfter{0.5};
  result = runAgainst(testCase, kSwitching, {{kRequest + kHello, text("Other")}});
  EXPECT_LT(timesOf<FailingRow>(result)[0], 600ms);
}

TEST(CaseSession, TellsHowLongThePeerTookForItsFirstOctets) {
  const suite::Case testCase = waiting({alternative(suite::Rating::ok, {})});
  ScriptedPeer peer(kSwitching, {});
  Simulation simulation(testCase, Role::client, peer);
  std::vector<Duration> answers;
  simulation.setup.onAnswer = [&](Duration took) { answers.push_back(took); };
  simulation.run();
  EXPECT_THAT(answers, ElementsAre(2 * Simulation::kLatency));
}

/// With less patience than the case has, the result says so where a wait ran out.
TEST(CaseSession, MarksWhatWasCutShort) {
  suite::Case testCase = waiting({});
  testCase.script.pop_back();
  testCase.close.codes = {1000};
  suite::Requirement requirement;
  requirement.expected = alternative(suite::Rating::ok, {suite::ExpectMessage{Payload("Hello")}});
  testCase.criterion = requirement;
  testCase.spec = {{6455, "5.4"}};
  for (const bool hasty : {false, true}) {
    ScriptedPeer silent(kSwitching, {});
    Simulation simulation(testCase, Role::client, silent);
    if (hasty) simulation.setup.patience = 100ms;
    const Result result = simulation.run();
    EXPECT_EQ(result.cutShort, hasty);
    EXPECT_EQ(result.duration < 1s, hasty);
    EXPECT_EQ(result.behavior, Behavior::failed);
    EXPECT_EQ(result.doubt, Doubt::absence);
  }
  const Replies replies = {{kRequest + kHello, text("Hello")},
                           {kRequest + kHello + 8, kClose1000, true}};
  ScriptedPeer good(kSwitching, replies);
  Simulation simulation(testCase, Role::client, good);
  simulation.setup.patience = 100ms;
  const Result result = simulation.run();
  EXPECT_FALSE(result.cutShort);
  EXPECT_EQ(result.behavior, Behavior::ok) << result.result;
}

/// A silent peer costs the time of the first event that is awaited, and not that of all.
TEST(CaseSession, WaitsLongOnlyForTheFirstEventThatDoesNotCome) {
  suite::Case testCase = waiting({});
  testCase.close.codes = {1000};
  testCase.criterion = suite::Requirement{};
  testCase.spec = {{6455, "5.5.2"}};
  testCase.script.clear();
  for (int i = 0; i < 40; ++i) {
    testCase.script.push_back({suite::Await{suite::ExpectPong{Payload("p")}, 3}, {}});
  }
  const Result result = runAgainst(testCase, kSwitching, {});
  EXPECT_GE(result.duration, 3s + 39 * 100ms);
  EXPECT_LT(result.duration, 20s);
  EXPECT_EQ(result.doubt, Doubt::absence);
}

}  // namespace
}  // namespace wsgauntlet::play
