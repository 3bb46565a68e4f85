#include "play/requirement_verdict.hpp"

#include "play/opening.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::play {
namespace {

using suite::Level;
using suite::Reaction;
using testing::HasSubstr;

suite::Requirement& requirement(suite::Case& testCase) {
  return std::get<suite::Requirement>(testCase.criterion);
}

suite::Case testCase(Level level, Reaction reaction) {
  suite::Case one;
  one.id = suite::CaseId({99, 1});
  one.description = "A text frame. Then a Ping.";
  one.expectation = "It does what is right.";
  one.spec = {{6455, "5.4"}};
  suite::Requirement requirement;
  requirement.level = level;
  requirement.reaction = reaction;
  requirement.expected = {suite::Rating::ok, {suite::ExpectMessage{Payload("a"), false}}};
  one.criterion = std::move(requirement);
  return one;
}

/// A peer that did all of a case with one message.
RequirementObservation good() {
  RequirementObservation seen;
  seen.opened = true;
  seen.messages = 1;
  seen.scriptEnded = true;
  seen.closeFrames = 1;
  seen.peerEndedTcp = true;
  seen.closing.closedByMe = true;
  seen.closing.wasClean = true;
  return seen;
}

TEST(RequirementVerdict, AnEchoIsRight) {
  const Verdict verdict = judgeRequirement(testCase(Level::must, Reaction::echo), good());
  EXPECT_EQ(verdict.behavior, Behavior::ok);
  EXPECT_EQ(verdict.behaviorClose, BehaviorClose::ok);
}

TEST(RequirementVerdict, TheLevelDecides) {
  RequirementObservation seen = good();
  seen.messages = 0;
  EXPECT_EQ(judgeRequirement(testCase(Level::must, Reaction::echo), seen).behavior,
            Behavior::failed);
  EXPECT_EQ(judgeRequirement(testCase(Level::should, Reaction::echo), seen).behavior,
            Behavior::nonStrict);
  EXPECT_EQ(judgeRequirement(testCase(Level::may, Reaction::echo), seen).behavior,
            Behavior::informational);
}

TEST(RequirementVerdict, OnlyAnUnusualRequestMayBeRefused) {
  RequirementObservation refused;
  refused.handshake = "HTTP/1.1 400 Bad Request\r\n\r\n";
  suite::Case usual = testCase(Level::may, Reaction::echo);
  suite::Case unusual = usual;
  requirement(unusual).opening.request.emplace();
  EXPECT_EQ(judgeRequirement(unusual, refused).behavior, Behavior::informational);
  EXPECT_EQ(judgeRequirement(usual, refused).behavior, Behavior::failed);
  const Verdict dropped = judgeRequirement(unusual, RequirementObservation());
  EXPECT_EQ(dropped.behavior, Behavior::informational);
  EXPECT_THAT(dropped.result, HasSubstr("ended TCP without an answer"));
}

TEST(RequirementVerdict, OpeningMayBindLessThanWhatComesThen) {
  RequirementObservation refused;
  refused.handshake = "HTTP/1.1 400 Bad Request\r\n\r\n";
  suite::Case one = testCase(Level::must, Reaction::echo);
  requirement(one).opens = {Level::should, "RFC 6455 section 9.1"};
  const Verdict verdict = judgeRequirement(one, refused);
  EXPECT_EQ(verdict.behavior, Behavior::nonStrict);
  EXPECT_THAT(verdict.result, HasSubstr("SHOULD RFC 6455 section 9.1"));
  RequirementObservation seen = good();
  seen.messages = 0;
  EXPECT_EQ(judgeRequirement(one, seen).behavior, Behavior::failed);
}

TEST(RequirementVerdict, WhatARefusalSaysMattersOnlyWhereThereIsOne) {
  suite::Case one = testCase(Level::should, Reaction::refuse);
  requirement(one).checks = {{Level::must, suite::Check::Kind::status, "", {"4xx"}, {}}};
  const auto behavior = [&](const char* line) {
    RequirementObservation seen;
    seen.handshake = fmt::format("{}\r\n\r\n", line);
    return judgeRequirement(one, seen).behavior;
  };
  EXPECT_EQ(behavior("HTTP/1.1 404 Not Found"), Behavior::ok);
  EXPECT_EQ(behavior("HTTP/1.1 200 OK"), Behavior::failed);
  EXPECT_EQ(behavior("HTTP/1.1 101 Switching Protocols"), Behavior::nonStrict);
  EXPECT_EQ(judgeRequirement(one, RequirementObservation()).behavior, Behavior::ok);
}

TEST(RequirementVerdict, AFailureIsOneSentenceWithOneClause) {
  RequirementObservation seen = good();
  seen.wrongMessage = "sent something else";
  seen.laterCloseCodes = {999};
  const Verdict verdict = judgeRequirement(testCase(Level::must, Reaction::echo), seen);
  EXPECT_EQ(verdict.result,
            "Breaks MUST RFC 6455 section 7.4.2: after a text frame, then a Ping, the peer closed "
            "with the code 999, which is not used.");
  seen.laterCloseCodes.clear();
  EXPECT_EQ(judgeRequirement(testCase(Level::must, Reaction::echo), seen).result,
            "Breaks MUST RFC 6455 section 5.4: after a text frame, then a Ping, the peer sent "
            "something else; expected: it does what is right.");
}

TEST(RequirementVerdict, FailingNeedsAnEnd) {
  RequirementObservation seen;
  seen.opened = true;
  seen.gaveUp = true;
  EXPECT_EQ(judgeRequirement(testCase(Level::must, Reaction::fail), seen).behavior,
            Behavior::failed);
}

TEST(RequirementVerdict, AFailureWithoutACloseFrameIsNonStrict) {
  RequirementObservation seen;
  seen.opened = true;
  seen.peerEndedTcp = true;
  suite::Case one = testCase(Level::must, Reaction::fail);
  const Verdict verdict = judgeRequirement(one, seen);
  EXPECT_EQ(verdict.behavior, Behavior::nonStrict);
  EXPECT_THAT(verdict.result, HasSubstr("SHOULD RFC 6455 section 7.1.7"));
  EXPECT_EQ(verdict.resultClose, "The connection ended without a closing handshake");
  requirement(one).closeFrame = {Level::may, "RFC 6455 section 5.1"};
  EXPECT_EQ(judgeRequirement(one, seen).behavior, Behavior::informational);
}

TEST(RequirementVerdict, AnotherCodeIsNonStrict) {
  suite::Case one = testCase(Level::must, Reaction::fail);
  requirement(one).codes = {1002};
  RequirementObservation seen = good();
  seen.closing.closedByMe = false;
  seen.closeCode = 1000;
  EXPECT_EQ(judgeRequirement(one, seen).behavior, Behavior::nonStrict);
  seen.closeCode.reset();
  EXPECT_EQ(judgeRequirement(one, seen).behavior, Behavior::ok);
}

TEST(RequirementVerdict, TheFirstCloseFrameCounts) {
  suite::Case one = testCase(Level::must, Reaction::fail);
  RequirementTracker tracker(requirement(one));
  websocket::FrameHeader header;
  header.opcode = websocket::kClose;
  tracker.onFrame({header, 4, OctetView("\x03\xEAno", 4)});
  tracker.onFrame({header, 2, OctetView("\x03\xE8", 2)});
  EXPECT_EQ(tracker.observed().closeCode, 1002);
  EXPECT_EQ(tracker.observed().closeReason, "no");
  EXPECT_EQ(tracker.observed().laterCloseCodes, std::vector<std::uint16_t>{1000});
}

TEST(RequirementVerdict, ACodeThatIsSentBackIsExcused) {
  suite::Case one = testCase(Level::must, Reaction::close);
  const auto behavior = [&](std::uint16_t ours, std::uint16_t theirs) {
    one.script = {{suite::SendClose{ours, {}}, {}}};
    RequirementObservation seen = good();
    seen.closeCode = theirs;
    return judgeRequirement(one, seen).behavior;
  };
  EXPECT_EQ(behavior(999, 999), Behavior::nonStrict);
  EXPECT_EQ(behavior(1000, 999), Behavior::failed);
  EXPECT_EQ(behavior(1005, 1005), Behavior::failed);
  EXPECT_EQ(behavior(2999, 2999), Behavior::ok);
  EXPECT_EQ(behavior(1000, 1014), Behavior::ok);
}

TEST(RequirementVerdict, ALimitIsNoBreach) {
  suite::Case one = testCase(Level::must, Reaction::echo);
  RequirementObservation seen = good();
  seen.messages = 0;
  seen.closing.closedByMe = false;
  seen.closeCode = 1009;
  EXPECT_EQ(judgeRequirement(one, seen).behavior, Behavior::failed);  // one octet is not too big
  requirement(one).expected = {suite::Rating::ok,
                               {suite::ExpectMessage{Payload("a", std::uint64_t{1000}), false}}};
  EXPECT_EQ(judgeRequirement(one, seen).behavior, Behavior::informational);
}

TEST(RequirementVerdict, BehindItsCloseFrameAPeerSendsNoData) {
  RequirementObservation seen = good();
  seen.dataBehindClose = true;
  const Verdict verdict = judgeRequirement(testCase(Level::must, Reaction::echo), seen);
  EXPECT_EQ(verdict.behavior, Behavior::failed);
  EXPECT_EQ(verdict.behaviorClose, BehaviorClose::failed);
}

TEST(RequirementVerdict, MasksThatCanBeForeseen) {
  suite::Case one = testCase(Level::must, Reaction::echo);
  requirement(one).checks = {{Level::must, suite::Check::Kind::freshMasks, "", {}, {}}};
  RequirementObservation seen = good();
  seen.isServer = true;
  const auto behavior = [&](auto key) {
    seen.masks.clear();
    for (std::uint8_t i = 0; i < 20; ++i) seen.masks.push_back(key(i));
    return judgeRequirement(one, seen).behavior;
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

TEST(RequirementTracker, PongsMayComeUnasked) {
  suite::Case one = testCase(Level::must, Reaction::echo);
  requirement(one).expected = {suite::Rating::ok,
                               {suite::ExpectPong{Payload("a")}, suite::ExpectPong{Payload("b")}}};
  RequirementTracker tracker(requirement(one));
  tracker.onPong("unasked");
  EXPECT_FALSE(tracker.isComplete());
  tracker.onPong("b");  // the most recent Ping alone may be answered
  EXPECT_TRUE(tracker.isComplete());
}

TEST(RequirementTracker, WhatComesLateIsTold) {
  suite::Case one = testCase(Level::must, Reaction::echo);
  RequirementTracker tracker(requirement(one));
  tracker.await(suite::ExpectMessage{Payload("a"), false});
  EXPECT_TRUE(tracker.isAwaiting());
  tracker.giveUpAwaited();
  EXPECT_EQ(tracker.observed().unmet.size(), 1U);
  tracker.onMessage("a", false);
  EXPECT_TRUE(tracker.observed().unmet.empty());
  EXPECT_EQ(tracker.observed().late.size(), 1U);
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

TEST(RequirementVerdict, IsInDoubtWhereNothingButAbsenceDecides) {
  const suite::Case echo = testCase(Level::must, Reaction::echo);
  EXPECT_EQ(judgeRequirement(echo, good()).doubt, Doubt::none);
  RequirementObservation silent = good();
  silent.messages = 0;
  EXPECT_EQ(judgeRequirement(echo, silent).doubt, Doubt::absence);
  RequirementObservation wrong = good();
  wrong.wrongMessage = "sent something else";
  wrong.closeFrames = 0;  // and no answer to our Close frame
  EXPECT_EQ(judgeRequirement(echo, wrong).doubt, Doubt::none);
  EXPECT_EQ(judgeRequirement(testCase(Level::may, Reaction::echo), silent).doubt, Doubt::none);
}

TEST(RequirementVerdict, ABusyServerIsInDoubt) {
  suite::Case one = testCase(Level::must, Reaction::answer);
  requirement(one).checks = {{Level::must, suite::Check::Kind::status, "", {"400"}, {}}};
  RequirementObservation seen;
  seen.handshake = "HTTP/1.1 503 Service Unavailable\r\n\r\n";
  EXPECT_EQ(judgeRequirement(one, seen).doubt, Doubt::absence);
  seen.handshake = "HTTP/1.1 500 Internal Server Error\r\n\r\n";
  EXPECT_EQ(judgeRequirement(one, seen).doubt, Doubt::none);
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
