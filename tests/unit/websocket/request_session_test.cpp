#include "websocket/request_session.hpp"

#include "fake_peer.hpp"
#include "pieces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using namespace std::chrono_literals;

/// Notes what it is told.
class NotingSession : public Session {
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
  [[nodiscard]] Pieces queuedPieces() const override { return Pieces::eager; }
  void sendNextPiece(TimePoint) override { notes_.emplace_back("piece"); }
  Outbox& outbox() override { return outbox_; }

 private:
  std::vector<std::string>& notes_;
  Outbox outbox_;
};

class RequestSessionTest : public ::testing::Test {
 protected:
  RequestSessionTest() {
    door.onWakeRequest([this] { notes.emplace_back("wake"); });
  }

  RouteResult route(OpeningRequest knock) {
    notes.push_back("knock " + knock.accepted.target.path + " of " + knock.peer);
    rest = knock.rest;
    request = knock.request;
    if (knock.accepted.target.path == "/refused") {
      return Refused{500, "Internal Server Error", {{"X-Reason", "because"}}};
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

  Options options;
  std::vector<std::string> notes;
  Octets rest;
  Octets request;
  RequestSession door{options, "server/1.0", "1.2.3.4:5",
                      [this](OpeningRequest knock) { return route(std::move(knock)); }};
};

TEST_F(RequestSessionTest, HandsTheConnectionOver) {
  door.connected(kStart);
  feed(requestOf("/path?x=1") + "rest");
  EXPECT_THAT(notes, ElementsAre("knock /path of 1.2.3.4:5", "connected", "wake"));
  EXPECT_EQ(request, requestOf("/path?x=1"));
  EXPECT_EQ(rest, "rest");
  EXPECT_EQ(answer(Ending::none), "welcome");
  notes.clear();
  feed("more");
  door.woken(kStart + 1s);
  EXPECT_EQ(door.queuedPieces(), Pieces::eager);
  door.sendNextPiece(kStart);
  door.disconnected(kStart);
  EXPECT_THAT(notes, ElementsAre("received more", "woken", "piece", "disconnected"));
  EXPECT_EQ(door.deadline(), kStart + 42s);
}

TEST_F(RequestSessionTest, ReadsARequestOctetByOctet) {
  door.connected(kStart);
  const Octets octets = requestOf("/path");
  for (const OctetView piece : inPiecesOf(octets, 1)) {
    EXPECT_THAT(notes, ElementsAre());
    feed(Octets(piece));
  }
  EXPECT_THAT(notes, ElementsAre("knock /path of 1.2.3.4:5", "connected", "wake"));
  EXPECT_EQ(rest, "");
}

TEST_F(RequestSessionTest, RefusesWhatTheRouteRefuses) {
  feed(requestOf("/refused"));
  const std::string text = answer(Ending::close);
  EXPECT_THAT(text, StartsWith("HTTP/1.1 500 Internal Server Error\r\n"));
  EXPECT_THAT(text, HasSubstr("X-Reason: because\r\n"));
  EXPECT_THAT(notes, ElementsAre("knock /refused of 1.2.3.4:5"));
}

TEST_F(RequestSessionTest, RefusesWhatIsNoHandshake) {
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
    RequestSession one(options, "server/1.0", "", [](OpeningRequest) -> RouteResult {
      ADD_FAILURE() << "there is nothing to route";
      return Refused{};
    });
    Octets read = row.request;
    one.received(read, kStart);
    EXPECT_THAT(takeAll(one.outbox()), StartsWith(row.status));
    EXPECT_EQ(one.outbox().ending(), Ending::close);
  }
}

TEST_F(RequestSessionTest, ShowsAPageToABrowser) {
  feed("GET / HTTP/1.1\r\nHost: a\r\n\r\n");
  const std::string page = answer(Ending::close);
  EXPECT_THAT(page, StartsWith("HTTP/1.1 200 OK\r\nServer: server/1.0\r\n"));
  EXPECT_THAT(page, HasSubstr("WebSocket endpoint"));

  options.webStatus = false;
  RequestSession without(options, "server/1.0", "",
                         [](OpeningRequest) -> RouteResult { return {}; });
  Octets read = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  without.received(read, kStart);
  EXPECT_THAT(takeAll(without.outbox()), StartsWith("HTTP/1.1 426 "));
}

TEST_F(RequestSessionTest, SendsABrowserElsewhere) {
  feed("GET /?redirect=http://example.com/ HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer(Ending::close), HasSubstr("Location: http://example.com/\r\n"));
}

TEST_F(RequestSessionTest, WaitsFiveSeconds) {
  door.connected(kStart);
  feed("GET / HTTP/1.1\r\n");
  EXPECT_EQ(door.deadline(), kStart + 5s);
  door.woken(kStart + 5s);
  EXPECT_EQ(answer(Ending::reset), "");
  EXPECT_EQ(door.deadline(), std::nullopt);
}

TEST_F(RequestSessionTest, WaitsWithoutEndWhereThatIsWanted) {
  options.openHandshakeTimeout = 0s;
  door.connected(kStart);
  EXPECT_EQ(door.deadline(), std::nullopt);
}

TEST_F(RequestSessionTest, RefusesARequestWithoutEnd) {
  door.connected(kStart);
  feed("GET / HTTP/1.1\r\nX: ");
  for (int i = 0; i < 63; ++i) feed(Octets(1024, 'x'));
  EXPECT_EQ(answer(Ending::none), "");
  feed(Octets(1024, 'x'));
  EXPECT_THAT(answer(Ending::close), StartsWith("HTTP/1.1 431 "));
  EXPECT_EQ(door.deadline(), std::nullopt);
}

}  // namespace
}  // namespace wsgauntlet::websocket
