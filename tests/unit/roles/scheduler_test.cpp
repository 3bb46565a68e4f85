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
  return turn.testCase->id.str() + (turn.round == Round::together   ? " again"
                                    : turn.round == Round::isolated ? " isolated"
                                                                    : "");
}

/// All that may start now; each server answers at once, so that more may start.
std::vector<Turn> startAll(Scheduler& scheduler) {
  std::vector<Turn> turns;
  while (const auto turn = scheduler.next()) {
    PeerPace& pace = scheduler.pace(turn->server);
    auto ticket = pace.start();
    pace.answered(ticket, std::chrono::milliseconds(1));
    turns.push_back(*turn);
  }
  return turns;
}

void end(Scheduler& scheduler, const Turn& turn) {
  scheduler.ended(turn);
  PeerPace::Ticket answered;
  answered.isAnswered = true;
  scheduler.pace(turn.server).ended(answered);
}

void endAll(Scheduler& scheduler, const std::vector<Turn>& turns) {
  for (const Turn& turn : turns) end(scheduler, turn);
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
    EXPECT_TRUE(turns[0].alone);
    order.push_back(text(turns[0]));
    end(scheduler, turns[0]);
  }
  EXPECT_THAT(order, ElementsAre("1.1", "1.2", "1.3", "1.4"));
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
    end(scheduler, running.front());
    ++ended;
    running.erase(running.begin());
    for (const Turn& turn : startAll(scheduler)) running.push_back(turn);
  }
  EXPECT_EQ(ended, 10U);
  EXPECT_TRUE(scheduler.finished());
}

TEST(Scheduler, LetsAnotherCaseMoveWhileOneOnlyWaits) {
  Cases cases;
  cases.add(Kind::moves).add(Kind::moves).add(Kind::moves);
  Scheduler scheduler(cases.all(), {10, 1});
  std::vector<Turn> running = startAll(scheduler);
  ASSERT_THAT(texts(running), ElementsAre("1.1"));
  scheduler.becameQuiet(running[0]);
  scheduler.becameQuiet(running[0]);  // says nothing new
  EXPECT_THAT(texts(startAll(scheduler)), ElementsAre("1.2"));
  end(scheduler, running[0]);
  EXPECT_TRUE(startAll(scheduler).empty());
}

TEST(Scheduler, StartsNoMoreThanSuitTheServer) {
  Cases cases;
  for (int i = 0; i < 5; ++i) cases.add(Kind::waits);
  Scheduler scheduler(cases.all(), {10, 2});
  ASSERT_TRUE(scheduler.next());
  const PeerPace::Ticket unanswered = scheduler.pace(0).start();
  EXPECT_FALSE(unanswered.inParallel);
  EXPECT_FALSE(scheduler.next());  // the first one has not been answered yet
}

TEST(Scheduler, MeasuresOneByOneWhenNothingElseRuns) {
  Cases cases;
  cases.add(Kind::measures).add(Kind::waits).add(Kind::moves).add(Kind::measures);
  Scheduler scheduler(cases.all(), {10, 10});
  const auto parallel = startAll(scheduler);
  EXPECT_THAT(texts(parallel), ElementsAre("1.2", "1.3"));
  EXPECT_FALSE(parallel[0].alone);
  end(scheduler, parallel[0]);
  EXPECT_THAT(startAll(scheduler), IsEmpty());  // one still runs
  end(scheduler, parallel[1]);
  const auto first = startAll(scheduler);
  EXPECT_THAT(texts(first), ElementsAre("1.1"));
  EXPECT_TRUE(first[0].alone);
  end(scheduler, first[0]);
  EXPECT_THAT(texts(startAll(scheduler)), ElementsAre("1.4"));
}

TEST(Scheduler, RepeatsTogetherWhenAllElseIsDoneAndThenInIsolation) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::waits).add(Kind::moves).add(Kind::waits).add(Kind::measures);
  Scheduler scheduler(cases.all(), {10, 10});
  const auto first = startAll(scheduler);
  ASSERT_EQ(first.size(), 4U);
  endAll(scheduler, first);
  scheduler.repeat(first[0], Round::together);
  scheduler.repeat(first[1], Round::isolated);
  scheduler.repeat(first[2], Round::isolated);
  scheduler.repeat(first[3], Round::together);
  const auto measures = startAll(scheduler);
  EXPECT_THAT(texts(measures), ElementsAre("1.5"));
  endAll(scheduler, measures);
  const auto together = startAll(scheduler);
  EXPECT_THAT(texts(together), ElementsAre("1.1 again", "1.3 again"));
  end(scheduler, together[0]);
  EXPECT_THAT(startAll(scheduler), IsEmpty());
  end(scheduler, together[1]);
  scheduler.repeat(together[1], Round::isolated);
  std::vector<std::string> order;
  while (!scheduler.finished()) {
    const auto turns = startAll(scheduler);
    ASSERT_EQ(turns.size(), 1U);
    EXPECT_TRUE(turns[0].alone);
    order.push_back(text(turns[0]));
    end(scheduler, turns[0]);
  }
  EXPECT_THAT(order, ElementsAre("1.2 isolated", "1.4 isolated", "1.3 isolated"));
}

TEST(Scheduler, CanBeAbandoned) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::waits).add(Kind::moves).add(Kind::measures);
  Scheduler scheduler(cases.all(), {1 + 1, 1});
  const auto running = startAll(scheduler);
  ASSERT_EQ(running.size(), 2U);
  end(scheduler, running[0]);
  scheduler.repeat(running[0], Round::together);
  scheduler.abandon(0);
  EXPECT_FALSE(scheduler.finished());  // what runs is waited for
  EXPECT_THAT(startAll(scheduler), IsEmpty());
  end(scheduler, running[1]);
  EXPECT_TRUE(scheduler.finished());
}

TEST(Scheduler, CanBeStopped) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::waits);
  Scheduler scheduler(cases.all(), {1 + 1, 1});
  ASSERT_TRUE(scheduler.next());
  scheduler.stop();
  EXPECT_TRUE(scheduler.finished());
  EXPECT_FALSE(scheduler.next());
}

TEST(Scheduler, RunsServersInParallelAndMeasuresWithoutAny) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::measures);
  Scheduler scheduler(cases.all(), {10, 1}, 2);
  const auto first = startAll(scheduler);
  ASSERT_EQ(first.size(), 2U);
  EXPECT_EQ(first[0].server, 0U);
  EXPECT_EQ(first[1].server, 1U);
  end(scheduler, first[0]);
  EXPECT_FALSE(scheduler.next());  // the other server is still busy: nothing may be measured
  end(scheduler, first[1]);
  EXPECT_TRUE(scheduler.next()->alone);
  EXPECT_FALSE(scheduler.next());
}

TEST(Scheduler, AbandonsOneServerOnly) {
  Cases cases;
  cases.add(Kind::waits).add(Kind::measures);
  Scheduler scheduler(cases.all(), {10, 1}, 2);
  scheduler.abandon(0);
  const auto turns = startAll(scheduler);
  ASSERT_EQ(turns.size(), 1U);
  EXPECT_EQ(turns[0].server, 1U);
  end(scheduler, turns[0]);
  EXPECT_EQ(scheduler.next()->server, 1U);
  EXPECT_FALSE(scheduler.next());
}

TEST(Scheduler, WithoutCasesIsFinishedAtOnce) {
  Scheduler scheduler({}, {16, 2});
  EXPECT_TRUE(scheduler.finished());
  EXPECT_FALSE(scheduler.next().has_value());
}

/// Whatever is repeated and in whatever order cases end: each one counts once, none runs with a
/// case that is to be alone, and no repetition begins while the first round goes on.
TEST(Scheduler, CountsEachCaseOnce) {
  Cases cases;
  for (int i = 0; i < 60; ++i) cases.add(static_cast<Kind>(i % 3), i % 7);
  for (const int jobs : {2, 3, 16}) {
    Scheduler scheduler(cases.all(), {jobs, 2});
    std::vector<Turn> running;
    std::multiset<std::string> counted;
    for (unsigned i = 0; !scheduler.finished(); i = i * 5 + 3) {
      for (const Turn& turn : startAll(scheduler)) running.push_back(turn);
      ASSERT_FALSE(running.empty());
      for (const Turn& turn : running) {
        if (turn.alone) {
          EXPECT_EQ(running.size(), 1U);
        }
        EXPECT_EQ(turn.round, running.front().round);
      }
      const auto which = static_cast<std::ptrdiff_t>(i % running.size());
      const Turn turn = running[static_cast<std::size_t>(which)];
      running.erase(running.begin() + which);
      end(scheduler, turn);
      if (!turn.alone && i % 4 != 0) {
        scheduler.repeat(turn, turn.round == Round::first ? Round::together : Round::isolated);
      } else {
        counted.insert(turn.testCase->id.str());
      }
    }
    EXPECT_EQ(counted.size(), 60U);
    EXPECT_EQ(std::set<std::string>(counted.begin(), counted.end()).size(), 60U);
  }
}

}  // namespace
}  // namespace wsgauntlet::roles
