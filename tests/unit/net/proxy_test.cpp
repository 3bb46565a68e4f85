#include "net/proxy.hpp"

#include "base/error.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::net {
namespace {

TEST(Proxy, IsTakenApart) {
  const Proxy plain = parseProxy("http://proxy.example:3128");
  EXPECT_EQ(plain.host, "proxy.example");
  EXPECT_EQ(plain.port, 3128);
  EXPECT_EQ(plain.credentials, "");
  EXPECT_EQ(parseProxy("http://[::1]:8080/").host, "::1");
  EXPECT_EQ(parseProxy("http://proxy.example").port, 80);
}

TEST(Proxy, CredentialsMayBeEncoded) {
  const Proxy proxy = parseProxy("http://me%40home:a%3Ab+c%26@h:1");
  EXPECT_EQ(proxy.credentials, "me@home:a:b+c&");
  EXPECT_EQ(proxy.host, "h");
  EXPECT_EQ(parseProxy("http://me:@h:1").credentials, "me:");
}

TEST(Proxy, WhatIsNoneIsRefusedWithoutThePassword) {
  for (const char* url : {"h:1", "https://h:1", "http://", "http://h:x", "http://me@h:1"}) {
    EXPECT_THROW(static_cast<void>(parseProxy(url)), InputError) << url;
  }
  try {
    static_cast<void>(parseProxy("http://me:secret@h:port"));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()).find("secret"), std::string::npos) << error.what();
  }
}

TEST(Proxy, RequestNamesTheServer) {
  EXPECT_EQ(connectRequest(parseProxy("http://h:1"), "[::1]:9001"),
            "CONNECT [::1]:9001 HTTP/1.1\r\nHost: [::1]:9001\r\n\r\n");
  EXPECT_EQ(connectRequest(parseProxy("http://me:secret@h:1"), "s:443"),
            "CONNECT s:443 HTTP/1.1\r\nHost: s:443\r\n"
            "Proxy-Authorization: Basic bWU6c2VjcmV0\r\n\r\n");
}

}  // namespace
}  // namespace wsgauntlet::net
