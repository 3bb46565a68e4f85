// Peers that break a rule, fed whole, one by one and in random pieces.
#include "endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using State = Connection::State;
using namespace std::chrono_literals;

struct Breach {
  const char* what;
  PeerFrame frame;
  std::uint16_t code;
  const char* reason;
  bool compressed = false;  ///< with permessage-deflate
  bool inMessage = false;   ///< behind the first frame of a message
};

const Breach kBreaches[] = {
    {"RSV2", {kText, "a", true, 2}, 1002, "RSV = 2 and no extension negotiated"},
    {"RSV1", {kText, "a", true, 4}, 1002, "RSV = 4 and no extension negotiated"},
    {"RSV1 and 3", {kPing, "", true, 5}, 1002, "RSV = 5 and no extension negotiated", true},
    {"ping in parts", {kPing, "a", false}, 1002, "fragmented control frame"},
    {"long ping",
     {kPing, Octets(126, 'a')},
     1002,
     "control frame with payload length > 125 octets"},
    {"opcode 11", {11, ""}, 1002, "control frame using reserved opcode 11"},
    {"opcode 15", {15, "abc"}, 1002, "control frame using reserved opcode 15"},
    {"compressed ping",
     {kPing, "", true, 4},
     1002,
     "received compressed control frame [permessage-deflate]",
     true},
    {"opcode 3", {3, "a"}, 1002, "data frame using reserved opcode 3"},
    {"opcode 7", {7, ""}, 1002, "data frame using reserved opcode 7"},
    {"continuation of nothing",
     {kContinuation, "a"},
     1002,
     "received continuation data frame outside fragmented message"},
    {"text in a text",
     {kText, "a"},
     1002,
     "received non-continuation data frame while inside fragmented message",
     false,
     true},
    {"binary in a text",
     {kBinary, "a", false},
     1002,
     "received non-continuation data frame while inside fragmented message",
     false,
     true},
    {"compressed continuation",
     {kContinuation, "a", true, 4},
     1002,
     "received continuation data frame with compress bit set [permessage-deflate]",
     true,
     true},
    {"16-bit length 125",
     {kText, Octets(125, 'a'), true, 0, std::nullopt, 2},
     1002,
     "invalid data frame length (not using minimal length encoding)"},
    {"64-bit length 65535",
     {kBinary, Octets(65535, 'a'), true, 0, std::nullopt, 8},
     1002,
     "invalid data frame length (not using minimal length encoding)"},
    {"overlong UTF-8",
     {kText, "ab\xC0\xAF"},
     1007,
     "encountered invalid UTF-8 while processing text message at payload octet index 2"},
    {"surrogate",
     {kText, "\xED\xA0\x80"},
     1007,
     "encountered invalid UTF-8 while processing text message at payload octet index 1"},
    {"bad UTF-8 in the second frame",
     {kContinuation, "b\xFF"},
     1007,
     "encountered invalid UTF-8 while processing text message at payload octet index 2",
     false,
     true},
    {"half a code point",
     {kText, "a\xCE"},
     1007,
     "UTF-8 text message payload ended within Unicode code point at payload octet index 2"},
};

/// Feeds a breach; `more` comes right behind it.
void feedBreach(Endpoint& end, const Breach& breach, const Octets& more) {
  end.open(breach.compressed ? std::optional<DeflateParameters>(DeflateParameters{})
                             : std::nullopt);
  if (breach.inMessage) end.feed({kText, "a", false});
  end.feed(end.peerOctets(breach.frame) + more);
}

TEST(ConnectionBreach, IsAnsweredWithACloseFrameThatSaysWhy) {
  for (const Breach& breach : kBreaches) {
    SCOPED_TRACE(breach.what);
    inAllWays([&](Role role, Way way) {
      Endpoint end(role, {}, way);
      feedBreach(end, breach, "");
      EXPECT_THAT(end.sent(),
                  ElementsAre("close " + std::to_string(breach.code) + " " + breach.reason));
      EXPECT_THAT(end.events, ElementsAre("open"));
      EXPECT_EQ(end.state(), State::closing);
      EXPECT_TRUE(end.closing().failedByMe);
      EXPECT_TRUE(end.closing().closedByMe);
      EXPECT_FALSE(end.closing().droppedByMe);
      EXPECT_FALSE(end.closing().wasClean);
      EXPECT_EQ(end.closing().localCloseCode, breach.code);
      EXPECT_EQ(end.closing().localCloseReason, breach.reason);
      EXPECT_EQ(end.connection.deadline(), end.now + 1s);
    });
  }
}

TEST(ConnectionBreach, IsJudgedOnceAndThePeersCloseIsStillSeen) {
  for (const Breach& breach : kBreaches) {
    SCOPED_TRACE(breach.what);
    inAllWays([&](Role role, Way way) {
      Endpoint end(role, {}, way);
      // A second breach, a message, a Ping, a Pong, and then the answer.
      feedBreach(end, breach,
                 end.peerOctets({3, "x"}) + end.peerOctets({kBinary, "late", true, 3}) +
                     end.peerOctets({kPing, "p"}) + end.peerOctets({kPong, "q"}) +
                     end.peerOctets({kClose, closePayload(1002)}));
      EXPECT_THAT(end.sent(),
                  ElementsAre("close " + std::to_string(breach.code) + " " + breach.reason));
      EXPECT_EQ(end.closing().remoteCloseCode, 1002);
      EXPECT_TRUE(end.closing().wasClean);
      EXPECT_EQ(end.closing().wasNotCleanReason, std::nullopt);
      EXPECT_EQ(end.received.back(), "close 1002");
      // The message is lost, as after any failure; the lawful Pong counts.
      for (const std::string& event : end.events) {
        EXPECT_TRUE(event == "open" || event == "pong q" || event == "closed") << event;
      }
    });
  }
}

TEST(ConnectionBreach, OfTheMaskDependsOnTheRole) {
  for (const Way way : kWays) {
    Endpoint server(Role::server, {}, way);
    server.open();
    server.feed(encode({kText, "a"}));
    EXPECT_THAT(server.sent(), ElementsAre("close 1002 unmasked client-to-server frame"));

    Endpoint client(Role::client, {}, way);
    client.open();
    client.feed(encode({kText, "a", true, 0, kPeerMask}));
    EXPECT_THAT(client.sent(), ElementsAre("close 1002 masked server-to-client frame"));
  }
}

TEST(ConnectionBreach, OfTheMaskCanBeAllowed) {
  Options options;
  options.requireMaskedClientFrames = false;
  options.acceptMaskedServerFrames = true;
  Endpoint server(Role::server, options);
  server.open();
  server.feed(encode({kText, "a"}));
  EXPECT_THAT(server.events, ElementsAre("open", "text a"));
  Endpoint client(Role::client, options);
  client.open();
  client.feed(encode({kText, "a", true, 0, kPeerMask}));
  EXPECT_THAT(client.events, ElementsAre("open", "text a"));
}

TEST(ConnectionBreach, TheFirstRuleThatIsBrokenIsTold) {
  Endpoint end(Role::server);
  end.open();
  end.feed(encode({kPing, Octets(126, 'a'), false, 2}));
  EXPECT_THAT(end.sent(), ElementsAre("close 1002 RSV = 2 and no extension negotiated"));
}

TEST(ConnectionBreach, OfALengthBeyondMemory) {
  inAllWays([](Role role, Way way) {
    Endpoint end(role, {}, way);
    end.open();
    FrameHeader header;
    header.opcode = kText;
    header.length = std::uint64_t{1} << 63U;
    if (role == Role::server) header.mask = kPeerMask;
    std::array<char, kMaxHeaderOctets> octets{};
    end.feed(OctetView(octets.data(), encodeHeader(header, octets)));
    EXPECT_THAT(end.sent(), ElementsAre("close 1002 invalid data frame length (>2^63)"));
  });
}

/// The Close frame of a header comes before the row of the frame, that of a content behind it.
TEST(ConnectionBreach, OfAHeaderIsAnsweredBeforeTheFrameIsComplete) {
  Endpoint header(Role::client);
  header.open();
  header.rows.clear();
  header.feed({kText, "a", true, 2});
  EXPECT_THAT(header.rows, ElementsAre("RO 3", "TF 8", ::testing::StartsWith("TO "), "RF 1"));
  EXPECT_THAT(header.received, ElementsAre("text rsv=2"));  // its payload is not kept

  Endpoint content(Role::client);
  content.open();
  content.rows.clear();
  content.feed({kClose, closePayload(1005)});
  EXPECT_THAT(content.rows, ElementsAre("RO 4", "RF 8", "TF 8", ::testing::StartsWith("TO ")));
}

TEST(ConnectionBreach, CanDropAtOnceOrRightBehindTheCloseFrame) {
  inAllWays([](Role role, Way way) {
    Options options;
    options.failByDrop = true;
    Endpoint drops(role, options, way);
    drops.open();
    drops.feed(drops.peerOctets({3, "a"}) + drops.peerOctets({kText, "late"}));
    EXPECT_THAT(drops.sent(), IsEmpty());
    EXPECT_EQ(drops.ending(), Ending::close);
    EXPECT_THAT(drops.events, ElementsAre("open", "closed"));
    EXPECT_EQ(drops.closing().wasNotCleanReason,
              "I failed the WebSocket connection by dropping the TCP connection");
    EXPECT_TRUE(drops.closing().failedByMe && drops.closing().droppedByMe);
    EXPECT_FALSE(drops.closing().closedByMe);

    options.failByDrop = false;
    options.dropAfterFailure = true;
    Endpoint closes(role, options, way);
    closes.open();
    closes.feed(closes.peerOctets({3, "a"}) + closes.peerOctets({kText, "late"}));
    EXPECT_THAT(closes.sent(), ElementsAre("close 1002 data frame using reserved opcode 3"));
    EXPECT_EQ(closes.ending(), Ending::close);
    EXPECT_THAT(closes.events, ElementsAre("open", "closed"));
    EXPECT_THAT(closes.received, IsEmpty());
  });
}

// ---- Close frames that break a rule -------------------------------------------------------------

TEST(ConnectionClose, ThatBreaksARuleIsFailedAndCountsAsTheAnswer) {
  const struct {
    Octets payload;
    const char* answer;
  } bad[] = {
      {"a", "close 1002 received close control frame with payload len 1"},
      {closePayload(0), "close 1002 invalid close code 0"},
      {closePayload(999), "close 1002 invalid close code 999"},
      {closePayload(1004), "close 1002 invalid close code 1004"},
      {closePayload(1005), "close 1002 invalid close code 1005"},
      {closePayload(1006), "close 1002 invalid close code 1006"},
      {closePayload(1015), "close 1002 invalid close code 1015"},
      {closePayload(2999), "close 1002 invalid close code 2999"},
      {closePayload(5000), "close 1002 invalid close code 5000"},
      {closePayload(65535), "close 1002 invalid close code 65535"},
      {closePayload(1000, "\xCE\xBA\xE1\xBD"),
       "close 1007 invalid close reason (non-UTF-8 payload)"},
  };
  for (const auto& one : bad) {
    SCOPED_TRACE(one.answer);
    inAllWays([&](Role role, Way way) {
      Endpoint end(role, {}, way);
      end.open();
      end.feed({kClose, one.payload});
      EXPECT_THAT(end.sent(), ElementsAre(one.answer));
      EXPECT_TRUE(end.closing().failedByMe && end.closing().closedByMe);
      EXPECT_TRUE(end.closing().wasClean);
      EXPECT_EQ(end.state(), role == Role::server ? State::closed : State::closing);
      // Orderly, so that our Close frame reaches the peer.
      EXPECT_EQ(end.ending(), role == Role::server ? Ending::close : Ending::none);
    });
  }
}

TEST(ConnectionClose, CodesThatAreAllowedAreAnsweredWith1000) {
  constexpr std::uint16_t kAllowed[] = {1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010,
                                        1011, 1012, 1014, 3000, 3999, 4000, 4999};
  for (const std::uint16_t code : kAllowed) {
    SCOPED_TRACE(code);
    inAllWays([&](Role role, Way way) {
      Endpoint end(role, {}, way);
      end.open();
      end.feed({kClose, closePayload(code, "why")});
      EXPECT_THAT(end.sent(), ElementsAre("close 1000"));
      EXPECT_EQ(end.closing().remoteCloseCode, code);
      EXPECT_EQ(end.closing().remoteCloseReason, "why");
      EXPECT_FALSE(end.closing().failedByMe || end.closing().closedByMe);
      EXPECT_TRUE(end.closing().wasClean);
    });
  }
}

}  // namespace
}  // namespace wsgauntlet::websocket
