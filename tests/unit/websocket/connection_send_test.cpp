// Frames and messages as they are sent, at once or in pieces.
#include "endpoint.hpp"

#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using State = Connection::State;
using namespace std::chrono_literals;

// ---- sending ------------------------------------------------------------------------------------

TEST(ConnectionSending, OfFramesAsTheyAre) {
  for (const Role role : kRoles) {
    Endpoint end(role);
    end.open();
    FrameToSend frame;
    frame.opcode = 5;
    frame.fin = false;
    frame.rsv = 7;
    frame.payload = Payload("abc");
    frame.repeatTo = 8;
    end.connection.sendFrame(frame);
    frame.mask = MaskKey{1, 2, 3, 4};
    end.connection.sendFrame(frame);
    end.connection.sendClose(1000, std::nullopt, end.now);
    end.connection.sendFrame(frame);  // also behind our Close frame
    const auto frames = decode(end.written());
    ASSERT_EQ(frames.size(), 4U);
    EXPECT_EQ(describe(frames[0]), "5… rsv=7 abcabcab");
    EXPECT_EQ(frames[0].mask.has_value(), role == Role::client);
    EXPECT_EQ(frames[1].mask, (MaskKey{1, 2, 3, 4}));
    EXPECT_EQ(frames[2].opcode, kClose);
    EXPECT_EQ(describe(frames[3]), "5… rsv=7 abcabcab");
  }
}

TEST(ConnectionSending, WithALengthThatIsNotTheRealOne) {
  Endpoint end(Role::server);
  end.open();
  FrameToSend frame;
  frame.payload = Payload("abc");
  frame.declaredLength = 70000;
  end.connection.sendFrame(frame);
  EXPECT_EQ(end.written(), Octets("\x81\x7F\0\0\0\0\0\x01\x11\x70", 10) + "abc");
}

TEST(ConnectionSending, MasksAreRandomAndCanBeSwitched) {
  Endpoint client(Role::client);
  client.open();
  for (int i = 0; i < 50; ++i) client.connection.sendFrame({});
  std::set<MaskKey> keys;
  for (const PeerFrame& frame : decode(client.written())) keys.insert(frame.mask.value());
  EXPECT_EQ(keys.size(), 50U);

  Options options;
  options.maskServerFrames = true;
  options.maskClientFrames = false;
  for (const Role role : kRoles) {
    Endpoint end(role, options);
    end.open();
    end.connection.sendMessage(Payload("Hello"), false);
    EXPECT_EQ(decode(end.written()).at(0).mask.has_value(), role == Role::server);
  }

  options = {};
  options.applyMask = false;
  Endpoint bare(Role::client, options);
  bare.open();
  bare.connection.sendMessage(Payload("Hello"), false);
  const Octets octets = bare.written();
  EXPECT_EQ(octets.size(), 11U);  // the key is there
  EXPECT_TRUE(octets.ends_with("Hello"));
}

TEST(ConnectionSending, OfMessagesInFragments) {
  const struct {
    const char* text;
    std::uint64_t size;
    std::vector<std::string> frames;
  } samples[] = {
      {"abcde", 0, {"text abcde"}},
      {"abcde", 5, {"text abcde"}},
      {"abcde", 6, {"text abcde"}},
      {"abcde", 2, {"text… ab", "continuation… cd", "continuation e"}},
      // A whole number of fragments ends with an empty frame.
      {"abcd", 2, {"text… ab", "continuation… cd", "continuation"}},
      {"ab", 1, {"text… a", "continuation… b", "continuation"}},
      {"", 1, {"text"}},
  };
  for (const auto& sample : samples) {
    for (const bool byOption : {true, false}) {
      Endpoint end(Role::client);
      end.open();
      if (byOption) end.connection.setFragmentSize(sample.size);
      end.connection.sendMessage(Payload(sample.text), false, byOption ? 0 : sample.size);
      EXPECT_EQ(end.sent(), sample.frames);
    }
  }
}

TEST(ConnectionSending, APongGoesIntoTheMiddleOfAFrameUnlessItIsHeld) {
  for (const bool held : {false, true}) {
    Options options;
    options.holdPongs = held;
    Endpoint end(Role::server, options);
    end.open();
    end.connection.beginMessage(false);
    end.connection.beginFrame(4);
    end.connection.sendFrameData(Payload("ab"), false);
    end.feed({kPing, "?"});
    end.connection.sendFrameData(Payload("cd"), false);
    const Octets pong("\x8A\x01?");
    EXPECT_EQ(end.written(), Octets("\x01\x04") + "ab" + (held ? "cd" + pong : pong + "cd"));
  }
}

TEST(ConnectionSending, OfAMessageInParts) {
  for (const Role role : kRoles) {
    Endpoint end(role);
    end.open();
    end.rows.clear();
    end.connection.beginMessage(false);
    end.connection.beginFrame(5);
    end.connection.sendFrameData(Payload("He"), false);
    end.connection.sendFrameData(Payload("llo"), false);
    end.connection.beginFrame(2);
    end.connection.sendFrameData(Payload("!!"), false);
    end.connection.endMessage();
    EXPECT_THAT(end.sent(), ElementsAre("text… Hello", "continuation… !!", "continuation"));
    const bool masks = role == Role::client;
    // Only the last frame has a row; of the others the octets have.
    EXPECT_THAT(end.rows,
                ElementsAre(masks ? "TO 6" : "TO 2", "TO 2", "TO 3", masks ? "TO 6" : "TO 2",
                            "TO 2", "TF 0", masks ? "TO 6" : "TO 2"));
    end.connection.beginMessage(true);
    end.connection.beginFrame(0);
    end.connection.endMessage();
    EXPECT_THAT(end.sent(), ElementsAre("binary…", "continuation"));
  }
}

// ---- pieces -------------------------------------------------------------------------------------

TEST(ConnectionPieces, GoOutInTheOrderOfTheCalls) {
  for (const Role role : kRoles) {
    Endpoint end(role);
    end.open();
    end.rows.clear();
    FrameToSend chopped;
    chopped.payload = Payload("abcdefgh");
    chopped.chop = 4;
    FrameToSend plain;
    plain.opcode = kPing;
    FrameToSend alone;
    alone.opcode = kBinary;
    alone.payload = Payload("one piece");
    alone.sync = true;
    end.connection.sendFrame(chopped);
    end.connection.sendFrame(plain);  // waits behind the chops
    end.connection.sendFrame(alone);
    const Octets first = end.written();
    EXPECT_EQ(first.size(), 4U);  // at once; the others are asked for
    EXPECT_NE(end.connection.queuedPieces(), Pieces::none);
    end.drain();
    EXPECT_THAT(describe(first + end.written()),
                ElementsAre("text abcdefgh", "ping", "binary one piece"));
    if (role == Role::server) {
      EXPECT_THAT(end.rows, ElementsAre("TF 1", "TO 4 piece", "TF 9", "TF 2", "TO 4 piece",
                                        "TO 2 piece", "TO 2", "TO 11 piece"));
    }
    end.connection.sendFrame(plain);  // nothing waits: at once
    EXPECT_THAT(end.sent(), ElementsAre("ping"));
  }
}

TEST(ConnectionPieces, SmallOnesArePacedAndLargeOnesAreNot) {
  Endpoint end(Role::server);
  end.open();
  FrameToSend frame;
  frame.payload = Payload("x", 200);
  frame.chop = 63;
  end.connection.sendFrame(frame);
  EXPECT_EQ(end.connection.queuedPieces(), Pieces::paced);
  end.drain();
  frame.chop = 64;
  end.connection.sendFrame(frame);
  EXPECT_EQ(end.connection.queuedPieces(), Pieces::eager);
  end.drain();
  EXPECT_THAT(end.sent(), Each("text " + Octets(200, 'x')));
}

FrameToSend chopped(std::uint8_t opcode, const char* payload) {
  FrameToSend frame;
  frame.opcode = opcode;
  frame.payload = Payload(payload);
  frame.chop = 1;
  return frame;
}

/// Only a frame that was begun is finished: nothing of the others, which the peer would answer.
TEST(ConnectionPieces, ThatWaitAreDroppedWhenThePeerCloses) {
  inAllWays([](Role role, Way way) {
    Endpoint end(role, {}, way);
    end.open();
    end.connection.sendFrame(chopped(kText, "abcdefgh"));
    end.connection.sendFrame(chopped(kPing, "p"));
    end.connection.sendOctets(Payload("more"));
    end.rows.clear();
    end.feed(end.peerOctets({kClose, closePayload(1002)}) + end.peerOctets({kPong, "late"}));
    EXPECT_EQ(end.connection.queuedPieces(), Pieces::none);
    EXPECT_THAT(end.sent(), ElementsAre("text abcdefgh", "close 1000"));
    EXPECT_TRUE(end.closing().wasClean);
    EXPECT_FALSE(end.closing().closedByMe);
    if (role == Role::server) {
      EXPECT_EQ(end.ending(), Ending::close);
      EXPECT_THAT(end.events, ElementsAre("open", "closed"));
    } else {
      EXPECT_EQ(end.ending(), Ending::none);  // the server ends TCP, and may say more until then
      EXPECT_THAT(end.events, ElementsAre("open", "pong late"));
    }
    end.connection.sendNextPiece();
    end.connection.sendFrame(chopped(kPing, "q"));
    end.connection.sendOctets(Payload("q"));
    EXPECT_THAT(end.written(), IsEmpty());
  });
}

TEST(ConnectionPieces, OfOurCloseFrameAreNotDropped) {
  for (const Role role : kRoles) {
    Endpoint end(role);
    end.open();
    end.connection.sendFrame(chopped(kText, "abcdefgh"));
    end.connection.sendFrame(chopped(kPing, "p"));
    end.connection.sendClose(1001, std::nullopt, end.now);
    end.connection.sendFrame(chopped(kPing, "q"));
    end.feed({kClose, closePayload(1000)});
    EXPECT_THAT(end.sent(), ElementsAre("text abcdefgh", "close 1001"));
    EXPECT_TRUE(end.closing().wasClean && end.closing().closedByMe);
  }
}

/// The peer's Close frame may come when the end is decided, and only pieces are in its way.
TEST(ConnectionPieces, DelayTheEndNoLongerThanUntilThePeerCloses) {
  for (const Role role : kRoles) {
    Endpoint end(role);
    end.open();
    end.connection.sendFrame(chopped(kText, "abcdefgh"));
    end.connection.sendClose(1000, std::nullopt, end.now);
    end.connection.fail(1001, "Going Away", end.now);
    EXPECT_EQ(end.ending(), Ending::none);
    end.feed({kClose, closePayload(1000)});
    EXPECT_THAT(end.sent(), ElementsAre("text abcdefgh", "close 1000"));
    EXPECT_EQ(end.ending(), Ending::close);
    EXPECT_EQ(end.connection.deadline(), std::nullopt);
    EXPECT_TRUE(end.closing().wasClean);
  }
}

TEST(ConnectionPieces, AreGivenUpForAPeerThatDoesNotRead) {
  Endpoint end(Role::server);
  end.open();
  end.connection.sendFrame(chopped(kText, "abcdefgh"));
  end.connection.drop(Ending::close);
  end.pass(1s);
  EXPECT_EQ(end.state(), State::closed);
  EXPECT_EQ(end.ending(), Ending::reset);
  EXPECT_EQ(end.connection.queuedPieces(), Pieces::none);
}

/// The time that a peer has to read counts from the end, not from the last octets it sent.
TEST(ConnectionPieces, HaveTimeToGoOutWhenAConnectionFails) {
  Endpoint end(Role::client);
  end.open();
  end.now += 2s;
  end.connection.sendFrame(chopped(kText, "abcdefgh"));
  end.connection.sendClose(1000, std::nullopt, end.now);
  end.connection.fail(1001, "Going Away", end.now);
  EXPECT_EQ(end.connection.deadline(), end.now + 1s);
  end.drain();
  EXPECT_THAT(end.sent(), ElementsAre("text abcdefgh", "close 1000"));
  EXPECT_EQ(end.ending(), Ending::close);

  Options options;
  options.closeHandshakeTimeout = 0s;  // no limit
  Endpoint patient(Role::client, options);
  patient.open();
  patient.connection.sendFrame(chopped(kText, "abcdefgh"));
  patient.connection.drop(Ending::close);
  EXPECT_EQ(patient.connection.deadline(), std::nullopt);
  patient.drain();
  EXPECT_THAT(patient.sent(), ElementsAre("text abcdefgh"));
}

}  // namespace
}  // namespace wsgauntlet::websocket
