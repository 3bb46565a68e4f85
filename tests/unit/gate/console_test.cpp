#include "gate/console.hpp"

#include "report/explain.hpp"
#include "samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::gate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

report::Records recordsOf(const std::vector<report::Sample>& samples) {
  report::Records records;
  for (const report::Sample& sample : samples) {
    records[report::agentText(sample.result)][sample.testCase->id] =
        report::makeRecord(sample.result, "x.json");
  }
  return records;
}

TEST(Explain, SaysWhatWasSentAndWhatDidNotCome) {
  EXPECT_EQ(
      report::sentence(report::explain(report::fragmentedWithPings().result)),
      "sent text (FIN 0) \"fragment1\", continuation (FIN 0) \"fragment2\", ping \"pongme 1!\", "
      "continuation (FIN 0) \"fragment3\", 3 more; expected pong \"pongme 1!\", pong \"pongme "
      "2!\", text \"fragment1fragment2fragme…\" (45 octets); received nothing; peer "
      "dropped the TCP connection without previous WebSocket closing handshake");
}

TEST(Explain, SaysThatThePeerDidNotFailTheConnection) {
  EXPECT_EQ(
      report::sentence(report::explain(report::reservedBits().result)),
      "sent text \"Hello, world!\", text (RSV 2) \"Hello, world!\", ping; expected text \"Hello, "
      "world!\"; received text \"Hello, world!\", text \"Hello, world!\", empty pong; the peer "
      "did not fail the connection with code 1002, so the fuzzer did");
}

TEST(Explain, LeavesOutEventsThatWereRight) {
  const report::Explanation why = report::explain(report::choppedOctetwise().result);
  EXPECT_EQ(why.expected, "");
  EXPECT_THAT(why.remark, HasSubstr("peer dropped the TCP connection"));
}

TEST(Explain, ReadsCloseFramesByTheirCode) {
  report::Sample sample = report::passed("7.9.1");
  const play::FrameSentRow close{play::Excerpt(OctetView("\x03\xe7"
                                                         "bye")),
                                 8,
                                 true,
                                 0,
                                 {},
                                 {},
                                 {},
                                 false};
  sample.result.wireLog = {{Duration{}, close}};
  EXPECT_EQ(report::explain(sample.result).sent, "close 999 \"bye\"");
}

TEST(Explain, NamesTheWrongCloseCode) {
  report::Sample sample = report::passed("7.3.1");
  sample.result.behaviorClose = play::BehaviorClose::wrongCode;
  sample.result.closing.remoteCloseCode = 1002;
  EXPECT_EQ(report::explain(sample.result).remark, "closed with code 1002, expected 1000 or none");
}

TEST(Explain, SaysWhyAConnectionWasNeverOpen) {
  report::Sample sample = report::failed("1.1.1");
  sample.result.opened = false;
  sample.result.closing.wasNotCleanReason =
      "WebSocket connection upgrade failed (400 - BadRequest)";
  EXPECT_EQ(report::sentence(report::explain(sample.result)),
            "the opening handshake was not completed: WebSocket connection upgrade failed (400 - "
            "BadRequest)");
}

TEST(Explain, TheResultOfACaseByLevelSaysItAll) {
  report::Sample sample = report::failed("1.1.1");
  sample.testCase->criterion = suite::Requirement{};
  sample.result.result = "Breaks MUST X: after a text frame, the peer was silent.";
  EXPECT_EQ(report::sentence(report::explain(sample.result)),
            "Breaks MUST X: after a text frame, the peer was silent");
}

TEST(Explain, OfAFrameInPartsSaysWhatWasInThem) {
  report::Sample sample = report::failed("6.4.3");
  sample.testCase->script = {{suite::BeginMessage{}, {}}, {suite::BeginFrame{21}, {}}};
  sample.testCase->description = "One frame whose second part is not UTF-8.";
  EXPECT_EQ(report::explain(sample.result).sent, "one frame whose second part is not UTF-8");
}

TEST(Explain, TakesTheResultOfCasesThatMeasure) {
  report::Sample sample = report::failed("9.1.1");
  sample.testCase->criterion = suite::ExpectedEvents{};
  sample.result.behaviorClose = play::BehaviorClose::ok;
  sample.result.result = "Did not receive message within 10 seconds.";
  EXPECT_EQ(report::explain(sample.result).remark, "Did not receive message within 10 seconds");
}

TEST(Explain, ShortensPayloads) {
  EXPECT_EQ(report::quoted(play::Excerpt(OctetView("Hello"))), " \"Hello\"");
  EXPECT_EQ(report::quoted(play::Excerpt(Payload("*", std::uint64_t{65536}))),
            " \"************************…\" (65536 octets)");
  EXPECT_EQ(report::quoted(play::Excerpt(OctetView("\xfe\xff"))), " 0xfeff (2 octets)");
  EXPECT_EQ(report::quoted(play::Excerpt(std::string(20, '\xfe'))),
            " 0xfefefefefefefefefefefefe… (20 octets)");
  EXPECT_EQ(report::quoted(play::Excerpt()), "");
}

TEST(Summary, CountsByVerdictAndExplainsFailures) {
  std::vector<report::Sample> samples;
  samples.push_back(report::passed("1.1.1"));
  samples.push_back(report::failed("1.1.10"));
  const report::Sample missing = report::passed("2.1");
  const std::vector<const suite::Case*> cases = {samples[0].testCase.get(),
                                                 samples[1].testCase.get(), missing.testCase.get()};
  EXPECT_EQ(
      summary(recordsOf(samples), cases),
      "agent/1.0: 2 cases\n"
      "  behavior  1 OK, 1 FAILED, 1 missing\n"
      "  closing   1 OK, 1 UNCLEAN\n"
      "  1.1.10  FAILED / UNCLEAN  sent text \"Hello\"; expected text \"Hello\"; received nothing; "
      "peer dropped\n"
      "          the TCP connection without previous WebSocket closing handshake\n");
}

TEST(Summary, StopsAfterTheMostFailures) {
  std::vector<report::Sample> samples;
  for (int i = 1; i <= 5; ++i) samples.push_back(report::failed("1.1." + std::to_string(i)));
  const std::string text = summary(recordsOf(samples), {}, {2, 100});
  EXPECT_THAT(text, HasSubstr("1.1.2 "));
  EXPECT_THAT(text, Not(HasSubstr("1.1.3 ")));
  EXPECT_THAT(text, HasSubstr("  … and 3 more\n"));
}

TEST(Summary, PutsWhatFailedFirst) {
  std::vector<report::Sample> samples;
  samples.push_back(report::passed("1.1.1"));
  samples[0].result.behaviorClose = play::BehaviorClose::wrongCode;
  samples.push_back(report::failed("1.1.2"));
  const std::string text = summary(recordsOf(samples), {});
  EXPECT_LT(text.find("1.1.2 "), text.find("1.1.1 "));
}

TEST(Summary, LetsNoPeerControlTheTerminal) {
  std::vector<report::Sample> samples;
  samples.push_back(report::hostile());
  const std::string text = summary(recordsOf(samples), {});
  for (const char c : text) EXPECT_TRUE(c == '\n' || static_cast<unsigned char>(c) >= 0x20);
  EXPECT_THAT(text, Not(HasSubstr("\u202e")));
  EXPECT_THAT(text, HasSubstr("\\x1b[31m"));
}

}  // namespace
}  // namespace wsgauntlet::gate
