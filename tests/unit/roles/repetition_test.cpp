#include "roles/repetition.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::roles {
namespace {

using play::Behavior;
using play::BehaviorClose;
using play::Doubt;
using play::Result;
using Turn = Scheduler::Turn;

constexpr auto kNone = std::nullopt;
constexpr PeerTime kQuick{false, true};
constexpr PeerTime kSlow{true, true};
constexpr PeerTime kSlowTooLong{true, false};

Result result(Behavior behavior, Doubt doubt) {
  Result one;
  one.behavior = behavior;
  one.behaviorClose = BehaviorClose::ok;
  one.doubt = doubt;
  return one;
}

const Result kGood = result(Behavior::ok, Doubt::none);
const Result kMissing = result(Behavior::failed, Doubt::absence);
const Result kWrong = result(Behavior::failed, Doubt::none);

Turn turn(Round round) {
  return {0, nullptr, round, round == Round::isolated};
}

EarlierRuns after(const Result& last, bool wasInTime = false, int isolatedRuns = 0) {
  return {last, wasInTime, isolatedRuns};
}

TEST(Repetition, WhatIsConclusiveCountsAtOnce) {
  EXPECT_EQ(repetition(turn(Round::first), kGood, nullptr, kQuick), kNone);
  EXPECT_EQ(repetition(turn(Round::first), kWrong, nullptr, kSlow), kNone);
}

TEST(Repetition, WhatIsMissingIsRepeatedTogether) {
  EXPECT_EQ(repetition(turn(Round::first), kMissing, nullptr, kQuick), Round::together);
}

TEST(Repetition, ARaceIsRepeatedInIsolation) {
  const Result race = result(Behavior::nonStrict, Doubt::race);
  EXPECT_EQ(repetition(turn(Round::first), race, nullptr, kQuick), Round::isolated);
  const EarlierRuns earlier = after(race);
  EXPECT_EQ(repetition(turn(Round::isolated), race, &earlier, kQuick), kNone);
}

TEST(Repetition, WhatHadNothingBesideItCounts) {
  const suite::Case waiting;
  const Turn alone{0, &waiting, Round::first, true};
  EXPECT_EQ(repetition(alone, kMissing, nullptr, kSlow), kNone);
}

TEST(Repetition, LessPatienceThanTheCaseHasProvesNothing) {
  Result hasty = kGood;
  hasty.cutShort = true;
  EXPECT_EQ(repetition(turn(Round::first), hasty, nullptr, kQuick), Round::together);
  const EarlierRuns earlier = after(hasty);
  EXPECT_EQ(repetition(turn(Round::together), kWrong, &earlier, kQuick), kNone);
  EXPECT_EQ(repetition(turn(Round::together), kMissing, &earlier, kQuick), Round::isolated);
}

TEST(Repetition, TwoEqualRunsCountAndTwoDifferentOnesNeedAThird) {
  const EarlierRuns missing = after(kMissing);
  EXPECT_EQ(repetition(turn(Round::together), kMissing, &missing, kQuick), kNone);
  EXPECT_EQ(repetition(turn(Round::together), kGood, &missing, kQuick), Round::isolated);
  Result unclean = kMissing;
  unclean.behaviorClose = BehaviorClose::unclean;
  EXPECT_EQ(repetition(turn(Round::together), unclean, &missing, kQuick), Round::isolated);
  EXPECT_EQ(repetition(turn(Round::isolated), kMissing, &missing, kQuick), kNone);
}

TEST(Repetition, ASlowPeerGetsARunInIsolation) {
  const EarlierRuns missing = after(kMissing);
  EXPECT_EQ(repetition(turn(Round::together), kMissing, &missing, kSlow), Round::stretched);
  EXPECT_EQ(repetition(turn(Round::stretched), kGood, &missing, kSlow), kNone);
  EXPECT_EQ(repetition(turn(Round::stretched), kMissing, &missing, kSlow), Round::isolated);
  EXPECT_EQ(repetition(turn(Round::stretched), kMissing, &missing, kSlowTooLong), kNone);
  EXPECT_EQ(repetition(turn(Round::isolated), kMissing, &missing, kSlow), kNone);
}

TEST(Repetition, ACaseThatRunsInIsolationAnywayIsRepeatedForASlowPeer) {
  suite::Case measured;
  measured.kind = suite::Kind::measures;
  measured.criterion = suite::Requirement{};
  const Turn first{0, &measured, Round::first, true};
  EXPECT_EQ(repetition(first, kMissing, nullptr, kSlow), Round::isolated);
  EXPECT_EQ(repetition(first, kMissing, nullptr, kQuick), kNone);
  EXPECT_EQ(repetition(first, kWrong, nullptr, kSlow), kNone);
  measured.criterion = suite::RoundTrips{};
  EXPECT_EQ(repetition(first, kMissing, nullptr, kSlow), kNone);
}

TEST(Repetition, WhatWasInTimeOnceHasThreeTriesInIsolation) {
  const EarlierRuns first = after(kGood, true);
  EXPECT_EQ(repetition(turn(Round::isolated), kMissing, &first, kQuick), Round::isolated);
  EXPECT_EQ(repetition(turn(Round::isolated), kGood, &first, kQuick), kNone);
  const EarlierRuns third = after(kMissing, true, 2);
  EXPECT_EQ(repetition(turn(Round::isolated), kMissing, &third, kQuick), kNone);
}

}  // namespace
}  // namespace wsgauntlet::roles
