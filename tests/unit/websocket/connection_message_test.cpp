// Messages and their limits, fed whole, one by one and in random pieces; compression both ways.
#include "endpoint.hpp"

#include <utility>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// ---- messages -----------------------------------------------------------------------------------

TEST(ConnectionMessage, ComesWholeHoweverItIsCutIntoFramesAndReads) {
  inAllWays([](Role role, Way way) {
    Endpoint end(role, {}, way);
    end.open();
    const Octets large(70000, 'x');
    end.feed(end.peerOctets({kText, ""}) + end.peerOctets({kText, "κόσμε"}) +
             end.peerOctets({kBinary, Octets("\xFF\0", 2)}) +
             end.peerOctets({kText, "\xCE", false}) + end.peerOctets({kContinuation, "", false}) +
             end.peerOctets({kContinuation, "\xBA"}) + end.peerOctets({kBinary, Octets(126, 'b')}) +
             end.peerOctets({kBinary, large}));
    EXPECT_THAT(end.events,
                ElementsAre("open", "text ", "text κόσμε", "binary " + Octets("\xFF\0", 2),
                            "text κ", "binary " + Octets(126, 'b'), "binary " + large));
    EXPECT_THAT(end.sent(), IsEmpty());
  });
}

TEST(ConnectionMessage, LetsControlFramesThroughBetweenItsFrames) {
  inAllWays([](Role role, Way way) {
    Endpoint end(role, {}, way);
    end.open();
    end.feed(end.peerOctets({kText, "one ", false}) + end.peerOctets({kPing, "now"}));
    EXPECT_THAT(end.sent(), ElementsAre("pong now"));  // before the message is complete
    end.feed(end.peerOctets({kPong, "unasked"}) + end.peerOctets({kContinuation, "two"}));
    EXPECT_THAT(end.events, ElementsAre("open", "pong unasked", "text one two"));
    EXPECT_THAT(end.received,
                ElementsAre("text… one ", "ping now", "pong unasked", "continuation two"));
  });
}

TEST(ConnectionMessage, FailsAtTheFirstOctetThatCannotBeText) {
  inAllWays([](Role role, Way way) {
    Endpoint end(role, {}, way);
    end.open();
    const Octets octets =
        end.peerOctets({kText, "\u03ba\u1f79\u03c3\u03bc\u03b5\xF4\x90\x80\x80 edited"});
    const std::size_t header = role == Role::server ? 6 : 2;
    const std::size_t bad = header + 12;  // four letters of two octets, one of three, and F4
    end.feed(OctetView(octets).substr(0, bad));
    EXPECT_THAT(end.sent(), IsEmpty());
    end.feed(OctetView(octets).substr(bad, 1));
    EXPECT_THAT(end.sent(), ElementsAre("close 1007 encountered invalid UTF-8 while processing "
                                        "text message at payload octet index 12"));
  });
}

TEST(ConnectionMessage, IsNotValidatedWhereThatIsOffAndWhereItIsBinary) {
  Options options;
  options.utf8validateIncoming = false;
  Endpoint end(Role::client, options);
  end.open();
  end.feed({kText, "\xFF"});
  EXPECT_THAT(end.events, ElementsAre("open", "text \xFF"));
}

TEST(ConnectionMessage, HasLimits) {
  inAllWays([](Role role, Way way) {
    Options options;
    options.maxMessagePayloadSize = 10;
    options.maxFramePayloadSize = 8;
    Endpoint good(role, options, way);
    good.open();
    good.feed(good.peerOctets({kText, "12345678", false}) + good.peerOctets({kContinuation, "90"}));
    EXPECT_THAT(good.events, ElementsAre("open", "text 1234567890"));

    Endpoint frame(role, options, way);
    frame.open();
    // The header alone decides: the payload never comes.
    const std::size_t header = role == Role::server ? 6 : 2;
    frame.feed(frame.peerOctets({kText, "123456789"}).substr(0, header));
    EXPECT_THAT(frame.sent(), ElementsAre("close 1008 frame exceeds payload limit of 8 octets"));

    Endpoint message(role, options, way);
    message.open();
    message.feed(message.peerOctets({kText, "12345678", false}) +
                 message.peerOctets({kContinuation, "901"}));
    EXPECT_THAT(message.sent(),
                ElementsAre("close 1009 message exceeds payload limit of 10 octets"));
    EXPECT_THAT(message.events, ElementsAre("open"));
  });
}

TEST(ConnectionMessage, ThatIsLongerThanMemoryFailsAtItsHeader) {
  Options options;
  options.messageMemory = 1U << 20U;
  Endpoint end(Role::client, options);
  end.open();
  FrameHeader header;
  header.opcode = kBinary;
  header.length = std::uint64_t{1} << 62U;
  std::array<char, kMaxHeaderOctets> octets{};
  end.feed(OctetView(octets.data(), encodeHeader(header, octets)));
  EXPECT_THAT(end.sent(),
              ElementsAre("close 1009 message exceeds payload limit of 1048576 octets"));
}

TEST(ConnectionFlood, OfPingsIsNotAnsweredWithoutEnd) {
  Endpoint end(Role::server);
  end.open();
  for (int i = 0; i < 20000; ++i) end.feed({kPing, Octets(125, 'x')});
  const Octets waiting = end.written();
  EXPECT_GE(waiting.size(), 1U << 20U);
  EXPECT_LT(waiting.size(), (1U << 20U) + 200U);
  end.feed({kPing, "again"});  // what waited was read
  EXPECT_THAT(end.sent(), ElementsAre("pong again"));
}

// ---- compressed messages ------------------------------------------------------------------------

Octets compressed(OctetView payload) {
  Deflater deflater(15, false);
  Octets out;
  deflater.compress(payload, out);
  return out;
}

TEST(ConnectionDeflate, MessagesAreInflated) {
  inAllWays([](Role role, Way way) {
    Endpoint end(role, {}, way);
    end.open(DeflateParameters{});
    const Octets octets = compressed("Hello, Hello");
    end.feed(end.peerOctets({kText, octets.substr(0, 3), false, kRsv1}) +
             end.peerOctets({kContinuation, octets.substr(3)}) + end.peerOctets({kText, "plain"}));
    EXPECT_THAT(end.events, ElementsAre("open", "text Hello, Hello", "text plain"));
    Octets all;
    for (const std::string& frame : end.received) all += frame + "|";
    EXPECT_EQ(all.find("text… rsv=4"), 0U);  // payloads are those that were inflated
  });
}

/// Go's flate.Writer gives such messages on Close: with and without a Flush before it.
TEST(ConnectionDeflate, AMessageMayEndWithAnEmptyFinalBlock) {
  for (const bool noContextTakeover : {false, true}) {
    inAllWays([&](Role role, Way way) {
      Endpoint end(role, {}, way);
      end.open(DeflateParameters{noContextTakeover, noContextTakeover, 15, 15});
      const Octets closed("\xF2\x48\xCD\xC9\xC9\x07\x04", 7);
      const Octets flushed("\xF2\x48\xCD\xC9\xC9\x07\0\0\0\xFF\xFF\x01", 12);
      end.feed(end.peerOctets({kText, closed, true, kRsv1}) +
               end.peerOctets({kText, closed.substr(0, 6), false, kRsv1}) +
               end.peerOctets({kContinuation, closed.substr(6)}) +
               end.peerOctets({kText, flushed, true, kRsv1}) +
               end.peerOctets({kText, "\x01", true, kRsv1}) + end.peerOctets({kText, "plain"}));
      EXPECT_THAT(end.events, ElementsAre("open", "text Hello", "text Hello", "text Hello", "text ",
                                          "text plain"));
    });
  }
}

TEST(ConnectionDeflate, BombsAreStoppedAtTheLimit) {
  inAllWays([](Role role, Way way) {
    Options options;
    options.maxMessagePayloadSize = 1000;
    Endpoint end(role, options, way);
    end.open(DeflateParameters{});
    const Octets bomb = compressed(Octets(300000, 'a'));
    ASSERT_LT(bomb.size(), 1000U);
    end.feed({kText, bomb, true, kRsv1});
    EXPECT_THAT(end.sent(), ElementsAre("close 1009 message exceeds payload limit of 1000 octets"));
    EXPECT_THAT(end.events, ElementsAre("open"));
  });
}

TEST(ConnectionDeflate, CorruptDataFails) {
  inAllWays([](Role role, Way way) {
    Endpoint end(role, {}, way);
    end.open(DeflateParameters{});
    end.feed({kText, "\x07\xFF\xFF", true, kRsv1});
    const auto sent = end.sent();
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_THAT(sent[0], ::testing::StartsWith("close 1007 invalid deflate data: "));
    EXPECT_THAT(end.events, ElementsAre("open"));
  });
}

TEST(ConnectionDeflate, TextIsValidatedBehindTheInflater) {
  inAllWays([](Role role, Way way) {
    Endpoint end(role, {}, way);
    end.open(DeflateParameters{});
    end.feed({kText, compressed("abc\xFF"), true, kRsv1});
    EXPECT_THAT(end.sent(), ElementsAre("close 1007 encountered invalid UTF-8 while processing "
                                        "text message at payload octet index 3"));
  });
}

TEST(ConnectionDeflate, CompressesMessagesInFragments) {
  for (const Role role : kRoles) {
    for (const std::uint64_t size : {0U, 1U, 3U, 7U}) {
      Endpoint end(role);
      end.open(DeflateParameters{});
      end.connection.sendMessage(Payload("Hello, Hello, Hello"), false, size);
      end.connection.sendMessage(Payload("\x01\x02"), true, size);
      Inflater inflater(15, false);
      std::vector<Octets> messages;
      Octets message;
      bool first = true;
      for (const PeerFrame& frame : decode(end.written())) {
        EXPECT_EQ(frame.rsv, first ? kRsv1 : 0);
        EXPECT_EQ(frame.opcode, !first ? kContinuation : messages.empty() ? kText : kBinary);
        EXPECT_EQ(inflater.feed(frame.payload, message, 1000), Inflater::Status::ok);
        first = frame.fin;
        if (!frame.fin) continue;
        EXPECT_EQ(inflater.finishMessage(message, 1000), Inflater::Status::ok);
        messages.push_back(std::exchange(message, {}));
      }
      EXPECT_THAT(messages, ElementsAre("Hello, Hello, Hello", "\x01\x02"));
    }
  }
}

}  // namespace
}  // namespace wsgauntlet::websocket
