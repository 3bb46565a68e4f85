#include "websocket/http.hpp"

#include "base/error.hpp"
#include "pieces.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::Pair;

TEST(Http, FindsTheEndOfTheHeader) {
  EXPECT_EQ(findHeaderEnd("GET / HTTP/1.1\r\nA: b\r\n\r\nrest"), 24U);
  EXPECT_EQ(findHeaderEnd("GET / HTTP/1.1\nA: b\n\nrest"), 21U);
  EXPECT_EQ(findHeaderEnd("GET / HTTP/1.1\r\nA: b\n\r\nrest"), 23U);
  EXPECT_EQ(findHeaderEnd("GET / HTTP/1.1\r\nA: b\r\n\r"), OctetView::npos);
  EXPECT_EQ(findHeaderEnd("GET / HTTP/1.1\r\r\r\r"), OctetView::npos);
  EXPECT_EQ(findHeaderEnd(""), OctetView::npos);
}

TEST(Http, FindsTheEndWhenOctetsComeInPieces) {
  Random random(1);
  for (const Octets text : {"A\r\nb\r\n\r\nrest\r\n\r\n", "A\nb\n\nrest", "A\r\nb\n\r\nrest"}) {
    const std::size_t expected = findHeaderEnd(text);
    for (const auto& pieces : allWays(text, random)) {
      Octets have;
      std::size_t end = OctetView::npos;
      for (const OctetView piece : pieces) {
        const std::size_t before = have.size();
        have += piece;
        if (end == OctetView::npos) end = findHeaderEnd(have, before);
      }
      EXPECT_EQ(end, expected);
    }
  }
}

TEST(Http, TakesAHeaderApart) {
  const HttpHead head = parseHead(
      "HTTP/1.1 101 Switching Protocols\r\n"
      "Server:  some server \t\r\n"
      "no colon\r\n"
      "X-List: a\n"
      "x-list :b\r\n"
      "Empty:\r\n"
      "Folded: one\r\n\t two\r\n"
      "Colons: a:b:c\r\n"
      "\r\n"
      "Body: not a field\r\n");
  EXPECT_EQ(head.startLine, "HTTP/1.1 101 Switching Protocols");
  EXPECT_THAT(head.fields,
              ElementsAre(Pair("Server", "some server"), Pair("X-List", "a"), Pair("x-list", "b"),
                          Pair("Empty", ""), Pair("Folded", "one two"), Pair("Colons", "a:b:c")));
  EXPECT_THAT(head.find("SERVER"), ElementsAre("some server"));
  EXPECT_THAT(head.find("X-List"), ElementsAre("a", "b"));
  EXPECT_THAT(head.find("nothing"), IsEmpty());
  EXPECT_EQ(head.joined("x-list"), "a, b");
  EXPECT_EQ(head.joined("nothing"), std::nullopt);
}

TEST(Http, OnlyLineFeedsEndLines) {
  const Octets line = Octets("A: x\ry") + '\0' + "z\xe2\x80\xa8w\x0bv";
  const HttpHead head = parseHead("GET / HTTP/1.1\r\n" + line + "\r\n\r\n");
  EXPECT_THAT(head.fields, ElementsAre(Pair("A", "x y z\xe2\x80\xa8w\x0bv")));
}

TEST(Http, AnyOctetsGiveAHead) {
  EXPECT_EQ(parseHead("").startLine, "");
  EXPECT_EQ(parseHead("\r\n\r\n").startLine, "");
  EXPECT_THAT(parseHead("a\r\n folded first\r\n\r\n").fields, IsEmpty());
  EXPECT_THAT(parseHead("a\r\n:\r\n\r\n").fields, ElementsAre(Pair("", "")));
}

TEST(Http, SmallHelpers) {
  EXPECT_THAT(splitList(" a , ,b,", ','), ElementsAre("a", "b"));
  EXPECT_THAT(splitWords("  GET  /x\tHTTP/1.1 "), ElementsAre("GET", "/x", "HTTP/1.1"));
  EXPECT_TRUE(isToken("permessage-deflate"));
  EXPECT_FALSE(isToken(""));
  EXPECT_FALSE(isToken("a b"));
  EXPECT_FALSE(isToken("a\"b"));
  EXPECT_EQ(parseNumber("013", 20), 13);
  EXPECT_EQ(parseNumber("21", 20), std::nullopt);
  EXPECT_EQ(parseNumber("-1", 20), std::nullopt);
  EXPECT_EQ(parseNumber("", 20), std::nullopt);
  EXPECT_EQ(parseNumber("99999999999999999999", 20), std::nullopt);
}

TEST(Http, Targets) {
  const auto target = parseTarget("/runCase?case=1&agent=a?b");
  ASSERT_TRUE(target);
  EXPECT_EQ(target->path, "/runCase");
  EXPECT_EQ(target->query, "case=1&agent=a?b");
  EXPECT_FALSE(target->fragment);
  EXPECT_EQ(parseTarget("ws://other:1/getCaseCount")->path, "/getCaseCount");
  EXPECT_EQ(parseTarget("http://other")->path, "/");
  EXPECT_EQ(parseTarget("/a#b?c")->fragment, "b?c");
  EXPECT_EQ(parseTarget("/a?url=ws://x/y")->path, "/a");
  EXPECT_FALSE(parseTarget("runCase"));
  EXPECT_FALSE(parseTarget("*"));
}

TEST(Http, Forms) {
  EXPECT_THAT(decodeForm("case=1&agent=a+b%2Fc%C3%A4&empty=&bare&=x&agent=2"),
              ElementsAre(Pair("case", "1"), Pair("agent", "a b/c\xc3\xa4"), Pair("", "x"),
                          Pair("agent", "2")));
  EXPECT_THAT(decodeForm("a=%&b=%4&c=%zz&d=%41%4"),
              ElementsAre(Pair("a", "%"), Pair("b", "%4"), Pair("c", "%zz"), Pair("d", "A%4")));
  EXPECT_THAT(decodeForm(""), IsEmpty());
}

TEST(Http, PercentEncodingComesBack) {
  Octets all;
  for (int i = 0; i < 256; ++i) all += static_cast<char>(i);
  EXPECT_THAT(decodeForm("x=" + percentEncode(all)), ElementsAre(Pair("x", all)));
  EXPECT_EQ(percentEncode("a b/c~"), "a%20b%2Fc~");
}

TEST(Http, FieldsOfTheUser) {
  EXPECT_NO_THROW(requireField("X-Token", "a b\tc \xc3\xa4"));
  EXPECT_THROW(requireField("X Token", "a"), InputError);
  EXPECT_THROW(requireField("", "a"), InputError);
  try {
    requireField("X-Token", "a\r\nEvil: b");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(),
                 "the value of the HTTP header field X-Token has a control character: "
                 "a\\r\\nEvil: b");
  }
}

}  // namespace
}  // namespace wsgauntlet::websocket
