#include "roles/front_door.hpp"

#include "fake_peer.hpp"
#include "pieces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::roles {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using websocket::Ending;
using websocket::kStart;
using websocket::takeAll;
using namespace std::chrono_literals;

/// Notes what it is told.
class NotingSession : public websocket::Session {
 public:
  explicit NotingSession(std::vector<std::string>& notes) : notes_(notes) {}
  void connected(TimePoint) override {
    notes_.emplace_back("connected");
    outbox_.append("welcome");
    requestWake();
  }
  void received(std::span<char> octets, TimePoint) override {
    notes_.push_back("received " + Octets(octets.data(), octets.size()));
  }
  void disconnected(TimePoint) override { notes_.emplace_back("disconnected"); }
  [[nodiscard]] std::optional<TimePoint> deadline() const override { return kStart + 42s; }
  void woken(TimePoint) override { notes_.emplace_back("woken"); }
  [[nodiscard]] websocket::Pieces queuedPieces() const override { return websocket::Pieces::eager; }
  void sendNextPiece(TimePoint) override { notes_.emplace_back("piece"); }
  websocket::Outbox& outbox() override { return outbox_; }

 private:
  std::vector<std::string>& notes_;
  websocket::Outbox outbox_;
};

class FrontDoorTest : public ::testing::Test {
 protected:
  FrontDoorTest() {
    door.onWakeRequest([this] { notes.emplace_back("wake"); });
  }

  Welcome route(Knock knock) {
    notes.push_back("knock " + knock.accepted.target.path + " of " + knock.peer);
    rest = knock.rest;
    request = knock.request;
    if (knock.accepted.target.path == "/refused") {
      return websocket::Refused{500, "Internal Server Error", {{"X-Reason", "because"}}};
    }
    return std::make_unique<NotingSession>(notes);
  }
  void feed(const Octets& octets) {
    Octets read = octets;
    door.received(read, kStart);
  }
  /// The answer to what was fed, and how TCP ends behind it.
  std::string answer(Ending ending) {
    EXPECT_EQ(door.outbox().ending(), ending);
    return takeAll(door.outbox());
  }

  websocket::Options options;
  std::vector<std::string> notes;
  Octets rest;
  Octets request;
  FrontDoor door{options, "server/1.0", "1.2.3.4:5",
                 [this](Knock knock) { return route(std::move(knock)); }};
};

TEST_F(FrontDoorTest, HandsTheConnectionOver) {
  door.connected(kStart);
  feed(websocket::requestOf("/path?x=1") + "rest");
  EXPECT_THAT(notes, ElementsAre("knock /path of 1.2.3.4:5", "connected", "wake"));
  EXPECT_EQ(request, websocket::requestOf("/path?x=1"));
  EXPECT_EQ(rest, "rest");
  EXPECT_EQ(answer(Ending::none), "welcome");
  notes.clear();
  feed("more");
  door.woken(kStart + 1s);
  EXPECT_EQ(door.queuedPieces(), websocket::Pieces::eager);
  door.sendNextPiece(kStart);
  door.disconnected(kStart);
  EXPECT_THAT(notes, ElementsAre("received more", "woken", "piece", "disconnected"));
  EXPECT_EQ(door.deadline(), kStart + 42s);
}

TEST_F(FrontDoorTest, ReadsARequestOctetByOctet) {
  door.connected(kStart);
  const Octets octets = websocket::requestOf("/path");
  for (const OctetView piece : websocket::inPiecesOf(octets, 1)) {
    EXPECT_THAT(notes, ElementsAre());
    feed(Octets(piece));
  }
  EXPECT_THAT(notes, ElementsAre("knock /path of 1.2.3.4:5", "connected", "wake"));
  EXPECT_EQ(rest, "");
}

TEST_F(FrontDoorTest, RefusesWhatTheRouteRefuses) {
  feed(websocket::requestOf("/refused"));
  const std::string text = answer(Ending::close);
  EXPECT_THAT(text, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Reason: because\r\n"));
  EXPECT_THAT(notes, ElementsAre("knock /refused of 1.2.3.4:5"));
}

TEST_F(FrontDoorTest, RefusesWhatIsNoHandshake) {
  const struct {
    const char* request;
    const char* status;
  } rows[] = {
      {"rubbish\r\n\r\n", "HTTP/1.1 400 Bad HTTP request status line 'rubbish'\r\n"},
      {"POST / HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 405 HTTP method 'POST' not allowed\r\n"},
      {"GET / HTTP/1.0\r\nHost: a\r\n\r\n", "HTTP/1.1 505 Unsupported HTTP version 'HTTP/1.0'\r\n"},
      {"GET / HTTP/1.1\r\n\r\n",
       "HTTP/1.1 400 HTTP Host header missing in opening handshake request\r\n"},
      {"GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
       "Sec-WebSocket-Version: 13\r\n\r\n",
       "HTTP/1.1 400 HTTP Sec-WebSocket-Key header missing\r\n"},
  };
  for (const auto& row : rows) {
    FrontDoor one(options, "server/1.0", "", [](Knock) -> Welcome {
      ADD_FAILURE() << "there is nothing to route";
      return websocket::Refused{};
    });
    Octets read = row.request;
    one.received(read, kStart);
    EXPECT_THAT(takeAll(one.outbox()), StartsWith(row.status));
    EXPECT_EQ(one.outbox().ending(), Ending::close);
  }
}

TEST_F(FrontDoorTest, ShowsAPageToABrowser) {
  feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string page = answer(Ending::close);
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\nServer: server/1.0\r\n"));
  EXPECT_THAT(page, HasSubstr("WebSocket endpoint"));

  options.webStatus = false;
  FrontDoor without(options, "server/1.0", "", [](Knock) -> Welcome { return {}; });
  Octets read = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  without.received(read, kStart);
  EXPECT_THAT(takeAll(without.outbox()), StartsWith("HTTP/1.1 426 "));
}

TEST_F(FrontDoorTest, SendsABrowserElsewhere) {
  feed("GET /?redirect=http://example.com/ HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer(Ending::close), HasSubstr("Location: http://example.com/\r\n"));
}

TEST_F(FrontDoorTest, WaitsFiveSeconds) {
  door.connected(kStart);
  feed("GET / HTTP/1.1\r\n");
  EXPECT_EQ(door.deadline(), kStart + 5s);
  door.woken(kStart + 5s);
  EXPECT_EQ(answer(Ending::reset), "");
  EXPECT_EQ(door.deadline(), std::nullopt);
}

TEST_F(FrontDoorTest, WaitsWithoutEndWhereThatIsWanted) {
  options.openHandshakeTimeout = 0s;
  door.connected(kStart);
  EXPECT_EQ(door.deadline(), std::nullopt);
}

TEST_F(FrontDoorTest, RefusesARequestWithoutEnd) {
  door.connected(kStart);
  feed("GET / HTTP/1.1\r\nX: ");
  for (int i = 0; i < 63; ++i) feed(Octets(1024, 'x'));
  EXPECT_EQ(answer(Ending::none), "");
  feed(Octets(1024, 'x'));
  EXPECT_THAT(answer(Ending::close), StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(door.deadline(), std::nullopt);
}

}  // namespace
}  // namespace wsgauntlet::roles
