// Opening and closing a connection, in both roles and in virtual time.
#include "endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::StartsWith;
using State = Connection::State;
using namespace std::chrono_literals;

// ---- opening ------------------------------------------------------------------------------------

/// A client whose request is on its way.
struct Opening {
  explicit Opening(Way way = Way::whole) : end(Role::client, {}, way) {
    end.connection.openAsClient({}, end.now);
    request = end.written();
  }
  Endpoint end;
  Octets request;
};

TEST(ConnectionOpening, IsDoneWithTheBlankLineInAllPieces) {
  for (const Way way : kWays) {
    Opening opening(way);
    Endpoint& end = opening.end;
    EXPECT_THAT(opening.request, StartsWith("GET / HTTP/1.1\r\n"));
    EXPECT_EQ(end.connection.httpRequest(), opening.request);
    const Octets answer = answerTo(opening.request);
    end.feed(OctetView(answer).substr(0, answer.size() - 1));
    EXPECT_EQ(end.state(), State::connecting);
    EXPECT_THAT(end.events, IsEmpty());
    end.feed(OctetView(answer).substr(answer.size() - 1));
    EXPECT_EQ(end.state(), State::open);
    EXPECT_THAT(end.events, ElementsAre("open"));
    EXPECT_TRUE(end.connection.wasOpen());
    EXPECT_EQ(end.connection.httpResponse(), answer);
    EXPECT_EQ(end.connection.deadline(), std::nullopt);
  }
}

TEST(ConnectionOpening, FramesMayComeRightBehindTheHandshake) {
  for (const Way way : kWays) {
    Opening opening(way);
    opening.end.feed(answerTo(opening.request) + encode({kText, "Hello"}) +
                     encode({kClose, closePayload(1000)}));
    EXPECT_THAT(opening.end.events, ElementsAre("open", "text Hello"));
    EXPECT_THAT(opening.end.sent(), ElementsAre("close 1000"));
  }
  Endpoint server(Role::server);
  Octets rest = encode({kText, "Hello", true, 0, kPeerMask});
  server.connection.openAsServer(requestOf(), "HTTP/1.1 101 Yes\r\n\r\n", std::nullopt, rest,
                                 kStart);
  EXPECT_THAT(server.events, ElementsAre("open", "text Hello"));
  EXPECT_EQ(server.written(), "HTTP/1.1 101 Yes\r\n\r\n");
  EXPECT_EQ(server.connection.httpRequest(), requestOf());
}

TEST(ConnectionOpening, IsRefusedForAWrongAnswer) {
  const struct {
    const char* octets;
    const char* reason;
  } answers[] = {
      {"HTTP/1.1 404 Not Found\r\n\r\n", "WebSocket connection upgrade failed (404 - NotFound)"},
      {"HTTP/1.1 400 Bad Request\r\n\r\n",
       "WebSocket connection upgrade failed (400 - BadRequest)"},
      {"HTTP/1.1 101 Yes\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
       "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
       "HTTP Sec-WebSocket-Accept bogus value"},
  };
  for (const auto& answer : answers) {
    for (const Way way : kWays) {
      Opening opening(way);
      Endpoint& end = opening.end;
      end.feed(answer.octets + encode({kText, "late"}));
      ASSERT_TRUE(end.closing().wasNotCleanReason.has_value());
      EXPECT_THAT(*end.closing().wasNotCleanReason, StartsWith(answer.reason));
      EXPECT_EQ(end.state(), State::closed);
      EXPECT_EQ(end.ending(), Ending::reset);
      EXPECT_FALSE(end.connection.wasOpen());
      EXPECT_TRUE(end.closing().droppedByMe);
      EXPECT_FALSE(end.closing().wasClean || end.closing().closedByMe);
      EXPECT_THAT(end.events, ElementsAre("closed"));
      EXPECT_EQ(end.connection.httpResponse(), answer.octets);
    }
  }
}

TEST(ConnectionOpening, HasALimitForTheAnswer) {
  Opening opening;
  for (int i = 0; i < 64; ++i) opening.end.feed(Octets(1024, 'a'));
  EXPECT_EQ(opening.end.state(), State::connecting);
  opening.end.feed("a");
  EXPECT_EQ(opening.end.closing().wasNotCleanReason,
            "the answer to the opening handshake is too long");
  EXPECT_EQ(opening.end.ending(), Ending::reset);
}

TEST(ConnectionOpening, TimesOut) {
  Opening opening;
  Endpoint& end = opening.end;
  end.feed("HTTP/1.1 101");
  end.pass(4999ms);
  EXPECT_EQ(end.state(), State::connecting);
  end.pass(1ms);
  EXPECT_EQ(end.state(), State::closed);
  EXPECT_TRUE(end.closing().wasOpenHandshakeTimeout);
  EXPECT_EQ(end.closing().wasNotCleanReason, "peer did not finish (in time) the opening handshake");
  EXPECT_EQ(end.connection.httpResponse(), "HTTP/1.1 101");
  EXPECT_EQ(end.ending(), Ending::reset);
}

TEST(ConnectionOpening, EndsWithThePeer) {
  Opening opening;
  opening.end.connection.disconnected();
  EXPECT_EQ(opening.end.closing().wasNotCleanReason,
            "peer dropped the TCP connection without previous WebSocket closing handshake");
  EXPECT_FALSE(opening.end.closing().droppedByMe);
  EXPECT_THAT(opening.end.events, ElementsAre("closed"));
}

// ---- the closing handshake ----------------------------------------------------------------------

TEST(ConnectionClosing, ByUs) {
  for (const Role role : kRoles) {
    for (const Way way : kWays) {
      Endpoint end(role, {}, way);
      end.open();
      end.connection.sendClose(1001, "bye", end.now);
      EXPECT_THAT(end.sent(), ElementsAre("close 1001 bye"));
      EXPECT_EQ(end.state(), State::closing);
      end.connection.sendClose(1000, std::nullopt, end.now);  // has begun already
      end.connection.sendMessage(Payload("late"), false);     // no longer open
      // Messages and Pongs still arrive; a Ping is not answered.
      end.feed(end.peerOctets({kText, "echo"}) + end.peerOctets({kPong, "p"}) +
               end.peerOctets({kPing, "q"}) + end.peerOctets({kClose, closePayload(1001, "too")}));
      EXPECT_THAT(end.sent(), IsEmpty());
      const Closing& closing = end.closing();
      EXPECT_TRUE(closing.closedByMe && closing.wasClean);
      EXPECT_FALSE(closing.failedByMe);
      EXPECT_EQ(closing.localCloseCode, 1001);
      EXPECT_EQ(closing.localCloseReason, "bye");
      EXPECT_EQ(closing.remoteCloseCode, 1001);
      EXPECT_EQ(closing.remoteCloseReason, "too");
      if (role == Role::server) {  // the server ends TCP
        EXPECT_THAT(end.events, ElementsAre("open", "text echo", "pong p", "closed"));
        EXPECT_TRUE(closing.droppedByMe);
        EXPECT_EQ(end.ending(), Ending::close);
      } else {
        EXPECT_THAT(end.events, ElementsAre("open", "text echo", "pong p"));
        EXPECT_EQ(end.ending(), Ending::none);
        EXPECT_EQ(end.connection.deadline(), end.now + 1s);
        end.connection.disconnected();
        EXPECT_FALSE(closing.droppedByMe);
      }
      EXPECT_EQ(closing.wasNotCleanReason, std::nullopt);
    }
  }
}

TEST(ConnectionClosing, ByThePeer) {
  for (const Role role : kRoles) {
    Endpoint end(role);
    end.open();
    end.feed({kClose, ""});
    EXPECT_THAT(end.sent(), ElementsAre("close 1000"));
    EXPECT_FALSE(end.closing().closedByMe);
    EXPECT_TRUE(end.closing().wasClean);
    EXPECT_EQ(end.closing().remoteCloseCode, std::nullopt);
    EXPECT_EQ(end.closing().localCloseCode, 1000);
    EXPECT_EQ(end.closing().droppedByMe, role == Role::server);
    EXPECT_EQ(end.ending(), role == Role::server ? Ending::close : Ending::none);
  }
}

TEST(ConnectionClosing, CanAnswerWithThePeersCodeAndReason) {
  Options options;
  options.echoCloseCodeReason = true;
  for (const Role role : kRoles) {
    Endpoint end(role, options);
    end.open();
    end.feed({kClose, closePayload(3456, "why")});
    EXPECT_THAT(end.sent(), ElementsAre("close 3456 why"));
    Endpoint empty(role, options);
    empty.open();
    empty.feed({kClose, ""});
    EXPECT_THAT(empty.sent(), ElementsAre("close"));
  }
}

TEST(ConnectionClosing, TimesOutWithoutAnAnswer) {
  for (const Role role : kRoles) {
    Endpoint end(role);
    end.open();
    end.connection.sendClose(std::nullopt, std::nullopt, end.now);
    EXPECT_THAT(end.sent(), ElementsAre("close"));
    end.pass(999ms);
    EXPECT_EQ(end.state(), State::closing);
    end.pass(1ms);
    EXPECT_EQ(end.state(), State::closed);
    EXPECT_TRUE(end.closing().wasCloseHandshakeTimeout && end.closing().droppedByMe);
    EXPECT_FALSE(end.closing().wasClean);
    EXPECT_EQ(end.closing().wasNotCleanReason,
              "peer did not respond (in time) in closing handshake");
    EXPECT_EQ(end.ending(), Ending::reset);
  }
}

/// Whoever sent Close first: the server is to end TCP.
TEST(ConnectionClosing, TimesOutWhenTheServerDoesNotEndTcp) {
  for (const bool byUs : {true, false}) {
    Endpoint end(Role::client);
    end.open();
    if (byUs) end.connection.sendClose(1000, std::nullopt, end.now);
    end.feed({kClose, closePayload(1000)});
    end.pass(500ms);
    end.feed({kText, "late"});
    end.pass(499ms);
    EXPECT_EQ(end.state(), State::closing);
    end.pass(1ms);
    EXPECT_TRUE(end.closing().wasServerConnectionDropTimeout && end.closing().droppedByMe);
    EXPECT_FALSE(end.closing().wasClean || end.closing().wasCloseHandshakeTimeout);
    EXPECT_EQ(end.closing().wasNotCleanReason, "server did not drop TCP connection (in time)");
    EXPECT_EQ(end.ending(), Ending::reset);
    EXPECT_THAT(end.events, ElementsAre("open", "text late", "closed"));
  }
}

TEST(ConnectionClosing, FurtherCloseFramesGiveTheServerNoMoreTime) {
  Endpoint end(Role::client);
  end.open();
  end.connection.sendClose(1000, std::nullopt, end.now);
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(end.state(), State::closing);
    end.feed({kClose, closePayload(1000)});
    end.pass(100ms);
  }
  EXPECT_EQ(end.state(), State::closed);
  EXPECT_TRUE(end.closing().wasServerConnectionDropTimeout);
}

TEST(ConnectionClosing, FailsSoftlyOnceAndThenEndsTcp) {
  for (const Role role : kRoles) {
    Endpoint end(role);
    end.open();
    end.connection.fail(1001, "Going Away", end.now);
    EXPECT_THAT(end.sent(), ElementsAre("close 1001 Going Away"));
    EXPECT_EQ(end.state(), State::closing);
    end.connection.fail(1001, "Going Away", end.now);
    EXPECT_THAT(end.sent(), IsEmpty());
    EXPECT_EQ(end.state(), State::closed);
    EXPECT_EQ(end.ending(), Ending::close);
    EXPECT_TRUE(end.closing().failedByMe && end.closing().droppedByMe);
    EXPECT_EQ(end.closing().wasNotCleanReason, std::nullopt);
  }
}

TEST(ConnectionClosing, NothingHappensBehindIt) {
  for (const Role role : kRoles) {
    Endpoint end(role);
    end.open();
    end.connection.disconnected();
    end.written();
    EXPECT_EQ(end.closing().wasNotCleanReason,
              "peer dropped the TCP connection without previous WebSocket closing handshake");
    const auto rows = end.rows;
    end.feed(end.peerOctets({kText, "late"}) + end.peerOctets({kClose, closePayload(1001)}));
    end.connection.sendFrame({});
    end.connection.sendMessage(Payload("late"), false);
    end.connection.sendClose(1000, std::nullopt, end.now);
    end.connection.fail(1002, "late", end.now);
    end.connection.disconnected();
    end.connection.sendNextPiece();
    end.pass(10s);
    EXPECT_EQ(end.rows, rows);
    EXPECT_THAT(end.events, ElementsAre("open", "closed"));
    EXPECT_THAT(end.written(), IsEmpty());
    EXPECT_FALSE(end.closing().failedByMe || end.closing().droppedByMe || end.closing().closedByMe);
    EXPECT_EQ(end.closing().remoteCloseCode, std::nullopt);
  }
}

// ---- automatic Pings ----------------------------------------------------------------------------

TEST(ConnectionAutoPing, IsSentByServersAndMustBeAnswered) {
  Options options;
  options.autoPingInterval = 10s;
  options.autoPingTimeout = 3s;
  options.autoPingSize = 8;
  Endpoint client(Role::client, options);
  client.open();
  EXPECT_EQ(client.connection.deadline(), std::nullopt);

  Endpoint end(Role::server, options);
  end.open();
  end.pass(9s);
  EXPECT_THAT(end.written(), IsEmpty());
  end.pass(1s);
  const auto pings = decode(end.written());
  ASSERT_EQ(pings.size(), 1U);
  EXPECT_EQ(pings[0].opcode, kPing);
  EXPECT_EQ(pings[0].payload.size(), 8U);
  end.pass(2s);
  end.feed({kPong, pings[0].payload});
  end.pass(8s);  // the next one
  EXPECT_EQ(end.state(), State::open);
  EXPECT_EQ(decode(end.written()).size(), 1U);
  end.feed({kPong, "not the payload"});
  end.pass(3s);
  EXPECT_EQ(end.state(), State::closed);
  EXPECT_EQ(end.closing().wasNotCleanReason, "peer did not answer a Ping in time");
}

TEST(ConnectionAutoPing, EndsWithTheClosingHandshake) {
  Options options;
  options.autoPingInterval = 1s;
  options.autoPingTimeout = 1s;
  options.closeHandshakeTimeout = 20s;
  Endpoint end(Role::server, options);
  end.open();
  end.pass(1s);
  end.connection.sendClose(1000, std::nullopt, end.now);
  end.written();
  end.pass(10s);
  EXPECT_THAT(end.written(), IsEmpty());
  EXPECT_EQ(end.state(), State::closing);
}

}  // namespace
}  // namespace wsgauntlet::websocket
