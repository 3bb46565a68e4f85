#include "websocket/url.hpp"

#include "base/error.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

TEST(Url, PartsAndDefaults) {
  Url url = parseUrl("ws://127.0.0.1:9001");
  EXPECT_FALSE(url.secure);
  EXPECT_EQ(url.host, "127.0.0.1");
  EXPECT_EQ(url.port, 9001);
  EXPECT_EQ(url.resource, "/");
  EXPECT_EQ(url.socketPath, "");

  url = parseUrl("WSS://Example.org/a%20b/?x=1&y=:/");
  EXPECT_TRUE(url.secure);
  EXPECT_EQ(url.host, "Example.org");
  EXPECT_EQ(url.port, 443);
  EXPECT_EQ(url.resource, "/a%20b/?x=1&y=:/");

  EXPECT_EQ(parseUrl("ws://h").port, 80);
  EXPECT_EQ(parseUrl("ws://h:0").port, 0);
  EXPECT_EQ(parseUrl("ws://h?q=1").resource, "/?q=1");
}

TEST(Url, Ipv6) {
  Url url = parseUrl("ws://[::1]:9001/x");
  EXPECT_EQ(url.host, "::1");
  EXPECT_EQ(url.port, 9001);
  EXPECT_EQ(hostAndPort(url.host, url.port), "[::1]:9001");
  EXPECT_EQ(parseUrl("wss://[fe80::1%25eth0]").host, "fe80::1%25eth0");
  EXPECT_EQ(hostAndPort("127.0.0.1", 80), "127.0.0.1:80");
}

TEST(Url, UnixSockets) {
  Url url = parseUrl("ws+unix:/run/my.sock:/chat?x=1");
  EXPECT_FALSE(url.secure);
  EXPECT_EQ(url.socketPath, "/run/my.sock");
  EXPECT_EQ(url.resource, "/chat?x=1");
  EXPECT_EQ(url.host, "localhost");
  EXPECT_EQ(parseUrl("ws+unix:///run/my.sock").socketPath, "/run/my.sock");
  EXPECT_EQ(parseUrl("ws+unix:///run/my.sock").resource, "/");
}

std::string urlRefusal(std::string_view text) {
  try {
    static_cast<void>(parseUrl(text));
  } catch (const InputError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Url, Refusals) {
  const std::string scheme = ": expected a URL that begins with ws://, wss:// or ws+unix:";
  EXPECT_EQ(urlRefusal("http://h"), "URL \"http://h\"" + scheme);
  EXPECT_EQ(urlRefusal(""), "URL \"\"" + scheme);
  EXPECT_EQ(urlRefusal("localhost:9001"), "URL \"localhost:9001\"" + scheme);
  EXPECT_EQ(urlRefusal("ws:/h"), "URL \"ws:/h\": expected // after ws:");
  EXPECT_EQ(urlRefusal("ws://"), "URL \"ws://\": the host is missing");
  EXPECT_EQ(urlRefusal("ws://:9001"), "URL \"ws://:9001\": the host is missing");
  EXPECT_EQ(urlRefusal("ws://h:x"),
            "URL \"ws://h:x\": the port \"x\" is not a number from 0 to 65535");
  EXPECT_EQ(urlRefusal("ws://h:"),
            "URL \"ws://h:\": the port \"\" is not a number from 0 to 65535");
  EXPECT_EQ(urlRefusal("ws://h:65536"),
            "URL \"ws://h:65536\": the port \"65536\" is not a number from 0 to 65535");
  EXPECT_EQ(urlRefusal("ws://h/a#b"),
            "URL \"ws://h/a#b\": a WebSocket URL has no fragment; write # as %23");
  EXPECT_EQ(urlRefusal("ws://h/a b"),
            "URL \"ws://h/a b\": blanks and control characters are written as %20 and so on");
  EXPECT_EQ(urlRefusal("ws://h/a\r\nEvil: 1"),
            "URL \"ws://h/a\\r\\nEvil: 1\": blanks and control characters are written as %20 "
            "and so on");
  EXPECT_EQ(urlRefusal("ws://me:pw@h"),
            "URL \"ws://me:pw@h\": user name and password are not supported");
  EXPECT_EQ(urlRefusal("ws://::1:9001"),
            "URL \"ws://::1:9001\": an IPv6 address is in brackets: ws://[::1]:9001");
  EXPECT_EQ(urlRefusal("ws://[::1"),
            "URL \"ws://[::1\": the bracket of the IPv6 address is not closed");
  EXPECT_EQ(urlRefusal("ws://[h]"), "URL \"ws://[h]\": \"h\" is no IPv6 address");
  EXPECT_EQ(urlRefusal("ws://[::1]9"),
            "URL \"ws://[::1]9\": expected \":\" and a port after the IPv6 address");
  EXPECT_EQ(urlRefusal("ws+unix:relative"),
            "URL \"ws+unix:relative\": expected the absolute path of a socket: "
            "ws+unix:/path/to/socket:/resource");
}

}  // namespace
}  // namespace wsgauntlet::websocket
