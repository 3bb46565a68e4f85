// The connections that run no case: replies, and the direct command mode.
#include "roles/control_sessions.hpp"

#include "fake_peer.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::roles {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;
using ::testing::StartsWith;
using websocket::describe;
using websocket::Ending;
using websocket::kPeerMask;
using websocket::kStart;
using websocket::takeAll;
using namespace std::chrono_literals;

const std::string kResponse = "HTTP/1.1 101 Yes\r\n\r\n";

SimpleSession::Answer answer() {
  return {websocket::requestOf(), kResponse, std::nullopt, {}};
}

/// What a session wrote behind its response.
std::vector<std::string> sent(websocket::Session& session) {
  Octets octets = takeAll(session.outbox());
  if (octets.starts_with(kResponse)) octets.erase(0, kResponse.size());
  return describe(octets);
}

void feed(websocket::Session& session, std::uint8_t opcode, const Octets& payload) {
  Octets octets = encode(websocket::PeerFrame{opcode, payload, true, 0, kPeerMask});
  session.received(octets, kStart);
}

// ---- replies ------------------------------------------------------------------------------------

TEST(ReplySession, SaysWhatItKnowsAndCloses) {
  const websocket::Options options;
  ReplySession session(options, Random(1), answer());
  session.reply("517");
  session.connected(kStart);
  EXPECT_THAT(sent(session), ElementsAre("text 517", "close"));
  EXPECT_EQ(session.deadline(), kStart + 1s);
  EXPECT_EQ(session.outbox().ending(), Ending::none);
  feed(session, websocket::kClose, "");
  EXPECT_EQ(session.outbox().ending(), Ending::close);
}

TEST(ReplySession, JustClosesWithoutAText) {
  const websocket::Options options;
  ReplySession session(options, Random(1), answer());
  session.reply("");
  session.connected(kStart);
  EXPECT_THAT(sent(session), ElementsAre("close"));
}

/// The peer has its second from when the answer goes out, however long that took.
TEST(ReplySession, MayLearnItsReplyLongAfterItWasAsked) {
  const websocket::Options options;
  ReplySession session(options, Random(1), answer());
  int wakes = 0;
  session.onWakeRequest([&] { ++wakes; });
  const auto reply = session.replier();
  session.connected(kStart);
  EXPECT_THAT(sent(session), IsEmpty());
  EXPECT_EQ(session.deadline(), std::nullopt);
  reply("{}");
  EXPECT_EQ(wakes, 1);
  session.woken(kStart + 1h);
  EXPECT_THAT(sent(session), ElementsAre("text {}", "close"));
  EXPECT_EQ(session.outbox().ending(), Ending::none);
  EXPECT_EQ(session.deadline(), kStart + 1h + 1s);
  session.woken(kStart + 1h + 500ms);
  EXPECT_THAT(sent(session), IsEmpty());
  session.woken(kStart + 1h + 1s);
  EXPECT_EQ(session.outbox().ending(), Ending::reset);
}

TEST(ReplySession, MayBeGoneWhenItsReplyComes) {
  const websocket::Options options;
  auto session = std::make_unique<ReplySession>(options, Random(1), answer());
  const auto reply = session->replier();
  session->connected(kStart);
  session->disconnected(kStart);
  reply("late");
  session->woken(kStart + 1s);
  EXPECT_THAT(sent(*session), IsEmpty());
  session.reset();
  reply("later");  // nothing to see but a sanitizer
}

TEST(ReplySession, TellsWhenItIsOver) {
  const websocket::Options options;
  for (const bool answered : {true, false}) {
    ReplySession session(options, Random(1), answer());
    int ends = 0;
    session.whenClosed([&] { ++ends; });
    session.reply("");
    session.connected(kStart);
    EXPECT_EQ(ends, 0);
    if (answered) {
      feed(session, websocket::kClose, "");
    } else {
      session.disconnected(kStart);
    }
    EXPECT_EQ(ends, 1);
  }
}

// ---- direct commands ----------------------------------------------------------------------------

class DirectCommands : public ::testing::Test {
 protected:
  DirectCommands() {
    session.connected(kStart);
    takeAll(session.outbox());
  }
  std::vector<std::string> tell(const std::string& command) {
    feed(session, websocket::kText, command);
    return sent(session);
  }

  const websocket::Options options;
  DirectCommandSession session{options, Random(1), answer()};
};

TEST_F(DirectCommands, SendFrame) {
  EXPECT_THAT(tell(R"(["sendframe", {"opcode": 1}])"), ElementsAre("text"));
  EXPECT_THAT(tell(R"(["sendframe", {"opcode": 9, "payload": "é"}])"), ElementsAre("ping é"));
  EXPECT_THAT(tell(R"(["sendframe", {"opcode": 5, "fin": false, "rsv": 7, "payload": "ab",
                                     "payload_len": 5, "mask": null, "chopsize": null}])"),
              ElementsAre("5… rsv=7 ababa"));
  feed(session, websocket::kText,
       R"(["sendframe", {"opcode": 2, "payload": "masked", "mask": "01020304"}])");
  const auto frames = websocket::decode(takeAll(session.outbox()));
  ASSERT_THAT(frames, SizeIs(1));
  EXPECT_EQ(frames[0].mask, (websocket::MaskKey{1, 2, 3, 4}));
  EXPECT_EQ(frames[0].payload, "masked");
}

TEST_F(DirectCommands, SendFrameInPieces) {
  feed(session, websocket::kText,
       R"(["sendframe", {"opcode": 1, "payload": "abc", "chopsize": 2}])");
  Octets octets = takeAll(session.outbox());
  EXPECT_THAT(octets, SizeIs(2));
  for (; session.queuedPieces() != websocket::Pieces::none; session.sendNextPiece(kStart)) {
    octets += takeAll(session.outbox());
  }
  EXPECT_THAT(describe(octets), ElementsAre("text abc"));
}

TEST_F(DirectCommands, SendFrames) {
  EXPECT_THAT(tell(R"(["sendframes", [{"opcode": 1, "fin": false, "payload": "a"},
                                      {"opcode": 9}, {"opcode": 0, "payload": "b"}]])"),
              ElementsAre("text… a", "ping", "continuation b"));
  EXPECT_THAT(tell(R"(["sendframes", []])"), IsEmpty());
}

TEST_F(DirectCommands, Echo) {
  EXPECT_THAT(tell(R"(["echo", {"payload": "abc"}])"), ElementsAre("text abc"));
  EXPECT_THAT(tell(R"(["echo", {"payload": "abc", "payload_len": 7}])"),
              ElementsAre("text abcabca"));
  EXPECT_THAT(tell(R"(["echo", {}])"), ElementsAre("text"));
}

TEST_F(DirectCommands, Close) {
  EXPECT_THAT(tell(R"(["close", {"code": 3000, "reason": "bye"}])"), ElementsAre("close 3000 bye"));
  feed(session, websocket::kClose, websocket::closePayload(3000));
  EXPECT_EQ(session.outbox().ending(), Ending::close);
}

TEST_F(DirectCommands, CloseWithoutAnything) {
  EXPECT_THAT(tell(R"(["close", {}])"), ElementsAre("close"));
}

TEST_F(DirectCommands, CloseWithAReasonThatIsTooLong) {
  std::string reason(122, 'x');
  const auto frames = tell(R"(["close", {"code": 1000, "reason": ")" + reason + R"(é and more"}])");
  EXPECT_THAT(frames, ElementsAre("close 1000 " + reason));  // not half a character
}

TEST_F(DirectCommands, PingsAreAnsweredAndPongsAreNot) {
  feed(session, websocket::kPing, "p");
  feed(session, websocket::kPong, "q");
  EXPECT_THAT(sent(session), ElementsAre("pong p"));
}

TEST(DirectCommand, ThatCannotBeUnderstoodClosesAndSaysWhy) {
  const struct {
    std::uint8_t opcode;
    const char* command;
    const char* answer;
  } rows[] = {
      {websocket::kBinary, "[]", "close 1008 commands are text messages"},
      {websocket::kText, "rubbish", "close 1008 [json.exception.parse_error.101]"},
      {websocket::kText, "\u00e9", "close 1008 [json.exception.parse_error.101]"},
      {websocket::kText, "5", "close 1008 [json.exception.type_error.304]"},
      {websocket::kText, "[]", "close 1008 [json.exception.out_of_range.401]"},
      {websocket::kText, R"(["sendframe"])", "close 1008 [json.exception.out_of_range.401]"},
      {websocket::kText, R"(["sendframe", {}])", "close 1008 [json.exception.out_of_range.403]"},
      {websocket::kText, R"(["sendframe", {"opcode": 16}])", "close 1008 opcode is not 0 to 15"},
      {websocket::kText, R"(["sendframe", {"opcode": 1, "rsv": 8}])",
       "close 1008 rsv is not 0 to 7"},
      {websocket::kText, R"(["sendframe", {"opcode": "1"}])",
       "close 1008 [json.exception.type_error.302]"},
      {websocket::kText, R"(["sendframe", {"opcode": 1, "mask": "xyz"}])",
       "close 1008 mask is not 8 hexadecimal digits"},
      {websocket::kText, R"(["close", {"reason": "why"}])", "close 1008 a reason needs a code"},
      {websocket::kText, R"(["dance", {}])", "close 1008 unknown command 'dance'"},
  };
  for (const auto& row : rows) {
    SCOPED_TRACE(row.command);
    const websocket::Options options;
    DirectCommandSession session(options, Random(1), answer());
    session.connected(kStart);
    feed(session, row.opcode, row.command);
    const auto frames = sent(session);
    ASSERT_THAT(frames, SizeIs(1));
    EXPECT_THAT(frames[0], StartsWith(row.answer));
    EXPECT_TRUE(websocket::isValidUtf8(frames[0]));
    EXPECT_EQ(session.deadline(), kStart + 1s);
  }
}

}  // namespace
}  // namespace wsgauntlet::roles
