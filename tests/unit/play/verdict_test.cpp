#include "play/verdict.hpp"

#include "suite/catalogue.hpp"

#include <fstream>
#include <functional>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::play {
namespace {

using nlohmann::json;
using suite::Case;

const Case& builtIn(const std::string& id) {
  const Case* found = suite::Catalogue::builtIn().find(*suite::CaseId::parse(id));
  if (found == nullptr) throw std::logic_error("no case " + id);
  return *found;
}

/// All came and ended as the case wants it, with the first alternative that has this verdict.
EventObservation asExpected(const Case& testCase, suite::Rating rating = suite::Rating::ok,
                            bool isServer = false) {
  EventObservation seen;
  seen.isServer = isServer;
  seen.opened = true;
  for (const auto& alternative : suite::alternativesOf(testCase)) {
    seen.matched.push_back(alternative.rating == rating);
  }
  seen.closing.closedByMe = testCase.close.byFuzzer;
  seen.closing.wasClean = true;
  seen.closing.remoteCloseCode = testCase.close.codes.front();
  seen.closing.droppedByMe = isServer;
  if (testCase.framesSent) {
    for (const auto& [opcode, count] : *testCase.framesSent) seen.framesSent[opcode] = count;
  }
  return seen;
}

std::string words(const Verdict& verdict) {
  return std::string(name(verdict.behavior)) + " / " + std::string(name(verdict.behaviorClose));
}

/// The observations of `verdict_probes`, by their names.
EventObservation probe(const Case& testCase, const std::string& what) {
  EventObservation seen = asExpected(testCase);
  if (what == "wrong_code") seen.closing.remoteCloseCode = 4321;
  if (what == "wrong_endpoint") seen.closing.closedByMe = !testCase.close.byFuzzer;
  if (what == "unclean") seen.closing.wasClean = false;
  if (what == "extra_event") seen.matched.assign(suite::alternativesOf(testCase).size(), false);
  return seen;
}

TEST(Verdict, IsThatOfTheOriginalForEveryProbe) {
  std::ifstream file(WSGAUNTLET_SOURCE_DIR "/tests/conformance/case-facts.json");
  int cases = 0;
  for (const json& facts : json::parse(file)) {
    if (!facts.contains("verdict_probes")) continue;
    ++cases;
    const std::string id = facts["id"];
    const json& probes = facts["verdict_probes"];
    EXPECT_EQ(probes.size(), 5U);
    for (const auto& [what, expected] : probes.items()) {
      const Verdict verdict = judge(builtIn(id), probe(builtIn(id), what));
      EXPECT_EQ(words(verdict),
                expected[0].get<std::string>() + " / " + expected[1].get<std::string>())
          << id << " " << what;
    }
  }
  EXPECT_EQ(cases, 247);
}

TEST(Verdict, OfTheClosingIsDecidedByTheFirstRule) {
  const Case& fuzzerCloses = builtIn("1.1.1");  // by us with 1000, cleanly
  const Case& peerCloses = builtIn("3.3");      // by the peer with 1002
  using Change = std::function<void(EventObservation&)>;
  const struct {
    const Case& testCase;
    Change change;
    const char* behavior;
    const char* text;
  } rows[] = {
      {fuzzerCloses, [](EventObservation&) {}, "OK", "Connection was properly closed"},
      {peerCloses, [](EventObservation&) {}, "OK", "Connection was properly closed"},
      {fuzzerCloses, [](EventObservation& seen) { seen.closing.remoteCloseCode.reset(); }, "OK",
       "Connection was properly closed"},
      {fuzzerCloses, [](EventObservation& seen) { seen.closing.droppedByMe = true; },
       "FAILED BY CLIENT", "It is preferred that the server close the TCP connection"},
      {fuzzerCloses,
       [](EventObservation& seen) { seen.isServer = seen.closing.droppedByMe = true; }, "OK",
       "Connection was properly closed"},
      {fuzzerCloses,
       [](EventObservation& seen) {
         seen.closing.remoteCloseCode = 1001;
         seen.closing.droppedByMe = true;
       },
       "WRONG CODE", "The close code should have been 1000 or empty"},
      {fuzzerCloses,
       [](EventObservation& seen) {
         seen.closing.wasClean = false;
         seen.closing.remoteCloseCode = 1001;
       },
       "UNCLEAN", "The spec requires the connection to be failed cleanly here"},
      {fuzzerCloses,
       [](EventObservation& seen) { seen.closing.closedByMe = seen.closing.wasClean = false; },
       "FAILED", "The connection was failed by the wrong endpoint"},
      {peerCloses, [](EventObservation& seen) { seen.closing.closedByMe = true; }, "FAILED",
       "The connection was failed by the wrong endpoint"},
      {peerCloses, [](EventObservation& seen) { seen.closing.wasClean = false; }, "OK",
       "Connection was properly closed"},
      {peerCloses, [](EventObservation& seen) { seen.closing.remoteCloseCode = 1000; },
       "WRONG CODE", "The close code should have been 1002 or empty"},
      {fuzzerCloses, [](EventObservation& seen) { seen.opened = false; }, "FAILED",
       "The WebSocket opening handshake was never completed!"},
  };
  for (const auto& row : rows) {
    EventObservation seen = asExpected(row.testCase);
    row.change(seen);
    const Verdict verdict = judge(row.testCase, seen);
    EXPECT_EQ(name(verdict.behaviorClose), row.behavior);
    EXPECT_EQ(verdict.resultClose, row.text);
    EXPECT_EQ(name(verdict.behavior), seen.opened ? "OK" : "FAILED");
    EXPECT_EQ(verdict.result, seen.opened ? "Actual events match at least one expected."
                                          : "Actual events differ from any expected.");
  }
}

TEST(Verdict, OfSeveralCodesNamesThemAll) {
  const Case& testCase = builtIn("7.5.1");
  EventObservation seen = asExpected(testCase);
  seen.closing.remoteCloseCode = 4000;
  const Verdict verdict = judge(testCase, seen);
  EXPECT_EQ(verdict.resultClose, "The close code should have been 1002,1007 or empty");
  EXPECT_EQ(verdict.result, verdict.resultClose);  // makes the case fail
  EXPECT_EQ(words(verdict), "FAILED / WRONG CODE");
}

TEST(Verdict, KnowsWhatIsNotStrict) {
  for (const char* id : {"3.2", "4.1.3", "6.4.1"}) {
    EXPECT_EQ(words(judge(builtIn(id), asExpected(builtIn(id), suite::Rating::nonStrict))),
              "NON-STRICT / OK")
        << id;
  }
}

/// The text is left as it was: only the word changes.
TEST(Verdict, OfInvalidUtf8FailsWhenWeHadToEndIt) {
  const Case& testCase = builtIn("6.3.1");
  const Verdict verdict = judge(testCase, probe(testCase, "wrong_endpoint"));
  EXPECT_EQ(words(verdict), "FAILED / FAILED");
  EXPECT_EQ(verdict.result, "Actual events match at least one expected.");
}

TEST(Verdict, OfInformationalCasesSaysWhatThePeerDid) {
  const Case& order = builtIn("7.1.6");
  EXPECT_EQ(judge(order, asExpected(order)).result, "Text message was processed before close.");
  EXPECT_EQ(judge(order, asExpected(order, suite::Rating::nonStrict)).result,
            "Close was processed before text message could be returned.");
  EXPECT_EQ(judge(order, probe(order, "extra_event")).result,
            "Actual events differ from any expected.");
  const Case& undefined = builtIn("7.13.1");
  for (const char* what : {"as_expected", "extra_event", "unclean"}) {
    const Verdict verdict = judge(undefined, probe(undefined, what));
    EXPECT_EQ(verdict.result, "Actual events are undefined by the spec.");
    EXPECT_EQ(words(verdict), "INFORMATIONAL / INFORMATIONAL");
  }
}

TEST(Verdict, CountsTheFramesThatWeSent) {
  const Case& testCase = builtIn("10.1.1");
  EventObservation seen = asExpected(testCase);
  seen.framesSent[8] = 1;  // beside those that are counted
  EXPECT_EQ(words(judge(testCase, seen)), "OK / OK");
  seen.framesSent[0] = 49;
  Verdict verdict = judge(testCase, seen);
  EXPECT_EQ(words(verdict), "FAILED / OK");
  EXPECT_EQ(
      verdict.result,
      "Frames transmitted {0: 49, 1: 1, 8: 1} does not match what we expected {0: 50, 1: 1}.");
  seen.opened = false;
  verdict = judge(testCase, seen);
  EXPECT_EQ(words(verdict), "FAILED / FAILED");
  EXPECT_EQ(verdict.result, "WebSocket connection was never open");
}

TEST(Verdict, OfAMeasurementIsItsOwn) {
  const Case& testCase = builtIn("9.1.1");
  EventObservation seen = asExpected(testCase);
  for (const Behavior behavior : {Behavior::ok, Behavior::failed}) {
    seen.echo = {behavior, "what it says"};
    const Verdict verdict = judge(testCase, seen);
    EXPECT_EQ(verdict.behavior, behavior);
    EXPECT_EQ(verdict.behaviorClose, BehaviorClose::ok);
    EXPECT_EQ(verdict.result, "what it says");
  }
}

/// A case that expects an echo and then the end by the fuzzer.
Case echoCase() {
  Case one;
  one.criterion = suite::ExpectedEvents{
      {{suite::Rating::ok, {suite::ExpectMessage{Payload("a")}}}}, true, std::nullopt};
  one.close.codes = {1000};
  return one;
}

EventObservation withoutEcho(const Case& testCase) {
  EventObservation seen = asExpected(testCase);
  seen.matched = {false};
  return seen;
}

TEST(Doubt, IsInWhatDidNotCome) {
  const Case testCase = echoCase();
  EXPECT_EQ(judge(testCase, asExpected(testCase)).doubt, Doubt::none);
  EXPECT_EQ(judge(testCase, withoutEcho(testCase)).doubt, Doubt::absence);
  EventObservation seen = asExpected(testCase);
  seen.opened = false;
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::absence);
  seen = asExpected(testCase);
  seen.closing.wasClean = false;
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::absence);
}

TEST(Doubt, IsNotInWhatThePeerDid) {
  const Case testCase = echoCase();
  EventObservation seen = withoutEcho(testCase);
  seen.wrongEvent = true;
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::none);
  seen = withoutEcho(testCase);
  seen.echo = {Behavior::failed, "another echo", Doubt::none};
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::none);
}

/// 1002 is said of what was sent; 1013 of a peer that has too much to do.
TEST(Doubt, IsNotInACloseFrameThatObjects) {
  const Case testCase = echoCase();
  EventObservation seen = withoutEcho(testCase);
  seen.closing.closedByMe = false;
  seen.closing.remoteCloseCode = 1002;
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::none);
  for (const std::uint16_t code :
       std::initializer_list<std::uint16_t>{1000, 1001, 1008, 1011, 1013}) {
    seen.closing.remoteCloseCode = code;
    EXPECT_EQ(judge(testCase, seen).doubt, Doubt::absence) << code;
  }
}

TEST(Doubt, AWrongCodeIsConclusiveUnlessItAnswersOurs) {
  Case testCase = echoCase();
  testCase.close.byFuzzer = false;
  EventObservation seen = asExpected(testCase);
  seen.closing.remoteCloseCode = 1003;
  EXPECT_EQ(judge(testCase, seen).behaviorClose, BehaviorClose::wrongCode);
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::none);
  testCase.close.byFuzzer = true;
  seen.closing.closedByMe = true;
  EXPECT_EQ(judge(testCase, seen).behaviorClose, BehaviorClose::wrongCode);
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::absence);
}

TEST(Doubt, IsInAGoodResultThatTheTimerOfTheCaseEnded) {
  const Case testCase = echoCase();
  EventObservation seen = asExpected(testCase);
  seen.endedByTimer = true;
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::absence);
  seen = asExpected(testCase);
  seen.closing.wasCloseHandshakeTimeout = true;
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::absence);
}

/// Only cases that end in more than one way, and where no wait decides which.
TEST(Doubt, IsARaceWhereSeveralAlternativesNeedNoWait) {
  Case testCase = echoCase();
  std::get<suite::ExpectedEvents>(testCase.criterion)
      .alternatives.push_back({suite::Rating::nonStrict, {}});
  const EventObservation seen = asExpected(testCase, suite::Rating::nonStrict);
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::race);
  testCase.script.push_back({suite::Wait{1, "A"}, {}});
  EXPECT_EQ(judge(testCase, seen).doubt, Doubt::none);
}

}  // namespace
}  // namespace wsgauntlet::play
