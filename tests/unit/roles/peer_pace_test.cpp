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

TEST(PeerPace, HandshakesThatWaitHoldOthersBack) {
  PeerPace pace(100);
  for (int i = 0; i < 50; ++i) pace.ended(run(pace, 1ms));
  int waiting = 0;
  while (pace.mayStart()) {
    pace.start();
    ++waiting;
  }
  EXPECT_EQ(waiting, pace.maxOpening());
  EXPECT_LE(waiting, 32);
}

/// Cases that wait are not what makes a peer slow.
TEST(PeerPace, ALateAnswerHalvesTheHandshakesAndNotTheWidth) {
  PeerPace pace(100);
  for (int i = 0; i < 40; ++i) pace.ended(run(pace, 1ms));
  const int width = pace.width();
  const int opening = pace.maxOpening();
  pace.ended(run(pace, 300ms));
  EXPECT_EQ(pace.width(), width);
  EXPECT_EQ(pace.maxOpening(), opening / 2);
  for (int i = 0; i < 20; ++i) pace.ended(run(pace, 300ms));
  EXPECT_EQ(pace.maxOpening(), 1);
  EXPECT_TRUE(pace.mayStart());
}

/// It had nothing to wait for but itself.
TEST(PeerPace, ALateAnswerOfACaseThatRunsByItselfLeavesTheWidth) {
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
  EXPECT_LE(inParallel, 30);  // one in so many cases tries whether there is room
  EXPECT_LE(pace.width(), 2);
  EXPECT_FALSE(pace.isSlow());
}

/// The same with room for ten.
TEST(PeerPace, APeerThatServesTenAtATimeGetsAboutTen) {
  PeerPace pace(256);
  std::deque<Ticket> running;  // the first ten are served
  for (int done = 0; done < 300; ++done) {
    while (pace.mayStart()) {
      running.push_back(pace.start());
      if (running.size() <= 10) pace.answered(running.back(), 1ms);
    }
    pace.ended(running.front());
    running.pop_front();
    if (running.size() >= 10) pace.answered(running[9], 1s);
  }
  EXPECT_GE(pace.width(), 9);
  EXPECT_LE(pace.width(), 12);
}

/// And with cases that last longer than an opening handshake may.
TEST(PeerPace, AHandshakeThatTimesOutWhileNothingIsAnsweredNarrows) {
  PeerPace pace(256);
  run(pace, 1ms);
  ASSERT_EQ(pace.width(), 2);
  const Ticket second = pace.start();
  pace.ended(second);
  EXPECT_EQ(pace.width(), 1);
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

/// Cases whose request must be refused run in parallel, though the peer refuses them by silence.
TEST(PeerPace, SilenceOnABadRequestSaysNothingAboutRoom) {
  PeerPace pace(256);
  for (int i = 0; i < 40; ++i) pace.ended(run(pace, 1ms));
  const int width = pace.width();
  std::vector<Ticket> ignored;
  while (pace.mayStart()) ignored.push_back(pace.start(true));
  EXPECT_EQ(ignored.size(), static_cast<std::size_t>(width));
  for (const Ticket& ticket : ignored) pace.ended(ticket);
  EXPECT_EQ(pace.width(), width);
}

TEST(PeerPace, PatienceFollowsTheSlowestAnswer) {
  PeerPace pace(10);
  run(pace, 1ms);
  EXPECT_EQ(pace.patience(), 250ms);
  EXPECT_FALSE(pace.isSlow());
  run(pace, 300ms);
  EXPECT_EQ(pace.patience(), 3s);
}

TEST(PeerPace, OneLateAnswerDoesNotMakeAPeerSlow) {
  PeerPace pace(10);
  for (int i = 0; i < 30; ++i) run(pace, 1ms);
  run(pace, 500ms);
  EXPECT_FALSE(pace.isSlow());
  EXPECT_EQ(pace.stretch(), 1);
  run(pace, 500ms);
  EXPECT_TRUE(pace.isSlow());
  EXPECT_EQ(pace.stretch(), 5);
  run(pace, 9s);
  EXPECT_EQ(pace.stretch(), 10);
}

TEST(PeerPace, ALateLoopHalvesTheHandshakes) {
  PeerPace pace(100);
  while (pace.mayStart()) run(pace, 1ms);
  pace.loopWasLate();
  EXPECT_EQ(pace.maxOpening(), 16);
  EXPECT_EQ(pace.width(), 100);
}

TEST(PeerPace, ABusyMachineMakesAPeerSlowWhateverItsAnswers) {
  PeerPace pace(100);
  auto ticket = pace.start();
  pace.answered(ticket, 1ms);
  pace.machineIs(3.4);
  EXPECT_FALSE(pace.isSlow());
  EXPECT_EQ(pace.stretch(), 1);
  pace.machineIs(3.6);
  EXPECT_TRUE(pace.isSlow());
  EXPECT_DOUBLE_EQ(pace.stretch(), 3.6 * 4);
  pace.machineIs(40);
  EXPECT_EQ(pace.stretch(), 20);
  pace.machineIs(0.5);
  EXPECT_FALSE(pace.isSlow());
}

}  // namespace
}  // namespace wsgauntlet::roles
