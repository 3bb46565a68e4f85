#include "websocket/client_handshake.hpp"

#include "websocket/handshake.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

TEST(Handshake, SampleKeyOfRfc6455Section13) {
  EXPECT_EQ(acceptKey("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
}

TEST(Handshake, KeysAreSixteenOctetsAndRepeatWithTheSeed) {
  Random a(7);
  Random b(7);
  const std::string key = makeKey(a);
  EXPECT_EQ(key.size(), 24U);
  EXPECT_TRUE(key.ends_with("=="));
  EXPECT_EQ(key, makeKey(b));
  EXPECT_NE(key, makeKey(a));
}

ClientRequest sample() {
  ClientRequest request;
  request.host = "127.0.0.1";
  request.port = 21001;
  request.userAgent = "AutobahnTestSuite/25.10.1-0.10.9";
  request.key = "dGhlIHNhbXBsZSBub25jZQ==";
  return request;
}

TEST(BuildRequest, LinesOfTheOriginal) {
  const std::string text = buildRequest(sample());
  EXPECT_EQ(text,
            "GET / HTTP/1.1\r\n"
            "User-Agent: AutobahnTestSuite/25.10.1-0.10.9\r\n"
            "Host: 127.0.0.1:21001\r\n"
            "Upgrade: WebSocket\r\n"
            "Connection: Upgrade\r\n"
            "Pragma: no-cache\r\n"
            "Cache-Control: no-cache\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "\r\n");
  EXPECT_EQ(text.size(), 243U);
}

TEST(BuildRequest, OptionalLines) {
  ClientRequest request = sample();
  request.host = "::1";
  request.port = 80;
  request.resource = "/chat?x=1";
  request.userAgent.reset();
  request.origin = "http://example.com";
  request.protocols = {"p1", "p2"};
  request.extensions = {{"permessage-deflate", {{"client_no_context_takeover", {}}}},
                        {"permessage-deflate", {{"server_max_window_bits", "9"}}}};
  request.extraHeaders = {{"X-Token", "abc"}};
  EXPECT_EQ(buildRequest(request),
            "GET /chat?x=1 HTTP/1.1\r\n"
            "Host: [::1]:80\r\n"
            "Upgrade: WebSocket\r\n"
            "Connection: Upgrade\r\n"
            "Pragma: no-cache\r\n"
            "Cache-Control: no-cache\r\n"
            "X-Token: abc\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Origin: http://example.com\r\n"
            "Sec-WebSocket-Protocol: p1,p2\r\n"
            "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover, "
            "permessage-deflate; server_max_window_bits=9\r\n"
            "Sec-WebSocket-Version: 13\r\n"
            "\r\n");
}

TEST(BuildRequest, Drafts) {
  ClientRequest request = sample();
  request.origin = "http://example.com";
  request.version = 10;
  EXPECT_NE(buildRequest(request).find("\r\nSec-WebSocket-Origin: http://example.com\r\n"),
            std::string::npos);
  EXPECT_NE(buildRequest(request).find("\r\nSec-WebSocket-Version: 8\r\n"), std::string::npos);
  request.version = 12;
  EXPECT_NE(buildRequest(request).find("\r\nOrigin: http://example.com\r\n"), std::string::npos);
  EXPECT_EQ(handshakeVersion(12), 8);
  EXPECT_EQ(handshakeVersion(13), 13);
  EXPECT_EQ(handshakeVersion(18), 13);
  EXPECT_EQ(handshakeVersion(0), std::nullopt);
  EXPECT_EQ(handshakeVersion(19), std::nullopt);
}

const std::string kGood =
    "Upgrade: WebSocket\r\nConnection: keep-alive, Upgrade\r\n"
    "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

ResponseVerdict verdict(const std::string& fields, const ClientRequest& request = sample(),
                        const std::string& line = "HTTP/1.1 101 Switching Protocols") {
  return checkResponse(parseHead(line + "\r\n" + fields + "\r\n"), request);
}

std::string failure(const std::string& fields) {
  return verdict(fields).failure;
}

ClientRequest withDeflate() {
  ClientRequest request = sample();
  request.extensions = {{"permessage-deflate", {{"client_max_window_bits", {}}}}};
  return request;
}

TEST(CheckResponse, Accepts) {
  EXPECT_TRUE(verdict(kGood).accepted());
  EXPECT_TRUE(
      verdict(kGood + "Sec-WebSocket-Protocol:\r\nSec-WebSocket-Extensions:\r\n").accepted());
  EXPECT_TRUE(verdict(kGood, sample(), "HTTP/1.1 101").accepted());
  ClientRequest request = withDeflate();
  request.protocols = {"a", "b"};
  const ResponseVerdict answer =
      verdict(kGood +
                  "sec-websocket-protocol: b\r\n"
                  "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=9\r\n",
              request);
  EXPECT_EQ(answer.failure, "");
  EXPECT_EQ(answer.subprotocol, "b");
  ASSERT_TRUE(answer.deflate);
  EXPECT_EQ(answer.deflate->clientMaxWindowBits, 9);
  ASSERT_EQ(answer.extensions.size(), 1U);
  EXPECT_EQ(answer.extensions[0].name, "permessage-deflate");
}

TEST(CheckResponse, StatusLine) {
  const auto line = [](const std::string& text) { return verdict(kGood, sample(), text).failure; };
  EXPECT_EQ(line("HTTP/1.1"), "Bad HTTP response status line 'HTTP/1.1'");
  EXPECT_EQ(line(""), "Bad HTTP response status line ''");
  EXPECT_EQ(line("HTTP/1.0 101 x"), "Unsupported HTTP version ('HTTP/1.0')");
  EXPECT_EQ(line("HTTP/1.1 abc x"), "Bad HTTP status code ('abc')");
  EXPECT_EQ(line("HTTP/1.1 404 Not Found"), "WebSocket connection upgrade failed (404 - NotFound)");
  EXPECT_EQ(line("HTTP/1.1 302"), "WebSocket connection upgrade failed (302)");
  EXPECT_EQ(line("HTTP/1.1 400 \x01\xff"),
            "WebSocket connection upgrade failed (400 - \\x01\\xff)");
}

TEST(CheckResponse, UpgradeAndConnection) {
  EXPECT_EQ(failure(""), "HTTP Upgrade header missing");
  EXPECT_EQ(failure("Upgrade: foo\r\n"),
            "HTTP Upgrade header different from 'websocket' (case-insensitive) : foo");
  EXPECT_EQ(failure("Upgrade: websocket\r\nUpgrade: h2c\r\n"),
            "HTTP Upgrade header different from 'websocket' (case-insensitive) : websocket, h2c");
  EXPECT_EQ(failure("Upgrade: websocket\r\n"), "HTTP Connection header missing");
  EXPECT_EQ(
      failure("Upgrade: websocket\r\nConnection: keep-alive\r\n"),
      "HTTP Connection header does not include 'upgrade' value (case-insensitive) : keep-alive");
}

TEST(CheckResponse, Accept) {
  const std::string before = "Upgrade: websocket\r\nConnection: upgrade\r\n";
  EXPECT_EQ(failure(before), "HTTP Sec-WebSocket-Accept header missing in opening handshake reply");
  EXPECT_EQ(failure(kGood + "Sec-WebSocket-Accept: x\r\n"),
            "HTTP Sec-WebSocket-Accept header appears more than once in opening handshake reply");
  EXPECT_EQ(
      failure(before + "Sec-WebSocket-Accept: x\r\n"),
      "HTTP Sec-WebSocket-Accept bogus value : expected s3pPLMBiTxaQ9kYGzzhZRbK+xOo= / got x");
}

TEST(CheckResponse, Extensions) {
  const auto answer = [](const std::string& value) {
    return verdict(kGood + "Sec-WebSocket-Extensions: " + value + "\r\n", withDeflate()).failure;
  };
  EXPECT_EQ(answer("permessage-deflate\r\nSec-WebSocket-Extensions: permessage-deflate"),
            "HTTP Sec-WebSocket-Extensions header appears more than once in opening handshake "
            "reply");
  EXPECT_EQ(answer("foo"),
            "server wants to use extension 'foo' we did not request, haven't implemented or did "
            "not enable");
  const std::string denied =
      "WebSocket permessage-compress extension response from server denied by client";
  EXPECT_EQ(failure(kGood + "Sec-WebSocket-Extensions: permessage-deflate\r\n"), denied);
  EXPECT_EQ(answer("permessage-bzip2"), denied);
  EXPECT_EQ(answer("permessage-deflate, permessage-deflate"),
            "multiple occurrence of a permessage-compress extension");
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=16"),
            "illegal extension parameter value '16' for parameter 'server_max_window_bits' of "
            "extension 'permessage-deflate'");
  EXPECT_EQ(answer("permessage-deflate;"),
            "could not parse HTTP Sec-WebSocket-Extensions header: expected the name of a "
            "parameter at offset 19 of 'permessage-deflate;'");
}

TEST(CheckResponse, OffersThatAreNotKeptAreTold) {
  ClientRequest request = sample();
  request.extensions = {{"permessage-deflate", {{"server_max_window_bits", "9"}}}};
  const ResponseVerdict answer =
      verdict(kGood + "Sec-WebSocket-Extensions: permessage-deflate\r\n", request);
  EXPECT_TRUE(answer.accepted());
  EXPECT_EQ(answer.mismatch, "the response lacks 'server_max_window_bits', which was offered");
}

TEST(CheckResponse, Subprotocol) {
  EXPECT_EQ(failure(kGood + "Sec-WebSocket-Protocol: a\r\nSec-WebSocket-Protocol: b\r\n"),
            "HTTP Sec-WebSocket-Protocol header appears more than once in opening handshake reply");
  EXPECT_EQ(
      failure(kGood + "Sec-WebSocket-Protocol: foo\r\n"),
      "subprotocol selected by server (foo) not in subprotocol list requested by client ([])");
  ClientRequest request = sample();
  request.protocols = {"a", "b"};
  EXPECT_EQ(verdict(kGood + "Sec-WebSocket-Protocol: foo\r\n", request).failure,
            "subprotocol selected by server (foo) not in subprotocol list requested by client "
            "(['a', 'b'])");
}

}  // namespace
}  // namespace wsgauntlet::websocket
