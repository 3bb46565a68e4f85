#include "play/rule_verdict.hpp"

#include "play/opening.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::play {
namespace {

using suite::Course;
using suite::Level;
using testing::HasSubstr;

suite::Case testCase(Level level, Course course) {
  suite::Case one;
  one.id = suite::CaseId({99, 1});
  one.expectation = "It does what is right.";
  one.spec = {{6455, "5.4"}};
  one.outcome = suite::Outcome{level, course, {}};
  one.expect = {{"OK", {suite::ExpectMessage{Payload("a"), false}}}};
  return one;
}

/// A peer that did all of a case with one message.
RuleObservation good() {
  RuleObservation seen;
  seen.opened = true;
  seen.messages = 1;
  seen.scriptEnded = true;
  seen.closeFrames = 1;
  seen.peerEndedTcp = true;
  seen.closing.closedByMe = true;
  seen.closing.wasClean = true;
  return seen;
}

TEST(RuleVerdict, AnEchoIsRight) {
  const Verdict verdict = judgeRules(testCase(Level::must, Course::echo), good());
  EXPECT_EQ(verdict.behavior, Behavior::ok);
  EXPECT_EQ(verdict.behaviorClose, BehaviorClose::ok);
}

TEST(RuleVerdict, TheLevelDecides) {
  RuleObservation seen = good();
  seen.messages = 0;
  EXPECT_EQ(judgeRules(testCase(Level::must, Course::echo), seen).behavior, Behavior::failed);
  EXPECT_EQ(judgeRules(testCase(Level::should, Course::echo), seen).behavior, Behavior::nonStrict);
  EXPECT_EQ(judgeRules(testCase(Level::may, Course::echo), seen).behavior, Behavior::informational);
}

TEST(RuleVerdict, OnlyAnUnusualRequestMayBeRefused) {
  RuleObservation refused;
  refused.handshake = "HTTP/1.1 400 Bad Request\r\n\r\n";
  suite::Case usual = testCase(Level::may, Course::echo);
  suite::Case unusual = usual;
  unusual.request.emplace();
  EXPECT_EQ(judgeRules(unusual, refused).behavior, Behavior::informational);
  EXPECT_EQ(judgeRules(usual, refused).behavior, Behavior::failed);
  EXPECT_EQ(judgeRules(unusual, RuleObservation()).behavior, Behavior::failed);
}

TEST(RuleVerdict, AFailureNamesTheClauseAndBothSides) {
  RuleObservation seen = good();
  seen.wrongMessage = "sent something else";
  const Verdict verdict = judgeRules(testCase(Level::must, Course::echo), seen);
  EXPECT_THAT(verdict.result, HasSubstr("MUST RFC 6455 section 5.4"));
  EXPECT_THAT(verdict.result, HasSubstr("the peer sent something else."));
  EXPECT_THAT(verdict.result, HasSubstr("A conforming peer: It does what is right."));
}

TEST(RuleVerdict, FailingNeedsAnEnd) {
  RuleObservation seen;
  seen.opened = true;
  seen.gaveUp = true;
  EXPECT_EQ(judgeRules(testCase(Level::must, Course::fail), seen).behavior, Behavior::failed);
  seen.peerEndedTcp = true;  // a Close frame may be left out
  const Verdict verdict = judgeRules(testCase(Level::must, Course::fail), seen);
  EXPECT_EQ(verdict.behavior, Behavior::ok);
  EXPECT_EQ(verdict.resultClose, "The connection ended without a closing handshake");
}

TEST(RuleVerdict, AnotherCodeIsNonStrict) {
  suite::Case one = testCase(Level::must, Course::fail);
  one.outcome->codes = {1002};
  RuleObservation seen = good();
  seen.closing.closedByMe = false;
  seen.closing.remoteCloseCode = 1000;
  EXPECT_EQ(judgeRules(one, seen).behavior, Behavior::nonStrict);
  seen.closing.remoteCloseCode.reset();
  EXPECT_EQ(judgeRules(one, seen).behavior, Behavior::ok);
}

TEST(RuleVerdict, BehindItsCloseFrameAPeerSendsNoData) {
  RuleObservation seen = good();
  seen.dataBehindClose = true;
  const Verdict verdict = judgeRules(testCase(Level::must, Course::echo), seen);
  EXPECT_EQ(verdict.behavior, Behavior::failed);
  EXPECT_EQ(verdict.behaviorClose, BehaviorClose::failed);
}

TEST(RuleVerdict, MasksThatCanBeForeseen) {
  suite::Case one = testCase(Level::must, Course::echo);
  one.checks = {{Level::must, suite::Check::Kind::freshMasks, "", {}, {}}};
  RuleObservation seen = good();
  seen.isServer = true;
  const auto behavior = [&](auto key) {
    seen.masks.clear();
    for (std::uint8_t i = 0; i < 20; ++i) seen.masks.push_back(key(i));
    return judgeRules(one, seen).behavior;
  };
  using Key = websocket::MaskKey;
  const auto octet = [](int value) { return static_cast<std::uint8_t>(value); };
  EXPECT_EQ(behavior([](auto) { return Key{1, 2, 3, 4}; }), Behavior::failed);
  EXPECT_EQ(behavior([](auto i) { return Key{0, 0, 0, i}; }), Behavior::failed);
  EXPECT_EQ(behavior([](auto i) { return Key{i, i, i, i}; }), Behavior::failed);
  EXPECT_EQ(behavior([&](auto i) {
              return Key{octet(i * 37 + i * i), octet(i * 91 + 5), octet(i * i * 7 + 1),
                         octet(255 - i * 13)};
            }),
            Behavior::ok);
}

TEST(RuleCourse, PongsMayComeUnasked) {
  suite::Case one = testCase(Level::must, Course::echo);
  one.expect = {{"OK", {suite::ExpectPong{Payload("a")}, suite::ExpectPong{Payload("b")}}}};
  RuleCourse course(one);
  course.seen.scriptEnded = true;
  course.onPong("unasked");
  EXPECT_FALSE(course.complete());
  course.onPong("b");  // the most recent Ping alone may be answered
  EXPECT_TRUE(course.complete());
}

TEST(RuleCourse, WhatComesLateIsTold) {
  RuleCourse course(testCase(Level::must, Course::echo));
  course.await(suite::ExpectMessage{Payload("a"), false});
  EXPECT_FALSE(course.awaitedCame());
  course.giveUpAwaited();
  EXPECT_EQ(course.seen.unmet.size(), 1U);
  course.onMessage("a", false);
  EXPECT_TRUE(course.seen.unmet.empty());
  EXPECT_EQ(course.seen.late.size(), 1U);
}

TEST(EditHandshake, ChangesWhatTheCaseTells) {
  suite::HandshakeEdit edit;
  edit.startLine = "GET {target} HTTP/1.0";
  edit.fields = {{"B", {}}, {"A", {"1", "2"}}, {"New", {"{key}"}}};
  edit.after = {"broken line"};
  edit.behind = Payload("rest");
  EXPECT_EQ(editHandshake("GET / HTTP/1.1\r\nA: 0\r\nB: 0\r\nC: 0\r\n\r\n", edit,
                          {{"{target}", "/x"}, {"{key}", "k"}}),
            "GET /x HTTP/1.0\r\nA: 1\r\nA: 2\r\nC: 0\r\nNew: k\r\nbroken line\r\n\r\nrest");
}

TEST(EditHandshake, LettersOrderAndEnds) {
  suite::HandshakeEdit edit;
  edit.letters = suite::HandshakeEdit::Letters::mixed;
  edit.reverse = true;
  edit.lineEnd = "\n";
  edit.finished = false;
  EXPECT_EQ(editHandshake("GET / HTTP/1.1\r\nAbcd: 0\r\nXyz: 1\r\n\r\n", edit, {}),
            "GET / HTTP/1.1\nxYz: 1\naBcD: 0\n");
}

TEST(AcceptRules, AreThoseOfTheCaseWithTheWindowThatItNeeds) {
  suite::Case testCase;
  EXPECT_TRUE(acceptRules(testCase).empty());
  testCase.deflate = suite::Deflate{{}, true, {{true, true, 9}, {}}};
  const auto rules = acceptRules(testCase);
  ASSERT_EQ(rules.size(), 2U);
  EXPECT_TRUE(rules[0].needsClientMaxWindowBits && rules[0].clientNoContextTakeover);
  EXPECT_EQ(rules[0].clientMaxWindowBits, 9);
  EXPECT_FALSE(rules[1].needsClientMaxWindowBits || rules[1].clientMaxWindowBits);
  EXPECT_TRUE(rules[0].needsFullWindow && rules[1].needsFullWindow);
}

}  // namespace
}  // namespace wsgauntlet::play
