// What the corrections of the original's cases tolerate, and what they do not.
#include "play/correction.hpp"

#include "suite/catalogue.hpp"

#include <functional>
#include <stdexcept>

#include <gtest/gtest.h>

namespace wsgauntlet::play {
namespace {

using suite::Case;

const Case& caseOf(const std::string& id) {
  const Case* found = suite::Catalogue::builtIn().find(*suite::CaseId::parse(id));
  if (found == nullptr) throw std::logic_error("no case " + id);
  return *found;
}

/// What a case comes to, without its corrections and with them.
struct Both {
  Verdict original;
  Verdict corrected;
  std::optional<AppliedCorrection> correction;
};

/// `events` plays to the course and says for each alternative whether the original is content.
Both judged(
    const std::string& id, const std::function<std::vector<bool>(EventMatcher&)>& events,
    const std::function<void(EventObservation&)>& change = [](EventObservation&) {}) {
  const Case& testCase = caseOf(id);
  EventMatcher course(suite::alternativesOf(testCase), tolerantOfPongs(testCase));
  EventObservation seen;
  seen.opened = true;
  seen.matched = events(course);
  seen.closing.closedByMe = testCase.close.byFuzzer;
  seen.closing.wasClean = true;
  seen.closing.remoteCloseCode = testCase.close.codes.front();
  change(seen);
  Both both;
  both.original = judge(testCase, seen);
  both.corrected = correctedVerdict(testCase, seen, &course, both.original);
  both.correction = both.corrected.correction;
  return both;
}

TEST(Corrections, LetUnaskedPongsPass) {
  const auto heartbeat = [](EventMatcher& course) {
    course.onPong("heartbeat");
    course.onMessage("", false);
    course.onPong("heartbeat");
    return std::vector<bool>{false};
  };
  const Both both = judged("1.1.1", heartbeat);
  EXPECT_EQ(both.original.behavior, Behavior::failed);
  EXPECT_EQ(both.corrected.behavior, Behavior::ok);
  ASSERT_TRUE(both.correction);
  EXPECT_EQ(both.correction->behavior, Behavior::failed);
  EXPECT_EQ(both.correction->clause, "RFC 6455 section 5.5.3");
}

TEST(Corrections, DoNotLetAMissingOrAWrongEchoPass) {
  for (const char* echo : {"", "x"}) {
    const auto wrong = [&](EventMatcher& course) {
      course.onPong("heartbeat");
      if (echo[0] != '\0') course.onMessage(echo, false);
      return std::vector<bool>{false};
    };
    const Both both = judged("1.1.1", wrong);
    EXPECT_EQ(both.corrected.behavior, Behavior::failed);
    EXPECT_FALSE(both.correction);
  }
}

TEST(Corrections, LetTheLastOfSeveralPongsDo) {
  const Case& pings = caseOf("2.10");
  const auto& events = suite::alternativesOf(pings).front().events;
  const auto pongs = [&](std::size_t first, std::size_t last) {
    return [&, first, last](EventMatcher& course) {
      for (std::size_t i = first; i <= last; ++i) {
        course.onPong(std::get<suite::ExpectPong>(events[i]).payload.octets());
      }
      return std::vector<bool>{first == 0 && last + 1 == events.size()};
    };
  };
  const std::size_t last = events.size() - 1;
  EXPECT_EQ(judged("2.10", pongs(last, last)).corrected.behavior, Behavior::ok);
  EXPECT_EQ(judged("2.10", pongs(3, last)).corrected.behavior, Behavior::ok);
  EXPECT_EQ(judged("2.10", pongs(0, last - 1)).corrected.behavior, Behavior::failed);
  EXPECT_FALSE(judged("2.10", pongs(0, last)).correction);
}

TEST(Corrections, LetAFailureComeLateOrSoon) {
  const auto nothing = [](EventMatcher&) { return std::vector<bool>{false, true}; };
  const Both soon = judged("3.2", nothing);
  EXPECT_EQ(soon.original.behavior, Behavior::nonStrict);
  EXPECT_EQ(soon.corrected.behavior, Behavior::ok);
  EXPECT_EQ(soon.correction->clause, "RFC 6455 section 7.1.7");
  EXPECT_EQ(judged("6.4.1", nothing).corrected.behavior, Behavior::ok);
}

TEST(Corrections, LetAnyGoodCodeAnswerACloseFrame) {
  const auto nothing = [](EventMatcher&) { return std::vector<bool>{true}; };
  const auto closedWith = [&](const std::string& id, std::uint16_t code) {
    return judged(id, nothing,
                  [&](EventObservation& seen) { seen.closing.remoteCloseCode = code; });
  };
  EXPECT_EQ(closedWith("7.3.1", 1001).original.behavior, Behavior::failed);
  EXPECT_EQ(closedWith("7.3.1", 1001).corrected.behavior, Behavior::ok);
  EXPECT_EQ(closedWith("7.3.1", 1005).corrected.behavior, Behavior::failed);
  EXPECT_EQ(closedWith("7.9.6", 1016).corrected.behavior, Behavior::ok);
  EXPECT_EQ(closedWith("7.9.6", 1017).corrected.behavior, Behavior::failed);
  EXPECT_EQ(closedWith("7.9.4", 1005).corrected.behavior, Behavior::failed);
}

TEST(Corrections, LetALimitBe) {
  const auto nothing = [](EventMatcher&) { return std::vector<bool>(); };
  const auto closedWith = [&](std::uint16_t code) {
    return judged("9.1.6", nothing, [&](EventObservation& seen) {
      seen.echo = EchoVerdict{Behavior::failed, "no echo", Doubt::absence};
      seen.closing.closedByMe = false;
      seen.closing.remoteCloseCode = code;
    });
  };
  EXPECT_EQ(closedWith(1009).corrected.behavior, Behavior::informational);
  EXPECT_EQ(closedWith(1009).corrected.behaviorClose, BehaviorClose::informational);
  EXPECT_EQ(closedWith(1011).corrected.behavior, Behavior::failed);
}

TEST(Corrections, NameOnlyThoseThatAreNeeded) {
  const auto both = [](EventMatcher& course) {
    course.onMessage("", false);
    course.onPong("heartbeat");
    return std::vector<bool>{false};
  };
  const Both judgement =
      judged("1.1.1", both, [](EventObservation& seen) { seen.closing.remoteCloseCode = 1001; });
  EXPECT_EQ(judgement.correction->clause, "RFC 6455 section 5.5.3, RFC 6455 section 5.5.1");
  EXPECT_EQ(judgement.corrected.behaviorClose, BehaviorClose::ok);
}

}  // namespace
}  // namespace wsgauntlet::play
