#include "web/web_session.hpp"

#include "fake_peer.hpp"
#include "web/report_site.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::web {
namespace {

namespace fs = std::filesystem;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using websocket::Ending;
using websocket::kStart;
using websocket::takeAll;
using namespace std::chrono_literals;

class WebSessionTest : public ::testing::Test {
 protected:
  WebSessionTest() { session.connected(kStart); }

  WebAnswer route(const std::string& path) {
    if (path == "/events") return hub;
    if (path != "/page") return notFound();
    WebReply reply;
    reply.contentType = "text/html";
    reply.body = "<p>page</p>";
    reply.policy = "default-src 'self'";
    return reply;
  }
  std::string ask(const Octets& request) {
    Octets octets = request;
    session.received(octets, kStart);
    return takeAll(session.outbox());
  }

  EventStream hub = std::make_shared<EventBroadcaster>([] { return std::string("hello\n\n"); });
  WebSession session{[this](const std::string& path) { return route(path); }};
};

TEST_F(WebSessionTest, AnswersAGetAndEndsTheConnection) {
  const std::string answer = ask("GET /page?x=1 HTTP/1.1\r\nHost: a\r\n\r\n");
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Security-Policy: default-src 'self'\r\n"));
  EXPECT_THAT(answer, HasSubstr("Content-Length: 11\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n<p>page</p>"));
  EXPECT_EQ(session.outbox().ending(), Ending::close);
}

TEST_F(WebSessionTest, AnswersAHeadWithoutABody) {
  const std::string answer = ask("HEAD /page HTTP/1.1\r\n\r\n");
  EXPECT_THAT(answer, HasSubstr("Content-Length: 11\r\n"));
  EXPECT_THAT(answer, EndsWith("\r\n\r\n"));
}

TEST_F(WebSessionTest, ReadsARequestOctetByOctet) {
  for (const char c : std::string("GET /page HTTP/1.1\r\n\r")) EXPECT_EQ(ask({c}), "");
  EXPECT_THAT(ask("\n"), StartsWith("HTTP/1.1 200 OK\r\n"));
}

TEST_F(WebSessionTest, RefusesWhatItDoesNotServe) {
  const struct {
    std::string request;
    std::string status;
  } requests[] = {
      {"GET /other HTTP/1.1\r\n\r\n", "404 Not Found"},
      {"POST /page HTTP/1.1\r\n\r\n", "405 Method Not Allowed"},
      {"GET /page\r\n\r\n", "400 Bad Request"},
      {"GET page HTTP/1.1\r\n\r\n", "400 Bad Request"},
      {"GET /page SPDY/3\r\n\r\n", "400 Bad Request"},
      {"\r\n\r\n", "400 Bad Request"},
      {"GET /" + std::string(20000, 'x'), "431 Request Header Fields Too Large"},
  };
  for (const auto& [request, status] : requests) {
    WebSession fresh{[this](const std::string& path) { return route(path); }};
    fresh.connected(kStart);
    Octets octets = request;
    fresh.received(octets, kStart);
    EXPECT_THAT(takeAll(fresh.outbox()), StartsWith("HTTP/1.1 " + status + "\r\n")) << request;
    EXPECT_EQ(fresh.outbox().ending(), Ending::close);
  }
}

TEST_F(WebSessionTest, SendsASilentClientAway) {
  EXPECT_EQ(session.deadline(), kStart + 10s);
  session.woken(kStart + 10s);
  EXPECT_EQ(session.outbox().ending(), Ending::reset);
}

TEST_F(WebSessionTest, StreamsEvents) {
  int wakes = 0;
  session.onWakeRequest([&wakes] { ++wakes; });
  const std::string head = ask("GET /events HTTP/1.1\r\n\r\n");
  EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream"));
  EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
  EXPECT_THAT(head, EndsWith("\r\n\r\nhello\n\n"));
  EXPECT_EQ(session.outbox().ending(), Ending::none);
  wakes = 0;
  hub->publish("result", "{\"id\":\"1.1.1\"}");
  EXPECT_EQ(wakes, 1);
  session.woken(kStart + 1s);
  EXPECT_EQ(takeAll(session.outbox()), "event: result\ndata: {\"id\":\"1.1.1\"}\n\n");
  EXPECT_EQ(session.deadline(), kStart + 15s);
  session.woken(kStart + 15s);
  EXPECT_EQ(takeAll(session.outbox()), ":\n\n");
}

TEST_F(WebSessionTest, GivesUpAReaderThatDoesNotRead) {
  ask("GET /events HTTP/1.1\r\n\r\n");
  hub->publish("result", std::string(9 * 1024 * 1024, 'x'));
  session.woken(kStart);
  EXPECT_EQ(session.outbox().ending(), Ending::reset);
}

TEST_F(WebSessionTest, LeavesTheStreamWhenItEnds) {
  {
    WebSession other{[this](const std::string& path) { return route(path); }};
    Octets octets = "GET /events HTTP/1.1\r\n\r\n";
    other.received(octets, kStart);
    EXPECT_TRUE(hub->watched());
  }
  EXPECT_FALSE(hub->watched());
}

TEST(ReportReply, LeadsNowhereButToReports) {
  const fs::path folder = fs::temp_directory_path() / "report_reply_test";
  fs::create_directories(folder / "inside");
  for (const char* name : {"index.html", "a_case_1.json", ".hidden.json", "notes.txt"}) {
    std::ofstream(folder / name) << name;
  }
  fs::remove(folder / "link.html");
  fs::create_symlink("/etc/passwd", folder / "link.html");
  EXPECT_EQ(reportReply(folder, "index.html").body, "index.html");
  EXPECT_THAT(reportReply(folder, "index.html").policy, HasSubstr("script-src 'sha256-"));
  EXPECT_EQ(reportReply(folder, "a_case_1.json").contentType, "application/json; charset=utf-8");
  for (const char* name :
       {"", ".", "..", "../index.html", "inside/x.json", "/etc/passwd.html", ".hidden.json",
        "notes.txt", "link.html", "inside", "a\\b.html", "%2e%2e.html", "missing.html"}) {
    EXPECT_EQ(reportReply(folder, name).code, 404) << name;
  }
  fs::remove_all(folder);
}

/// A report folder within a current folder that holds more.
class ReportPlacesTest : public ::testing::Test {
 protected:
  ReportPlacesTest() {
    fs::remove_all(current);
    fs::create_directories(current / "my reports+" / "clients");
    std::ofstream(current / "my reports+" / "clients" / "index.json") << "reports";
    std::ofstream(current / "my reports+" / "secret.json") << "secret";
    std::ofstream(current / "secret.json") << "secret";
  }
  ~ReportPlacesTest() override { fs::remove_all(current); }
  ReportPlacesTest(const ReportPlacesTest&) = delete;
  ReportPlacesTest& operator=(const ReportPlacesTest&) = delete;

  WebReply ask(const fs::path& folder, const std::string& path) {
    return ReportPlaces(current, folder).reply(path, [this] { ++refreshed; });
  }

  const fs::path current =
      fs::temp_directory_path() / fmt::format("report_places_test_{}", getpid());
  int refreshed = 0;
};

TEST_F(ReportPlacesTest, HasTheReportsBelowTheCurrentFolder) {
  const fs::path folder = "./my reports+/clients/";
  for (const char* path : {"/reports/index.json", "/cwd/my%20reports+/clients/index.json",
                           "/cwd/my%20reports%2B/clients/index.json"}) {
    EXPECT_EQ(ask(current / folder, path).body, "reports") << path;
  }
  EXPECT_EQ(refreshed, 3);
  EXPECT_EQ(ask(folder, "/reports").location, "/reports/");
  EXPECT_EQ(ask(folder, "/cwd/my%20reports+/clients").location, "/cwd/my%20reports%2B/clients/");
  EXPECT_EQ(ask(folder, "/cwd/my%20reports+/clients").code, 303);
}

TEST_F(ReportPlacesTest, HasNothingElseOfTheCurrentFolder) {
  const std::string place = "/cwd/my%20reports+/";
  fs::create_symlink(current / "secret.json", current / "my reports+" / "clients" / "out.json");
  for (const std::string& path :
       {std::string("/"), std::string("/cwd"), std::string("/cwd/"),
        std::string("/cwd/secret.json"), std::string("/cwd/my%20reports%2B"), place,
        place + "secret.json", place + "clients/../secret.json",
        place + "clients/%2e%2e/secret.json", place + "clients%2findex.json",
        place + "clients/..%2fsecret.json", place + "clients/out.json",
        place + "clients//index.json", place + "../secret.json",
        place + "../my%20reports+/clients/index.json"}) {
    EXPECT_EQ(ask(current / "my reports+" / "clients", path).code, 404) << path;
  }
}

TEST_F(ReportPlacesTest, MayBeTheCurrentFolderItself) {
  for (const char* folder : {".", "./", "my reports+/.."}) {
    EXPECT_EQ(ask(current / folder, "/cwd/secret.json").body, "secret");
    EXPECT_EQ(ask(folder, "/cwd").location, "/cwd/");
  }
}

TEST_F(ReportPlacesTest, HasOnePlaceOutsideOfTheCurrentFolder) {
  const fs::path folder = current / "my reports+" / "clients";
  ReportPlaces places(current / "elsewhere", folder);
  const auto nothing = [] {};
  EXPECT_EQ(places.reply("/reports/index.json", nothing).body, "reports");
  for (const std::string& path :
       {"/cwd/" + folder.string() + "/index.json", "/cwd" + folder.string() + "/index.json",
        std::string("/cwd/../my%20reports+/clients/index.json"), std::string("/cwd/index.json"),
        std::string("/cwd")}) {
    EXPECT_EQ(places.reply(path, nothing).code, 404) << path;
  }
}

TEST_F(ReportPlacesTest, MayBeBelowTheRoot) {
  EXPECT_EQ(ReportPlaces("/", "/tmp/clients").reply("/cwd/tmp/clients", [] {}).location,
            "/cwd/tmp/clients/");
}

}  // namespace
}  // namespace wsgauntlet::web
