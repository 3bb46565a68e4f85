#include "roles/scheduler.hpp"

#include <algorithm>
#include <set>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::roles {
namespace {

using suite::Kind;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Turn = Scheduler::Turn;

/// Cases with the ids 1.1, 1.2, …
class Cases {
 public:
  Cases& add(Kind kind, double cost = 0) {
    suite::Case one;
    one.id = suite::CaseId({1, static_cast<int>(cases_.size()) + 1});
    one.kind = kind;
    one.cost = cost;
    cases_.push_back(one);
    return *this;
  }
  [[nodiscard]] std::vector<const suite::Case*> all() const {
    std::vector<const suite::Case*> pointers;
    for (const suite::Case& one : cases_) pointers.push_back(&one);
    return pointers;
  }

 private:
  std::vector<suite::Case> cases_;
};

std::string text(const Turn& turn) {
  return turn.testCase->id.str() + (turn.isConfirmation ? " again" : "");
}

/// All that may start now.
std::vector<Turn> startAll(Scheduler& scheduler) {
  std::vector<Turn> turns;
  while (const auto turn = scheduler.next()) turns.push_back(*turn);
  return turns;
}

std::vector<std::string> texts(const std::vector<Turn>& turns) {
  std::vector<std::string> all;
  for (const Turn& turn : turns) all.push_back(text(turn));
  return all;
}

TEST(Scheduler, OneJobKeepsTheOrderOfTheIds) {
  Cases cases;
  cases.add(Kind::waits, 1).add(Kind::measures).add(Kind::moves).add(Kind::waits, 5);
  Scheduler scheduler(cases.all(), {1, 4});
  std::vector<std::string> order;
  while (!scheduler.finished()) {
    const auto turns = startAll(scheduler);
    ASSERT_EQ(turns.size(), 1U);
    order.push_back(text(turns[0]));
    EXPECT_TRUE(scheduler.ended(turns[0], false));  // nothing else ran: the result counts
  }
  EXPECT_THAT(order, ElementsAre("1.1", "1.2", "1.3", "1.4"));
  EXPECT_EQ(scheduler.done(), 4U);
}

TEST(Scheduler, StartsTheLongestFirst) {
  Cases cases;
  cases.add(Kind::waits, 1).add(Kind::waits, 3).add(Kind::waits, 1).add(Kind::waits, 2);
  Scheduler scheduler(cases.all(), {10, 1});
  EXPECT_THAT(texts(startAll(scheduler)), ElementsAre("1.2", "1.4", "1.1", "1.3"));
}

TEST(Scheduler, NeverStartsMoreThanItsLimits) {
  Cases cases;
  for (int i = 0; i < 5; ++i) cases.add(Kind::waits);
  for (int i = 0; i < 5; ++i) cases.add(Kind::moves);
  Scheduler scheduler(cases.all(), {4, 2});
  std::vector<Turn> running = startAll(scheduler);
  EXPECT_THAT(texts(running), ElementsAre("1.1", "1.2", "1.3", "1.4"));
  std::size_t ended = 0;
  while (!running.empty()) {
    const auto moves = std::count_if(running.begin(), running.end(), [](const Turn& turn) {
      return turn.testCase->kind == Kind::moves;
    });
    EXPECT_LE(moves, 2);
    EXPECT_LE(running.size(), 4U);
    EXPECT_TRUE(scheduler.ended(running.front(), true));
    ++ended;
    running.erase(running.begin());
    for (const Turn& turn : startAll(scheduler)) running.push_back(turn);
  }
  EXPECT_EQ(ended, 10U);
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(scheduler.done(), 10U);
}

TEST(Scheduler, MeasuresOneByOneWhenNothingElseRuns) {
  Cases cases;
  cases.add(Kind::measures).add(Kind::waits).add(Kind::moves).add(Kind::measures);
  Scheduler scheduler(cases.all(), {10, 10});
  const auto together = startAll(scheduler);
  EXPECT_THAT(texts(together), ElementsAre("1.2", "1.3"));
  scheduler.ended(together[0], true);
  EXPECT_THAT(startAll(scheduler), IsEmpty());  // one still runs
  scheduler.ended(together[1], true);
  const auto first = startAll(scheduler);
  EXPECT_THAT(texts(first), ElementsAre("1.1"));
  EXPECT_TRUE(scheduler.ended(first[0], false));  // it was alone: counts at once
  EXPECT_THAT(texts(startAll(scheduler)), ElementsAre("1.4"));
}

TEST(Scheduler, RunsAgainAloneWhatFailedWhileOthersRan) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::moves).add(Kind::measures);
  Scheduler scheduler(cases.all(), {10, 10});
  const auto together = startAll(scheduler);
  ASSERT_EQ(together.size(), 2U);
  EXPECT_FALSE(scheduler.ended(together[0], false));
  EXPECT_FALSE(scheduler.ended(together[1], false));
  EXPECT_EQ(scheduler.done(), 0U);
  std::vector<std::string> order;
  while (!scheduler.finished()) {
    const auto turns = startAll(scheduler);
    ASSERT_EQ(turns.size(), 1U);
    order.push_back(text(turns[0]));
    EXPECT_TRUE(scheduler.ended(turns[0], false));  // the second result counts
  }
  EXPECT_THAT(order, ElementsAre("1.3", "1.1 again", "1.2 again"));
  EXPECT_EQ(scheduler.done(), 3U);
}

TEST(Scheduler, TellsWhoIsAlone) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::measures);
  Scheduler together(cases.all(), {10, 1});
  EXPECT_FALSE(together.next()->alone);
  EXPECT_FALSE(together.ended({0, cases.all()[0], false, false}, false));
  const auto measure = together.next();
  EXPECT_TRUE(measure->alone);
  together.ended(*measure, true);
  EXPECT_TRUE(together.next()->alone);  // the confirmation
  Scheduler oneByOne(cases.all(), {1, 1});
  EXPECT_TRUE(oneByOne.next()->alone);
}

/// Only cases that end in more than one way, and where no pause decides which.
TEST(Scheduler, KnowsWhichCasesAreRaces) {
  suite::Case testCase;
  EXPECT_FALSE(Scheduler::isRace(testCase));
  testCase.expect = {{"OK", {}}};
  EXPECT_FALSE(Scheduler::isRace(testCase));
  testCase.expect.push_back({"NON-STRICT", {}});
  testCase.script = {{suite::SendFrame{}, {}}, {suite::FailAfter{1}, {}}};
  EXPECT_TRUE(Scheduler::isRace(testCase));
  testCase.script.push_back({suite::Wait{1, "A"}, {}});
  EXPECT_FALSE(Scheduler::isRace(testCase));
}

TEST(Scheduler, CanBeAbandoned) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::waits).add(Kind::moves).add(Kind::measures);
  Scheduler scheduler(cases.all(), {1 + 1, 1});
  const auto running = startAll(scheduler);
  ASSERT_EQ(running.size(), 2U);
  scheduler.abandon(0);
  EXPECT_FALSE(scheduler.finished());  // what runs is waited for
  EXPECT_THAT(startAll(scheduler), IsEmpty());
  scheduler.ended(running[0], true);
  EXPECT_THAT(startAll(scheduler), IsEmpty());
  scheduler.ended(running[1], true);
  EXPECT_TRUE(scheduler.finished());
  EXPECT_EQ(scheduler.done(), 2U);
}

TEST(Scheduler, RunsServersSideBySideAndMeasuresWithoutAny) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::measures);
  Scheduler scheduler(cases.all(), {10, 1}, 2);
  const auto first = scheduler.next();
  const auto second = scheduler.next();
  EXPECT_EQ(first->server, 0U);
  EXPECT_EQ(second->server, 1U);
  scheduler.ended(*first, true);
  EXPECT_FALSE(scheduler.next());  // the other server is still busy: nothing may be measured
  scheduler.ended(*second, true);
  EXPECT_TRUE(scheduler.next()->alone);
  EXPECT_FALSE(scheduler.next());
}

TEST(Scheduler, AbandonsOneServerOnly) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::measures);
  Scheduler scheduler(cases.all(), {10, 1}, 2);
  scheduler.abandon(0);
  const auto turn = scheduler.next();
  EXPECT_EQ(turn->server, 1U);
  scheduler.ended(*turn, true);
  EXPECT_EQ(scheduler.next()->server, 1U);
  EXPECT_FALSE(scheduler.next());
}

TEST(Scheduler, WithoutCasesIsFinishedAtOnce) {
  Scheduler scheduler({}, {16, 2});
  EXPECT_TRUE(scheduler.finished());
  EXPECT_FALSE(scheduler.next().has_value());
}

/// Whatever fails and in whatever order cases end: each one counts once, none runs with a case that
/// is to be alone.
TEST(Scheduler, CountsEachCaseOnce) {
  Cases cases;
  for (int i = 0; i < 60; ++i) cases.add(static_cast<Kind>(i % 3), i % 7);
  for (const int jobs : {1, 2, 3, 16}) {
    Scheduler scheduler(cases.all(), {jobs, 2});
    std::vector<Turn> running;
    std::multiset<std::string> counted;
    for (unsigned i = 0; !scheduler.finished(); i = i * 5 + 3) {
      for (const Turn& turn : startAll(scheduler)) running.push_back(turn);
      ASSERT_FALSE(running.empty());
      for (const Turn& turn : running) {
        if (turn.isConfirmation || turn.testCase->kind == Kind::measures) {
          EXPECT_EQ(running.size(), 1U);
        }
      }
      const auto which = static_cast<std::ptrdiff_t>(i % running.size());
      const Turn turn = running[static_cast<std::size_t>(which)];
      running.erase(running.begin() + which);
      if (scheduler.ended(turn, i % 4 != 0)) counted.insert(turn.testCase->id.str());
    }
    EXPECT_EQ(counted.size(), 60U);
    EXPECT_EQ(std::set<std::string>(counted.begin(), counted.end()).size(), 60U);
    EXPECT_EQ(scheduler.done(), 60U);
  }
}

}  // namespace
}  // namespace wsgauntlet::roles
