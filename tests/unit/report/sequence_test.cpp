#include "report/pages/sequence_diagram.hpp"
#include "report/pages/sequence_rows.hpp"
#include "samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::vector<std::string> labels(const play::Result& result) {
  std::vector<std::string> out;
  for (const SequenceRow& row : sequenceRows(result)) {
    const bool sent = row.kind == SequenceRow::Kind::sent;
    const bool received = row.kind == SequenceRow::Kind::received;
    out.push_back((sent ? "> " : received ? "< " : "") + row.label);
  }
  return out;
}

TEST(SequenceRows, FoldReadsAndWritesIntoFrames) {
  EXPECT_THAT(
      labels(closeBehindLargeMessage().result),
      ElementsAre(
          "< GET /runCase?case=215&agent=collie@1 HTTP/1.1", "> HTTP/1.1 101 Switching Protocols",
          "> TEXT · 262144 octets · “BAsd7&jh23…”", "> TEXT · 12 octets · “Hello World!”",
          "> CLOSE · 1000", "> PING · 0 octets", "will fail the connection in 1 s",
          "< TEXT · 262144 octets · “BAsd7&jh23BAsd7&jh23BAsd7&jh…” · in 6 reads",
          "< TEXT · 12 octets · “Hello World!”", "< CLOSE · 1000", "TCP closed by the fuzzer"));
}

TEST(SequenceRows, FoldChops) {
  const auto rows = labels(choppedOctetwise().result);
  EXPECT_EQ(rows[2], "> TEXT · FIN 0 · 9 octets · “fragment1” · in chops of 1");
  EXPECT_EQ(rows.size(), 10U);
}

TEST(SequenceRows, ShowOctetsWithoutAFrame) {
  Sample sample = failed("6.4.3");
  sample.result.wireLog.resize(2);
  const auto add = [&sample](int ms, decltype(play::WireLogRow::what) what) {
    sample.result.wireLog.push_back({std::chrono::milliseconds(ms), std::move(what)});
  };
  add(2, play::OctetsRow{true, play::Excerpt(std::string(6, 'x')), false});
  add(2, play::OctetsRow{true, play::Excerpt(std::string(11, 'x')), false});
  add(2, play::WaitRow{1, "A"});
  add(3, play::OctetsRow{false, play::Excerpt(std::string(5, 'x')), false});
  add(1002, play::WaitEndedRow{"A"});
  EXPECT_THAT(labels(sample.result),
              ElementsAre("> GET / HTTP/1.1", "< HTTP/1.1 101 Switching Protocols",
                          "> 17 octets of a frame · in 2 writes", "wait A 1 s",
                          "< 5 octets, no whole frame", "end of wait A", "TCP closed by the peer"));
}

TEST(SequenceDiagram, EscapesAndElides) {
  EXPECT_THAT(sequenceDiagram(hostile().result), Not(HasSubstr("<script>")));
  Sample sample = passed("5.1");
  for (int i = 0; i < 1000; ++i) {
    sample.result.wireLog.push_back(
        {std::chrono::milliseconds(2),
         play::FrameReceivedRow{play::Excerpt(OctetView("x")), 1, true, 0, std::nullopt}});
  }
  const std::string picture = sequenceDiagram(sample.result);
  EXPECT_THAT(picture, HasSubstr("855 more rows"));
  EXPECT_LT(picture.size(), 60000U);
}

TEST(SequenceDiagram, ShowsPauses) {
  Sample sample = failed("1.1.1");
  sample.result.wireLog.push_back({std::chrono::milliseconds(1001), play::FailingRow{}});
  EXPECT_THAT(sequenceDiagram(sample.result), HasSubstr(">1000.0 ms pass</text>"));
}

}  // namespace
}  // namespace wsgauntlet::report
