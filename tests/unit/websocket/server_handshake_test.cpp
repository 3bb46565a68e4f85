#include "websocket/server_handshake.hpp"

#include "websocket/handshake.hpp"
#include "websocket/server_response.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

const std::string kKeyLine = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
const std::string kUpgrade = "Host: h:9001\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n";
const std::string kVersion = kUpgrade + "Sec-WebSocket-Version: 13\r\n";
const std::string kGoodRequest = kVersion + kKeyLine;

RequestVerdict ask(const std::string& fields, const ServerPolicy& policy = {},
                   const std::string& line = "GET /runCase?case=1&agent=a+b HTTP/1.1") {
  return checkRequest(parseHead(line + "\r\n" + fields + "\r\n"), policy);
}

Accepted accepted(const RequestVerdict& verdict) {
  const auto* refused = std::get_if<Refused>(&verdict);
  EXPECT_EQ(refused, nullptr) << (refused != nullptr ? refused->reason : "");
  const auto* it = std::get_if<Accepted>(&verdict);
  EXPECT_NE(it, nullptr);
  return it != nullptr ? *it : Accepted{};
}

/// `code reason`
std::string refusal(const RequestVerdict& verdict) {
  const auto* refused = std::get_if<Refused>(&verdict);
  return refused == nullptr ? "not refused" : std::to_string(refused->code) + " " + refused->reason;
}
std::string refusal(const std::string& fields, const ServerPolicy& policy = {}) {
  return refusal(ask(fields, policy));
}
std::string lineRefusal(const std::string& line) {
  return refusal(ask(kGoodRequest, {}, line));
}

TEST(CheckRequest, Accepts) {
  const Accepted it = accepted(ask(
      kGoodRequest +
      "Origin: http://o\r\nSec-WebSocket-Protocol: a, b\r\nSec-WebSocket-Protocol: c\r\n"
      "Sec-WebSocket-Extensions: foo\r\nSec-WebSocket-Extensions: permessage-deflate; x=1\r\n"));
  EXPECT_EQ(it.target.path, "/runCase");
  EXPECT_THAT(it.parameters, ElementsAre(Pair("case", "1"), Pair("agent", "a b")));
  EXPECT_EQ(it.host, "h:9001");
  EXPECT_EQ(it.origin, "http://o");
  EXPECT_EQ(it.version, 13);
  EXPECT_EQ(it.key, "dGhlIHNhbXBsZSBub25jZQ==");
  EXPECT_THAT(it.protocols, ElementsAre("a", "b", "c"));
  EXPECT_THAT(it.extensions, ElementsAre(ExtensionElement{"foo", {}},
                                         ExtensionElement{"permessage-deflate", {{"x", "1"}}}));
}

TEST(CheckRequest, AcceptsAnyPortOfTheHost) {
  const std::string rest =
      "Upgrade: a, WebSocket\r\nConnection: keep-alive, upgrade\r\n"
      "Sec-WebSocket-Version: 13\r\n" +
      kKeyLine;
  for (const std::string host : {"h", "h:1", "[::1]", "[::1]:9002", "127.0.0.1:65535"}) {
    EXPECT_EQ(accepted(ask("Host: " + host + "\r\n" + rest)).host, host);
  }
}

TEST(CheckRequest, RequestLine) {
  EXPECT_EQ(lineRefusal("GET /"), "400 Bad HTTP request status line 'GET /'");
  EXPECT_EQ(lineRefusal(""), "400 Bad HTTP request status line ''");
  EXPECT_EQ(lineRefusal("POST / HTTP/1.1"), "405 HTTP method 'POST' not allowed");
  EXPECT_EQ(lineRefusal("GET / HTTP/1.0"), "505 Unsupported HTTP version 'HTTP/1.0'");
  EXPECT_EQ(lineRefusal("GET /foo#bar HTTP/1.1"),
            "400 HTTP requested resource contains a fragment identifier 'bar'");
  EXPECT_EQ(lineRefusal("GET foo HTTP/1.1"),
            "400 Bad HTTP request resource - could not parse 'foo'");
}

TEST(CheckRequest, Host) {
  EXPECT_EQ(refusal("Upgrade: websocket\r\n"),
            "400 HTTP Host header missing in opening handshake request");
  EXPECT_EQ(refusal("Host: a\r\nHost: b\r\n"),
            "400 HTTP Host header appears more than once in opening handshake request");
  EXPECT_EQ(refusal("Host: 127.0.0.1:abc\r\n"),
            "400 invalid port 'abc' in HTTP Host header '127.0.0.1:abc'");
  EXPECT_EQ(refusal("Host: h:65536\r\n"), "400 invalid port '65536' in HTTP Host header 'h:65536'");
}

TEST(CheckRequest, UpgradeAndConnection) {
  EXPECT_EQ(refusal("Host: h\r\nUpgrade: h2c\r\n"),
            "400 HTTP Upgrade headers do not include 'websocket' value (case-insensitive) : h2c");
  EXPECT_EQ(refusal("Host: h\r\nUpgrade: websocket\r\n"), "400 HTTP Connection header missing");
  EXPECT_EQ(refusal("Host: h\r\nUpgrade: websocket\r\nConnection: close\r\n"),
            "400 HTTP Connection headers do not include 'upgrade' value (case-insensitive) : "
            "close");
}

TEST(CheckRequest, Version) {
  EXPECT_EQ(refusal(kUpgrade + kKeyLine),
            "400 WebSocket connection denied - Hixie76 protocol mode disabled.");
  EXPECT_EQ(refusal(kVersion + "Sec-WebSocket-Version: 8\r\n"),
            "400 HTTP Sec-WebSocket-Version header appears more than once in opening handshake "
            "request");
  EXPECT_EQ(refusal(kUpgrade + "Sec-WebSocket-Version: abc\r\n"),
            "400 could not parse HTTP Sec-WebSocket-Version header 'abc' in opening handshake "
            "request");
  const RequestVerdict verdict = ask(kUpgrade + "Sec-WebSocket-Version: 12\r\n");
  EXPECT_EQ(refusal(verdict), "400 WebSocket version 12 not supported (supported versions: 13,8)");
  EXPECT_THAT(std::get<Refused>(verdict).headers,
              ElementsAre(Pair("Sec-WebSocket-Version", "13,8")));
  EXPECT_EQ(refusal(kUpgrade + "Sec-WebSocket-Version: 0\r\n", {.versions = {0, 8, 13}}),
            "400 WebSocket version 0 not supported (supported versions: 13,8)");
  EXPECT_EQ(refusal(kUpgrade + "Sec-WebSocket-Version: 8\r\n", {.versions = {13}}),
            "400 WebSocket version 8 not supported (supported versions: 13)");
}

TEST(CheckRequest, ProtocolsAndOrigin) {
  EXPECT_EQ(refusal(kVersion + "Sec-WebSocket-Protocol: a, b,a\r\n"),
            "400 duplicate protocol 'a' specified in HTTP Sec-WebSocket-Protocol header");
  EXPECT_EQ(refusal(kVersion + "Origin: a\r\nOrigin: b\r\n"),
            "400 HTTP Origin header appears more than once in opening handshake request");
  const ServerPolicy policy{.allowedOrigins = {"http://*.example.com", "https://x"}};
  EXPECT_EQ(refusal(kGoodRequest + "Origin: http://evil.com\r\n", policy),
            "400 WebSocket connection denied: origin 'http://evil.com' not allowed");
  EXPECT_EQ(refusal(kGoodRequest, policy),
            "400 WebSocket connection denied: origin '' not allowed");
  EXPECT_EQ(accepted(ask(kGoodRequest + "Origin: http://a.example.com:80\r\n", policy)).origin,
            "http://a.example.com:80");
  EXPECT_EQ(accepted(ask(kGoodRequest + "Origin: https://xyz\r\n", policy)).origin, "https://xyz");
}

TEST(CheckRequest, OriginOfVersion8) {
  const Accepted it = accepted(ask(kUpgrade + kKeyLine +
                                   "Sec-WebSocket-Version: 8\r\nSec-WebSocket-Origin: x\r\n"
                                   "Origin: y\r\n"));
  EXPECT_EQ(it.origin, "x");
  EXPECT_EQ(it.version, 8);
}

TEST(CheckRequest, Key) {
  EXPECT_EQ(refusal(kVersion), "400 HTTP Sec-WebSocket-Key header missing");
  EXPECT_EQ(
      refusal(kGoodRequest + kKeyLine),
      "400 HTTP Sec-WebSocket-Key header appears more than once in opening handshake request");
  const auto key = [](const std::string& value) {
    return refusal(kVersion + "Sec-WebSocket-Key: " + value + "\r\n");
  };
  EXPECT_EQ(key("abc"), "400 bad Sec-WebSocket-Key (length must be 24 ASCII chars) 'abc'");
  EXPECT_EQ(key("dGhlIHNhbXBsZSBub25jZQAA"),
            "400 bad Sec-WebSocket-Key (invalid base64 encoding) 'dGhlIHNhbXBsZSBub25jZQAA'");
  EXPECT_EQ(key("dGhlIHNhbXB!ZSBub25jZQ=="),
            "400 bad character '!' in Sec-WebSocket-Key (invalid base64 encoding) "
            "'dGhlIHNhbXB!ZSBub25jZQ=='");
}

TEST(CheckRequest, ExtensionsAndLimit) {
  EXPECT_EQ(
      refusal(kGoodRequest + "Sec-WebSocket-Extensions: a b\r\n"),
      "400 could not parse HTTP Sec-WebSocket-Extensions header in opening handshake request: "
      "expected \",\" or \";\" at offset 2 of 'a b'");
  EXPECT_EQ(refusal(kGoodRequest, {.maxConnectionsReached = true}),
            "503 maximum number of connections reached");
}

TEST(CheckRequest, PlainGet) {
  const auto plain = [](const std::string& target, const ServerPolicy& policy = {}) {
    return ask("Host: h\r\n", policy, "GET " + target + " HTTP/1.1");
  };
  EXPECT_EQ(std::get<StatusPage>(plain("/")).redirectTo, "");
  EXPECT_EQ(std::get<Redirect>(plain("/?redirect=http%3A%2F%2Fa%2Fb")).location, "http://a/b");
  const StatusPage page = std::get<StatusPage>(plain("/?redirect=http://a/&after=5"));
  EXPECT_EQ(page.redirectTo, "http://a/");
  EXPECT_EQ(page.afterSeconds, 5);
  EXPECT_EQ(refusal(plain("/", {.webStatus = false})), "426 HTTP Upgrade header missing");
  EXPECT_EQ(refusal(plain("/?redirect=http://a/%0d%0aEvil:1")),
            "400 cannot redirect to 'http://a/\r\nEvil:1': not a http or https URL");
  EXPECT_EQ(refusal(plain("/?redirect=javascript:alert(1)")),
            "400 cannot redirect to 'javascript:alert(1)': not a http or https URL");
  EXPECT_EQ(refusal(plain("/?redirect=http://a&after=x")), "400 'x' is not a number of seconds");
}

TEST(BuildResponse, LinesOfTheOriginal) {
  ServerResponse response;
  response.server = "AutobahnTestSuite/25.10.1-0.10.9";
  response.poweredBy = "AutobahnPython/0.10.9";
  response.key = "dGhlIHNhbXBsZSBub25jZQ==";
  response.extensions = "permessage-deflate";
  EXPECT_EQ(buildResponse(response),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "Server: AutobahnTestSuite/25.10.1-0.10.9\r\n"
            "X-Powered-By: AutobahnPython/0.10.9\r\n"
            "Upgrade: WebSocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate\r\n"
            "\r\n");
}

TEST(BuildResponse, OptionalLines) {
  ServerResponse response;
  response.extraHeaders = {{"X-A", "b"}};
  response.subprotocol = "chat";
  response.key = "dGhlIHNhbXBsZSBub25jZQ==";
  EXPECT_EQ(buildResponse(response),
            "HTTP/1.1 101 Switching Protocols\r\n"
            "X-A: b\r\n"
            "Upgrade: WebSocket\r\n"
            "Connection: Upgrade\r\n"
            "Sec-WebSocket-Protocol: chat\r\n"
            "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n"
            "\r\n");
}

TEST(BuildResponse, OurClientTakesIt) {
  ClientRequest request;
  request.host = "h";
  Random random(1);
  request.key = makeKey(random);
  request.protocols = {"chat"};
  request.extensions = {{"permessage-deflate", {{"client_max_window_bits", {}}}}};
  const Accepted it = accepted(checkRequest(parseHead(buildRequest(request)), {}));
  const auto negotiated = negotiate(it.extensions, std::vector<AcceptRule>{{}});
  ASSERT_TRUE(negotiated);
  ServerResponse response;
  response.key = it.key;
  response.subprotocol = it.protocols.at(0);
  response.extensions = negotiated->header;
  const ResponseVerdict verdict = checkResponse(parseHead(buildResponse(response)), request);
  EXPECT_EQ(verdict.failure, "");
  EXPECT_EQ(verdict.subprotocol, "chat");
  EXPECT_EQ(verdict.deflate, negotiated->parameters);
}

TEST(BuildRefusal, NothingOfThePeerEndsTheStatusLine) {
  EXPECT_EQ(buildRefusal({400, "bad\r\nEvil: 1", {{"Sec-WebSocket-Version", "13,8"}}}),
            "HTTP/1.1 400 bad\\r\\nEvil: 1\r\n"
            "Sec-WebSocket-Version: 13,8\r\n"
            "Content-Length: 0\r\n"
            "Connection: close\r\n"
            "\r\n");
}

TEST(BuildPages, StatusAndRedirect) {
  const std::string page = buildStatusPage({"http://a/'\"<b>", 5}, "wsgauntlet");
  EXPECT_THAT(page, HasSubstr("HTTP/1.1 200 OK\r\nServer: wsgauntlet\r\n"
                              "Content-Type: text/html; charset=UTF-8\r\nContent-Length: "));
  EXPECT_THAT(page, HasSubstr("content=\"5;URL='http://a/&#39;&quot;&lt;b&gt;'\""));
  const std::size_t body = findHeaderEnd(page);
  EXPECT_THAT(parseHead(page).find("Content-Length"),
              ElementsAre(std::to_string(page.size() - body)));
  EXPECT_EQ(buildRedirect({"http://a/"}, "wsgauntlet"),
            "HTTP/1.1 303 See Other\r\n"
            "Server: wsgauntlet\r\n"
            "Location: http://a/\r\n"
            "Content-Length: 0\r\n"
            "Connection: close\r\n"
            "\r\n");
}

}  // namespace
}  // namespace wsgauntlet::websocket
