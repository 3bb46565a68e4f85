// A case on a connection: when it ends, what it notes, and what a peer can do to it.
#include "play/case_session.hpp"

#include "scripted_case.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::play {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(CaseSession, ClosesAsSoonAsAllThatIsExpectedHasCome) {
  suite::Case testCase =
      waiting({alternative(suite::Rating::ok, {suite::ExpectMessage{Payload("Hello")}})});
  const Replies replies = {{kRequest + kHello, text("Hello")},
                           {kRequest + kHello + 6, kClose1000, true}};
  Result result = runAgainst(testCase, kSwitching, replies);
  EXPECT_LT(result.duration, 2ms);
  EXPECT_THAT(timesOf<ClosingRow>(result), IsEmpty());
  EXPECT_EQ(result.closing.localCloseCode, 1001);  // the first of the codes
  EXPECT_EQ(result.behavior, Behavior::ok);

  expectedEvents(testCase).finishEarly = false;
  result = runAgainst(testCase, kSwitching, replies);
  EXPECT_EQ(result.duration, 1000ms);
  EXPECT_EQ(result.closing.localCloseCode, std::nullopt);
  EXPECT_EQ(timesOf<ClosingRow>(result).size(), 1U);
  EXPECT_EQ(result.behavior, Behavior::ok);

  expectedEvents(testCase).finishEarly = true;
  testCase.close.byFuzzer = false;  // it is the peer that is to close
  result = runAgainst(testCase, kSwitching, replies);
  EXPECT_EQ(result.duration, 1000ms);
}

TEST(CaseSession, ClosesEarlyOnlyWhenAllAlternativesMatch) {
  const suite::ExpectMessage hello{Payload("Hello")};
  const Replies replies = {{kRequest + kHello, text("Hello")},
                           {kRequest + kHello + 6, kClose1000, true}};
  const suite::Case differ =
      waiting({alternative(suite::Rating::ok, {hello}), alternative(suite::Rating::nonStrict, {})});
  Result result = runAgainst(differ, kSwitching, replies);
  EXPECT_EQ(result.duration, 1000ms);
  EXPECT_EQ(result.behavior, Behavior::ok);

  const suite::Case same = waiting(
      {alternative(suite::Rating::ok, {hello}), alternative(suite::Rating::nonStrict, {hello})});
  result = runAgainst(same, kSwitching, replies);
  EXPECT_LT(result.duration, 2ms);
}

TEST(CaseSession, ComparesEventsExactly) {
  const suite::Case testCase =
      waiting({alternative(suite::Rating::ok, {suite::ExpectPong{Payload("p")},
                                               suite::ExpectMessage{Payload("Hello"), true}})});
  const struct {
    std::string octets;
    Behavior behavior;
  } rows[] = {
      {pong("p") + frame(2, "Hello"), Behavior::ok},
      {frame(2, "Hello") + pong("p"), Behavior::failed},             // order
      {pong("p") + text("Hello"), Behavior::failed},                 // kind
      {pong("p") + frame(2, "HellO"), Behavior::failed},             // octets
      {pong("p") + frame(2, "Hell"), Behavior::failed},              // shorter
      {pong("P") + frame(2, "Hello"), Behavior::failed},             // of the Pong
      {pong("p"), Behavior::failed},                                 // not all
      {pong("p") + frame(2, "Hello") + pong(""), Behavior::failed},  // one more, in the same read
      {"", Behavior::failed},
  };
  for (const auto& row : rows) {
    const Result result = runAgainst(testCase, kSwitching, {{kRequest + kHello, row.octets}});
    EXPECT_EQ(result.behavior, row.behavior) << row.octets;
  }
}

/// Behind our Close frame messages are still events, until the peer has closed too.
TEST(CaseSession, EventsBehindOurCloseFrameCount) {
  const Result result =
      runAgainst(builtIn("7.1.4"), kSwitching,
                 {{kRequest + 26, text("Hello World!") + pong("late") + kClose1000, true}});
  EXPECT_THAT(eventsOf(result), ElementsAre("text Hello World!", "pong late"));
  EXPECT_EQ(result.behavior, Behavior::failed);
}

TEST(CaseSession, WaitsWithATagAreEvents) {
  // The peer takes no notice of the invalid octets.
  const Result result = runAgainst(builtIn("6.4.1"), kSwitching, {});
  EXPECT_THAT(eventsOf(result), ElementsAre("timeout A", "timeout B"));
  EXPECT_EQ(result.behavior, Behavior::failed);  // NON-STRICT but for the end that we made
  EXPECT_EQ(timesOf<WaitRow>(result).size(), 2U);
  const auto ends = timesOf<WaitEndedRow>(result);
  ASSERT_EQ(ends.size(), 2U);
  EXPECT_EQ(ends[1] - ends[0], 1s);
  EXPECT_EQ(result.closing.localCloseCode, 1001);  // the fail timer

  const Result silent = runAgainst(builtIn("5.19"), kSwitching, {});
  EXPECT_THAT(eventsOf(silent), IsEmpty());  // without a tag
  EXPECT_EQ(timesOf<WaitEndedRow>(silent).size(), 1U);
}

/// Who ends a connection that hangs is decided by what was started first.
TEST(CaseSession, TimersFireInTheOrderInWhichTheyWereSet) {
  // 7.1.2 closes before it sets its fail timer.
  Result result = runAgainst(builtIn("7.1.2"), kSwitching, {});
  EXPECT_TRUE(result.closing.wasCloseHandshakeTimeout);
  EXPECT_FALSE(result.closing.failedByMe);
  EXPECT_EQ(result.closing.wasNotCleanReason,
            "peer did not respond (in time) in closing handshake");
  EXPECT_THAT(timesOf<FailingRow>(result), IsEmpty());
  EXPECT_EQ(result.duration, 1000ms);

  // 1.1.1 closes when the echo has come, behind its fail timer.
  result = runAgainst(builtIn("1.1.1"), kSwitching, {{kRequest + 6, text("")}});
  EXPECT_FALSE(result.closing.wasCloseHandshakeTimeout);
  EXPECT_TRUE(result.closing.failedByMe);
  EXPECT_EQ(result.closing.wasNotCleanReason, std::nullopt);
  EXPECT_EQ(timesOf<FailingRow>(result).size(), 1U);
  EXPECT_EQ(result.duration, 1000ms);
}

TEST(CaseSession, TimersCanBeStretched) {
  const Result result = runAgainst(builtIn("1.1.1"), kSwitching, {}, 2.5);
  const auto fails = timesOf<FailingRow>(result);
  ASSERT_EQ(fails.size(), 1U);
  EXPECT_EQ(fails[0] - timesOf<FailAfterRow>(result).at(0), 2500ms);
  for (const WireLogRow& row : result.wireLog) {
    if (const auto* fail = std::get_if<FailAfterRow>(&row.what)) {
      EXPECT_EQ(fail->seconds, 1);
    }
  }
  const Result waits = runAgainst(builtIn("6.4.1"), kSwitching, {}, 0.5);
  const auto ends = timesOf<WaitEndedRow>(waits);
  EXPECT_EQ(ends.at(1) - ends.at(0), 500ms);
  const suite::Case closing =
      waiting({alternative(suite::Rating::ok, {suite::ExpectMessage{Payload("Hello")}})});
  const Result silent = runAgainst(closing, kSwitching, {{kRequest + kHello, text("Hello")}}, 2.5);
  EXPECT_TRUE(silent.closing.wasCloseHandshakeTimeout);
  EXPECT_GE(silent.duration, 2500ms);
  EXPECT_LT(silent.duration, 2510ms);
}

TEST(CaseSession, IsUnimplementedWithoutCompression) {
  const std::uint64_t request = 341;
  const Result result =
      runAgainst(builtIn("12.1.1"), kSwitching, {{request + 8, kClose1000, true}});
  EXPECT_EQ(result.behavior, Behavior::unimplemented);
  EXPECT_EQ(result.behaviorClose, BehaviorClose::ok);
  EXPECT_EQ(result.result, "Actual events differ from any expected.");
  EXPECT_FALSE(result.wireLogOn);
  EXPECT_FALSE(result.traffic.has_value());
  EXPECT_EQ(result.closing.localCloseCode, 1000);
  ASSERT_EQ(result.wireLog.size(), 3U);  // request, response, and that the log is off
  EXPECT_FALSE(std::get<SwitchRow>(result.wireLog[2].what).on);
}

TEST(CaseSession, AFloodOfEventsIsCutOff) {
  std::string flood;
  for (int i = 0; i < 20000; ++i) flood += pong("x");
  const Result result = runAgainst(builtIn("1.1.1"), kSwitching, {{kRequest + 6, flood, true}});
  EXPECT_EQ(result.received.size(), 10000U);
  EXPECT_EQ(result.behavior, Behavior::failed);
}

/// A server with heartbeats is none the worse for it where messages are measured.
TEST(CaseSession, UnaskedPongsDoNotEndAMeasurement) {
  const suite::Case& testCase = builtIn("9.7.1");
  const auto& trips = std::get<suite::RoundTrips>(testCase.criterion);
  Replies replies = {{kRequest, pong("heartbeat")}};
  std::uint64_t sent = kRequest;
  for (int i = 0; i < trips.count; ++i) {
    sent += 6;
    replies.push_back({sent, text("")});
  }
  replies.push_back({sent + 8, kClose1000, true});
  const Result result = runAgainst(testCase, kSwitching, std::move(replies));
  EXPECT_EQ(result.result, "Ok, received all echo'ed messages in time.");
  EXPECT_EQ(result.roundTrips.size(), 1000U);
}

TEST(CaseSession, AMeasurementThatIsTooSlowEnds) {
  const Result result = runAgainst(builtIn("9.1.1"), kSwitching, {});
  EXPECT_EQ(result.behavior, Behavior::failed);
  EXPECT_EQ(result.result, "Did not receive message within 10 seconds.");
  EXPECT_FALSE(result.wireLogOn);
  EXPECT_EQ(result.duration, 11000ms);  // and a second for the answer to our Close frame
}

TEST(CaseSession, AMessageMayBeMuchTooLongButNotWithoutEnd) {
  const Octets header = Octets("\x82\x7F\0\0\0\0\x10\0\0\0", 10);  // 256 MiB
  const Result result = runAgainst(builtIn("1.1.1"), kSwitching, {{kRequest + 6, header}});
  EXPECT_EQ(result.closing.localCloseCode, 1009);
  EXPECT_EQ(result.closing.localCloseReason, "message exceeds payload limit of 1048576 octets");
}

TEST(CaseSession, TheAgentIsWhatTheServerCallsItself) {
  const std::string named =
      "HTTP/1.1 101 Yes\r\nServer: peer/1.0\r\n" + kSwitching.substr(kSwitching.find('\n') + 1);
  EXPECT_EQ(runAgainst(builtIn("7.3.1"), named, {}).agent, "peer/1.0");
  EXPECT_EQ(runAgainst(builtIn("7.3.1"), kSwitching, {}).agent, "UnknownServer");
  ScriptedPeer peer(named, {});
  Simulation simulation(builtIn("7.3.1"), Role::client, peer);
  simulation.setup.agent = "mine";
  EXPECT_EQ(simulation.run().agent, "mine");
}

TEST(CaseSession, OfAConnectionThatWasNeverOpenSaysSo) {
  const Result result = runAgainst(builtIn("1.1.1"), "HTTP/1.1 503 No\r\n\r\n", {});
  EXPECT_FALSE(result.opened);
  EXPECT_EQ(result.behavior, Behavior::failed);
  EXPECT_EQ(result.behaviorClose, BehaviorClose::failed);
  EXPECT_EQ(result.resultClose, "The WebSocket opening handshake was never completed!");
  EXPECT_EQ(result.duration, 0ms);
  EXPECT_EQ(result.httpResponse, "HTTP/1.1 503 No\r\n\r\n");
  EXPECT_THAT(result.httpRequest, ::testing::StartsWith("GET / HTTP/1.1\r\n"));

  const Result silent = runAgainst(builtIn("1.1.1"), "", {});
  EXPECT_TRUE(silent.closing.wasOpenHandshakeTimeout);
  EXPECT_EQ(silent.wireLog.back().at, 0ns);  // nothing but our request
}

TEST(CaseSession, TheSameSeedSendsTheSameOctets) {
  const auto octetsOf = [](std::uint64_t seed) {
    ScriptedPeer peer(kSwitching, {});
    Simulation simulation(builtIn("5.19"), Role::client, peer);
    simulation.setup.seed = seed;
    Octets octets;
    for (const WireLogRow& row : simulation.run().wireLog) {
      const auto* sent = std::get_if<OctetsRow>(&row.what);
      if (sent != nullptr && sent->sent) octets += sent->octets.head;
    }
    return octets;
  };
  EXPECT_EQ(octetsOf(1), octetsOf(1));
  EXPECT_NE(octetsOf(1), octetsOf(2));
}

/// Echoes, and closes with 1002 at a frame that is wrong, but goes on to answer Pings.
class PeerThatPongsOn : public Peer {
 public:
  explicit PeerThatPongsOn(Role role) : role_(role) {}

  void connected() override {
    if (role_ == Role::server) return;
    websocket::ClientRequest request;
    request.host = "127.0.0.1";
    request.port = 21010;
    request.key = "dGhlIHNhbXBsZSBub25jZQ==";
    writes.push_back(buildRequest(request));
  }

  void received(Octets octets) override {
    if (!open_) {
      open_ = true;
      if (role_ == Role::server) writes.push_back(switchingProtocols(octets, kTestee));
      octets.erase(0, octets.find("\r\n\r\n") + 4);
    }
    unread_ += octets;
    while (readFrame()) continue;
  }

 private:
  bool readFrame() {
    OctetView rest = unread_;
    websocket::FrameHeaderReader reader;
    if (!reader.feed(rest)) return false;
    const websocket::FrameHeader& header = reader.header();
    const bool wrong = header.rsv != 0 || (header.opcode & 7U) > 2;
    if (wrong && !closed_) {
      closed_ = true;
      send(websocket::kClose, Octets("\x03\xEA", 2));
    }
    if (rest.size() < header.length) return false;
    Octets payload(rest.substr(0, header.length));
    if (header.mask) websocket::applyMask(payload, *header.mask, 0);
    unread_.erase(0, unread_.size() - rest.size() + payload.size());
    if (header.opcode == websocket::kPing) {
      send(websocket::kPong, payload);
    } else if (header.opcode == websocket::kClose) {
      ends = true;
    } else if (!closed_) {
      send(header.opcode, payload);
    }
    return true;
  }

  void send(std::uint8_t opcode, const Octets& payload) {
    websocket::FrameHeader header;
    header.opcode = opcode;
    header.length = payload.size();
    if (role_ == Role::client) header.mask = websocket::MaskKey{};
    std::array<char, websocket::kMaxHeaderOctets> octets{};
    writes.push_back(Octets(octets.data(), encodeHeader(header, octets)) + payload);
  }

  Role role_;
  bool open_ = false;
  bool closed_ = false;
  Octets unread_;
};

/// A server ends with the client's Close frame, and a client sends nothing more that would be
/// answered: what comes behind is no event.
TEST(CaseSession, FramesThatWaitBehindChopsAreNotSentOnceThePeerHasClosed) {
  const struct {
    const char* id;
    Role role;
  } rows[] = {
      {"3.3", Role::server}, {"3.4", Role::server}, {"3.4", Role::client}, {"4.2.5", Role::server}};
  for (const auto& row : rows) {
    SCOPED_TRACE(row.id);
    PeerThatPongsOn peer(row.role == Role::client ? Role::server : Role::client);
    const Result result = Simulation(builtIn(row.id), row.role, peer).run();
    EXPECT_EQ(result.behavior, Behavior::ok) << result.result;
    EXPECT_EQ(result.behaviorClose, BehaviorClose::ok) << result.resultClose;
    EXPECT_TRUE(result.closing.wasClean);
    EXPECT_EQ(result.closing.remoteCloseCode, 1002);
    EXPECT_EQ(result.closing.localCloseCode, 1000);
  }
}

/// Every case ends, whatever the peer leaves out: with a timer at the latest.
TEST(CaseSession, OfEveryKindEndsWithASilentPeer) {
  for (const suite::Case& testCase : suite::Catalogue::builtIn().cases()) {
    SCOPED_TRACE(testCase.id.str());
    ScriptedPeer silent(kSwitching, {});
    const Result result = Simulation(testCase, Role::client, silent).run();
    EXPECT_TRUE(result.closing.droppedByMe);
    EXPECT_NE(result.behaviorClose, BehaviorClose::ok);
  }
}

/// All cases pass against a good peer, in both roles, without a network.
TEST(CaseSession, OfEveryKindPassesWithAGoodPeer) {
  for (const Role role : {Role::client, Role::server}) {
    for (const suite::Case& testCase : suite::Catalogue::builtIn().cases()) {
      if (testCase.kind != suite::Kind::waits) continue;
      SCOPED_TRACE(testCase.id.str());
      TesteePeer peer(role == Role::client ? Role::server : Role::client);
      const Result result = Simulation(testCase, role, peer).run();
      EXPECT_TRUE(result.behavior == Behavior::ok || result.behavior == Behavior::informational)
          << result.result;
      EXPECT_TRUE(result.behaviorClose == BehaviorClose::ok ||
                  result.behaviorClose == BehaviorClose::informational)
          << result.resultClose;
    }
  }
}

}  // namespace
}  // namespace wsgauntlet::play
