#include "base/text.hpp"

#include "report/excerpt_text.hpp"
#include "report/pages/python_repr.hpp"
#include "report/pages/wire_log_text.hpp"
#include "samples.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::report {
namespace {

using ::testing::ElementsAre;

TEST(ExcerptText, MarksOnlyWhatWasCut) {
  EXPECT_EQ(excerptText(play::Excerpt(std::string(64, 'a'))).text, std::string(64, 'a'));
  EXPECT_EQ(excerptText(play::Excerpt(std::string(65, 'a'))).text, std::string(64, 'a') + " ...");
  EXPECT_EQ(excerptHex(play::Excerpt(OctetView("\x81\x00", 2))), "8100");
}

TEST(ExcerptText, CutsBetweenCodePoints) {
  for (const std::string_view last : {"é", "€", "😀"}) {
    for (std::size_t before = 61; before < 64; ++before) {
      const std::string text = std::string(before, 'a') + std::string(last) + std::string(9, 'b');
      const ExcerptText shown = excerptText(play::Excerpt(text));
      EXPECT_TRUE(shown.decoded) << before << last;
      EXPECT_TRUE(text.starts_with(shown.text.substr(0, shown.text.size() - 4)));
      EXPECT_TRUE(isUtf8(shown.text));
    }
  }
}

TEST(ExcerptText, ShowsOctetsThatAreNotTextAsDigits) {
  EXPECT_EQ(excerptText(play::Excerpt(OctetView("\x03\xe8"))).text, "0x03e8");
  EXPECT_FALSE(excerptText(play::Excerpt(OctetView("\xed\xa0\x80"))).decoded);
  // A beginning of a code point at the end counts as text only where the rest was cut off.
  EXPECT_EQ(excerptText(play::Excerpt(OctetView("a\xe2\x82"))).text, "0x61e282");
  EXPECT_EQ(excerptText(play::Excerpt(std::string(70, '\xfe'))).text.substr(0, 6), "0xfefe");
}

TEST(Repr, FollowsPython) {
  EXPECT_EQ(reprUnicode("pongme 1!"), "u'pongme 1!'");
  EXPECT_EQ(reprUnicode("it's"), "u\"it's\"");
  EXPECT_EQ(reprUnicode("it's \"it\""), "u'it\\'s \"it\"'");
  EXPECT_EQ(reprUnicode("\\ \t\r\n\x01\x7f"), "u'\\\\ \\t\\r\\n\\x01\\x7f'");
  EXPECT_EQ(reprUnicode("éκ😀"), "u'\\xe9\\u03ba\\U0001f600'");
}

TEST(Repr, ShowsEachKindOfEvent) {
  Sample sample = passed("1.1.1");
  sample.result.received = {play::MessageEvent{play::Excerpt(OctetView("\xfe")), true},
                            play::PongEvent{}, play::TimeoutEvent{"A"}};
  EXPECT_EQ(reprObserved(sample.result).text,
            "[('message', '0xfe', True), ('pong', u''), ('timeout', 'A')]");
  sample.testCase->criterion = suite::ExpectedEvents{};
  EXPECT_EQ(reprExpected(sample.result).text, "{}");
}

TEST(Repr, IsCutBehind996Characters) {
  Repr repr{std::string(996, 'x'), 990, 996};
  limit(repr);
  EXPECT_EQ(repr.text.size(), 996U);
  repr = {std::string(997, 'x'), 990, 997};
  limit(repr);
  EXPECT_EQ(repr.text, std::string(996, 'x') + " ...");
  EXPECT_EQ(repr.markEnd, 996U);
}

std::vector<std::string> linesOf(decltype(play::WireLogRow::what) what) {
  return wireLogText({Duration{}, std::move(what)}, 7).lines;
}

TEST(WireLogText, ShowsEachKindOfRow) {
  EXPECT_THAT(linesOf(play::WaitRow{1, "A"}), ElementsAre("007 DELAY 1.000000 sec for TAG A"));
  EXPECT_THAT(linesOf(play::WaitRow{0.5, {}}), ElementsAre("007 DELAY 0.500000 sec for TAG None"));
  EXPECT_THAT(linesOf(play::WaitEndedRow{"A"}), ElementsAre("007 DELAY TIMEOUT on TAG A"));
  EXPECT_THAT(linesOf(play::FailAfterRow{1}),
              ElementsAre("007 FAIL CONNECTION AFTER 1.000000 sec"));
  EXPECT_THAT(linesOf(play::FailingRow{}), ElementsAre("007 FAILING CONNECTION"));
  EXPECT_THAT(linesOf(play::CloseAfterRow{1}),
              ElementsAre("007 CLOSE CONNECTION AFTER 1.000000 sec"));
  EXPECT_THAT(linesOf(play::ClosingRow{}), ElementsAre("007 CLOSING CONNECTION"));
  EXPECT_THAT(linesOf(play::SwitchRow{true}), ElementsAre("007 WIRELOG ENABLED"));
  EXPECT_THAT(linesOf(play::SwitchRow{false}), ElementsAre("007 WIRELOG DISABLED"));
  EXPECT_THAT(tcpDroppedText(true, 1234).lines, ElementsAre("1234 TCP DROPPED BY ME"));
}

TEST(WireLogText, KeepsPayloadsInTheirColumns) {
  const std::string indent(15, ' ');
  const play::FrameReceivedRow frame{play::Excerpt(std::string(64, '\xfe')), 2, true, 0,
                                     std::nullopt};
  const auto lines = linesOf(frame);
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_EQ(lines[1].size(), 115U);
  EXPECT_EQ(lines[2],
            indent + std::string(30, 'x').replace(0, 30, "fefefefefefefefefefefefefefefe"));
  const play::FrameReceivedRow blank{play::Excerpt(OctetView(" \t\n")), 1, true, 0, std::nullopt};
  EXPECT_EQ(linesOf(blank).size(), 1U);
  const play::FrameReceivedRow text{play::Excerpt(OctetView("a\tb\nc ")), 1, true, 0, std::nullopt};
  EXPECT_EQ(linesOf(text)[1], indent + "a b c");
}

TEST(WireLogText, NamesTheClassesThatPagesAreReadBy) {
  const auto classOf = [](decltype(play::WireLogRow::what) what) {
    return wireLogText({Duration{}, std::move(what)}, 0).cssClass;
  };
  play::FrameSentRow frame;
  EXPECT_EQ(classOf(frame), "wirelog_tx_frame");
  frame.chop = 1;
  EXPECT_EQ(classOf(frame), "wirelog_tx_frame_sync");
  EXPECT_EQ(classOf(play::OctetsRow{true, {}, true}), "wirelog_tx_octets_sync");
  EXPECT_EQ(classOf(play::OctetsRow{true, {}, false}), "wirelog_tx_octets");
  EXPECT_EQ(classOf(play::OctetsRow{}), "wirelog_rx_octets");
  EXPECT_EQ(classOf(play::SwitchRow{}), "wirelog_delay");
  EXPECT_EQ(classOf(play::FailingRow{}), "wirelog_kill_after");
  EXPECT_EQ(tcpDroppedText(false, 0).cssClass, "wirelog_tcp_closed_by_peer");
}

}  // namespace
}  // namespace wsgauntlet::report
