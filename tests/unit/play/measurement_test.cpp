// What judges echoes by itself, and what counts them.
#include "play/measurement.hpp"

#include "play/recorder.hpp"
#include "suite/corpora.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::play {
namespace {

using namespace std::chrono_literals;
using State = RoundTripLoop::State;

constexpr TimePoint kStart{std::chrono::seconds(5)};

suite::LargeEcho large(bool binary) {
  return {binary, Payload("abc", 8), 10};
}

TEST(LargeEchoCheck, SaysWhatCame) {
  const struct {
    bool binary;
    const char* payload;
    bool isBinary;
    Behavior behavior;
    const char* text;
  } rows[] = {
      {false, "abcabcab", false, Behavior::ok, "Received text message of length 8."},
      {true, "abcabcab", true, Behavior::ok, "Received binary message of length 8."},
      {false, "abcabca", false, Behavior::failed,
       "Expected text message with payload of length 8, but got 7."},
      {true, "", true, Behavior::failed,
       "Expected binary message with payload of length 8, but got 0."},
      {false, "abcabcab", true, Behavior::failed,
       "Expected text message with payload, but got binary."},
      {true, "abcabcab", false, Behavior::failed,
       "Expected binary message with payload, but got text."},
      {false, "abcabXab", false, Behavior::failed,
       "Expected the text message that was sent, but its payload differs at octet index 5."},
  };
  for (const auto& row : rows) {
    const suite::LargeEcho message = large(row.binary);
    LargeEchoCheck check(message);
    EXPECT_TRUE(check.onMessage(row.payload, row.isBinary));
    EXPECT_EQ(check.verdict().behavior, row.behavior);
    EXPECT_EQ(check.verdict().result, row.text);
  }
}

TEST(LargeEchoCheck, JudgesOnlyTheFirstMessage) {
  const suite::LargeEcho message = large(false);
  LargeEchoCheck check(message);
  EXPECT_EQ(check.verdict().behavior, Behavior::failed);
  EXPECT_EQ(check.verdict().result, "Did not receive message within 10 seconds.");
  EXPECT_TRUE(check.onMessage("abcabcab", false));
  EXPECT_FALSE(check.onMessage("wrong", true));
  EXPECT_EQ(check.verdict().behavior, Behavior::ok);
  EXPECT_EQ(check.verdict().result, "Received text message of length 8.");
}

suite::RoundTrips threeTimes() {
  suite::RoundTrips loop;
  loop.count = 3;
  loop.payload = Payload("echo");
  loop.seconds = 60;
  return loop;
}

TEST(RoundTripLoop, TakesTheTimeOfEachTrip) {
  const suite::RoundTrips trips = threeTimes();
  RoundTripLoop loop(trips, false);
  EXPECT_EQ(loop.verdict().result, "Case did not finish within 60 seconds.");
  EXPECT_EQ(loop.next(kStart).octets(), "echo");
  EXPECT_EQ(loop.onMessage("echo", false, kStart + 3ms), State::running);
  EXPECT_EQ(loop.next(kStart + 10ms).octets(), "echo");
  EXPECT_EQ(loop.onMessage("echo", false, kStart + 11ms), State::running);
  EXPECT_EQ(loop.next(kStart + 20ms).octets(), "echo");
  EXPECT_EQ(loop.verdict().behavior, Behavior::failed);
  EXPECT_EQ(loop.onMessage("echo", false, kStart + 22ms), State::succeeded);
  EXPECT_EQ(loop.verdict().behavior, Behavior::ok);
  EXPECT_EQ(loop.verdict().result, "Ok, received all echo'ed messages in time.");
  EXPECT_EQ(loop.times(), (std::vector<std::chrono::nanoseconds>{3ms, 1ms, 2ms}));
  EXPECT_EQ(loop.onMessage("late", true, kStart + 23ms), State::succeeded);
  EXPECT_EQ(loop.times().size(), 3U);
  EXPECT_EQ(loop.verdict().behavior, Behavior::ok);
}

TEST(RoundTripLoop, SaysHowAnEchoDiffers) {
  const struct {
    bool compressed;
    const char* echo;
    bool isBinary;
    const char* text;
  } rows[] = {
      {false, "echo", true,
       "Echo'ed message type or length differs from what I sent (got binary = True, payload length "
       "= 4)."},
      {false, "ech", false,
       "Echo'ed message type or length differs from what I sent (got binary = False, payload "
       "length = 3)."},
      {false, "ecHo", false,
       "Echo'ed message contents differs from what I sent (got SHA1 "
       "6958d1447b213900404782b2d859d6d0b1baf77f, expected SHA1 "
       "b2d21e771d9f86865c5eff193663574dd1796c8f)."},
      {true, "echo", true,
       "Echo'ed message type differs from what I sent (got binary True, expected binary False)."},
      {true, "ech", false,
       "Echo'ed message length differs from what I sent (got length 3, expected length 4)."},
  };
  for (const auto& row : rows) {
    const suite::RoundTrips trips = threeTimes();
    RoundTripLoop loop(trips, row.compressed);
    EXPECT_EQ(loop.next(kStart).size(), 4U);
    EXPECT_EQ(loop.onMessage(row.echo, row.isBinary, kStart), State::failed);
    EXPECT_EQ(loop.verdict().behavior, Behavior::failed);
    EXPECT_EQ(loop.verdict().result, row.text);
    EXPECT_EQ(loop.onMessage("echo", false, kStart), State::failed);
  }
}

TEST(MessageSource, WalksCyclicallyThroughItsCorpus) {
  for (const bool codePoints : {false, true}) {
    suite::RoundTrips loop;
    loop.payload = suite::CorpusSlices{"json", 1000, codePoints};
    const OctetView corpus = suite::Corpora::builtIn().find("json").octets();
    MessageSource source(loop, suite::Corpora::builtIn());
    Octets all;
    while (all.size() <= corpus.size() + 1000) {
      const Octets slice = source.next().octets();
      std::size_t units = 0;
      for (const char c : slice) units += !codePoints || (c & 0xC0) != 0x80 ? 1 : 0;
      EXPECT_EQ(units, 1000U);
      all += slice;
    }
    EXPECT_EQ(all.substr(0, corpus.size()), corpus);
    EXPECT_EQ(all.substr(corpus.size()), corpus.substr(0, all.size() - corpus.size()));
  }
}

TEST(MessageSource, RepeatsWhatIsFixed) {
  const suite::RoundTrips loop = threeTimes();
  MessageSource source(loop, suite::Corpora::builtIn());
  EXPECT_EQ(source.next().octets(), "echo");
  EXPECT_EQ(source.next().octets(), "echo");
}

// ---- the recorder -------------------------------------------------------------------------------

TEST(Recorder, StatisticsGoOnWhileTheLogIsOff) {
  Recorder recorder;
  recorder.begin(kStart);
  recorder.setNow(kStart + 2ms);
  recorder.octetsReceived("abc");
  recorder.switchLog(false);
  EXPECT_FALSE(recorder.logOn());
  recorder.octetsReceived("abc");
  recorder.octetsSent(100, "head", true);
  recorder.note(ClosingRow{});  // a row that is not of the wire
  const Payload payload("Hello");
  recorder.frameSent({websocket::kPing, true, 0, std::nullopt, payload, 0, 5, 5, {}, {}, false});
  recorder.switchLog(true);
  recorder.setNow(kStart + 3ms);
  recorder.octetsSent(100, "head", true);

  EXPECT_EQ(recorder.stats().octetsReceived, (std::map<std::uint64_t, std::uint64_t>{{3, 2}}));
  EXPECT_EQ(recorder.stats().octetsSent, (std::map<std::uint64_t, std::uint64_t>{{100, 2}}));
  EXPECT_EQ(recorder.stats().framesSent, (std::map<std::uint8_t, std::uint64_t>{{9, 1}}));
  const WireLog log = recorder.takeLog();
  ASSERT_EQ(log.size(), 3U);
  EXPECT_EQ(log[0].at, 2ms);
  EXPECT_EQ(std::get<OctetsRow>(log[0].what).octets.head, "abc");
  EXPECT_TRUE(std::holds_alternative<ClosingRow>(log[1].what));
  const auto& sent = std::get<OctetsRow>(log[2].what);
  EXPECT_TRUE(sent.sent && sent.sync);
  EXPECT_EQ(sent.octets.length, 100U);
  EXPECT_EQ(log[2].at, 3ms);
}

TEST(Recorder, CountsTrafficOfDataFramesAndTellsTheHandshakeApart) {
  Recorder recorder;
  recorder.octetsSent(243, "GET", false);
  recorder.octetsReceived("HTTP/1.1");
  recorder.setOpen();
  recorder.octetsSent(10, "", false);
  recorder.octetsReceived("12345");
  recorder.messageSent(7);
  recorder.messageReceived(4);
  const Payload payload("abc");
  recorder.frameSent(
      {websocket::kContinuation, true, 0, std::nullopt, payload, 1, 2, 2, {}, {}, {}});
  recorder.frameSent({websocket::kClose, true, 0, std::nullopt, payload, 0, 3, 3, {}, {}, {}});
  websocket::FrameHeader header;
  header.opcode = websocket::kText;
  header.length = 2;
  recorder.frameReceived({header, 4, "four"});  // inflated
  const TrafficStats& traffic = recorder.traffic();
  EXPECT_EQ(traffic.preopenOutgoingOctetsWireLevel, 243U);
  EXPECT_EQ(traffic.preopenIncomingOctetsWireLevel, 8U);
  EXPECT_EQ(traffic.outgoing.octetsWireLevel, 10U);
  EXPECT_EQ(traffic.incoming.octetsWireLevel, 5U);
  EXPECT_EQ(traffic.outgoing.frames, 1U);
  EXPECT_EQ(traffic.outgoing.octetsWebSocketLevel, 2U);
  EXPECT_EQ(traffic.incoming.octetsWebSocketLevel, 2U);
  EXPECT_EQ(traffic.outgoing.octetsAppLevel, 7U);
  EXPECT_EQ(traffic.incoming.octetsAppLevel, 4U);

  const WireLog log = recorder.takeLog();
  EXPECT_EQ(std::get<FrameSentRow>(log.at(4).what).payload, Excerpt(OctetView("bc")));
  EXPECT_EQ(std::get<FrameReceivedRow>(log.at(6).what).payload, Excerpt(OctetView("four")));
}

}  // namespace
}  // namespace wsgauntlet::play
