#include "roles/peer_pace.hpp"

#include <chrono>
#include <deque>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace wsgauntlet::roles {
namespace {

using namespace std::chrono_literals;
using Ticket = PeerPace::Ticket;

/// Starts a case that is answered after `took`.
Ticket run(PeerPace& pace, Duration took) {
  Ticket ticket = pace.start();
  pace.answered(ticket, took);
  return ticket;
}

TEST(PeerPace, BeginsWithOneCase) {
  PeerPace pace(100);
  EXPECT_TRUE(pace.mayStart());
  const Ticket first = pace.start();
  EXPECT_FALSE(first.inParallel);
  EXPECT_FALSE(pace.mayStart());
  EXPECT_FALSE(pace.patience());
}

TEST(PeerPace, PromptAnswersLetMoreRun) {
  PeerPace pace(100);
  int running = 0;
  while (pace.mayStart()) {
    run(pace, 1ms);
    ++running;
  }
  EXPECT_EQ(running, 100);
  EXPECT_EQ(pace.width(), 100);
}

/// More handshakes at the same time than half the width would only wait for each other.
TEST(PeerPace, HandshakesThatWaitHoldOthersBack) {
  PeerPace pace(100);
  for (int i = 0; i < 20; ++i) run(pace, 1ms);
  const int width = pace.width();
  int waiting = 0;
  while (pace.mayStart()) {
    pace.start();
    ++waiting;
  }
  EXPECT_LE(waiting, width / 2);
}

TEST(PeerPace, ALateAnswerHalvesTheWidthOnce) {
  PeerPace pace(100);
  for (int i = 0; i < 40; ++i) run(pace, 1ms);
  std::vector<Ticket> waiting;
  for (int i = 0; i < 10; ++i) waiting.push_back(pace.start());
  const int before = pace.width();
  for (Ticket& ticket : waiting) pace.answered(ticket, 300ms);
  EXPECT_LE(pace.width(), before / 2 + 1);
  EXPECT_GE(pace.width(), before / 2 - 1);
}

/// What has nothing beside it is slow by itself.
TEST(PeerPace, ALateAnswerOfACaseThatRunsByItselfShowsNothing) {
  PeerPace pace(100);
  const Ticket first = run(pace, 1ms);
  pace.ended(first);
  const int before = pace.width();
  const Ticket second = run(pace, 2s);
  pace.ended(second);
  EXPECT_GE(pace.width(), before);
}

/// A server that answers only when the connection before has ended.
TEST(PeerPace, APeerThatServesOneAtATimeSoonGetsOneAtATime) {
  PeerPace pace(256);
  constexpr Duration kCase = 1s;
  std::deque<Ticket> queue;  // the first one is served
  int inParallel = 0;
  for (int done = 0; done < 200; ++done) {
    while (pace.mayStart()) {
      queue.push_back(pace.start());
      if (queue.size() == 1) pace.answered(queue.front(), 1ms);
    }
    if (queue.size() > 1) ++inParallel;
    pace.ended(queue.front());
    queue.pop_front();
    if (!queue.empty()) pace.answered(queue.front(), kCase);
  }
  EXPECT_LE(inParallel, 8);
}

/// A server that refuses the ninth connection.
TEST(PeerPace, ARefusalIsTooMany) {
  PeerPace pace(256);
  std::vector<Ticket> running;
  while (pace.mayStart() && running.size() < 9) running.push_back(run(pace, 1ms));
  ASSERT_EQ(running.size(), 9U);
  pace.refused(running.back());
  EXPECT_LE(pace.width(), 5);
}

/// Otherwise hundreds of opening handshakes would time out one after another.
TEST(PeerPace, APeerThatNeverAnswersIsNotSparedForThat) {
  PeerPace pace(256);
  int rounds = 0;
  for (int left = 500; left > 0; ++rounds) {
    std::vector<Ticket> running;
    while (pace.mayStart() && left > 0) {
      running.push_back(pace.start());
      --left;
    }
    for (const Ticket& ticket : running) pace.ended(ticket);
  }
  EXPECT_LE(rounds, 25);
}

TEST(PeerPace, PatienceFollowsTheSlowestAnswer) {
  PeerPace pace(10);
  run(pace, 1ms);
  EXPECT_EQ(pace.patience(), 250ms);
  EXPECT_FALSE(pace.isSlow());
  run(pace, 300ms);
  EXPECT_EQ(pace.patience(), 3s);
  EXPECT_TRUE(pace.isSlow());
}

TEST(PeerPace, ALateLoopNarrows) {
  PeerPace pace(100);
  while (pace.mayStart()) run(pace, 1ms);
  pace.loopWasLate();
  EXPECT_EQ(pace.width(), 50);
}

}  // namespace
}  // namespace wsgauntlet::roles
