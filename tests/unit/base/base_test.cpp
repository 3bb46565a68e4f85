#include "base/clock.hpp"
#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/json_source.hpp"
#include "base/octets.hpp"
#include "base/random.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet {
namespace {

TEST(Payload, RepeatsItsBaseCyclically) {
  const Payload payload("abc", 8);
  EXPECT_EQ(payload.octets(), "abcabcab");
  EXPECT_EQ(payload.head(4), "abca");
}

TEST(Payload, CopiesFromEveryOffsetAndLength) {
  const Payload payload("0123456789", 200);
  const Octets all = payload.octets();
  for (std::size_t offset = 0; offset < all.size(); ++offset) {
    for (std::size_t n = 0; offset + n <= all.size(); n += 7) {
      Octets part(n, '?');
      payload.copy(offset, part);
      EXPECT_EQ(part, all.substr(offset, n)) << offset << " " << n;
    }
  }
}

TEST(Payload, TellsWhereOctetsDiffer) {
  const Payload payload("ab", 100000);
  Octets other = payload.octets();
  EXPECT_EQ(payload.mismatch(other), Payload::npos);
  other[70001] = 'X';
  EXPECT_EQ(payload.mismatch(other), 70001U);
  EXPECT_EQ(payload.mismatch("aba"), 3U);
}

TEST(Payload, IsEmptyWithAnEmptyBase) {
  EXPECT_TRUE(Payload("", 100).empty());
  EXPECT_EQ(Payload("x").repeatedTo(0).size(), 0U);
}

TEST(Hex, RoundTripsAndRefuses) {
  EXPECT_EQ(toHex(Octets("\x00\xff\x1a", 3)), "00ff1a");
  EXPECT_EQ(fromHex("00Ff1a"), Octets("\x00\xff\x1a", 3));
  EXPECT_FALSE(fromHex("0"));
  EXPECT_FALSE(fromHex("0g"));
}

TEST(Clock, FormatsAsReportsDo) {
  EXPECT_EQ(formatUtc(WallTime(std::chrono::milliseconds(1775143088966))),
            "2026-04-02T15:18:08.966Z");
  EXPECT_EQ(formatSeconds(1), "1");
  EXPECT_EQ(formatSeconds(0.5), "0.5");
  EXPECT_EQ(formatSeconds(10), "10");
}

TEST(Random, IsRepeatableAndForksIndependently) {
  Random a(7);
  Random b(7);
  EXPECT_EQ(a.next(), b.next());
  EXPECT_EQ(a.fork(1).next32(), b.fork(1).next32());
  EXPECT_NE(a.fork(1).next(), a.fork(2).next());
}

TEST(Nearest, FindsSlipsAndNothingElse) {
  EXPECT_EQ(nearest("txet", {"text", "binary"}), "text");
  EXPECT_EQ(nearest("opcde", {"opcode", "payload"}), "opcode");
  EXPECT_EQ(nearest("zzz", {"text", "binary"}), "");
}

TEST(JsonSource, KnowsTheLineOfEachValue) {
  const JsonSource source("f.json", "{\n \"a\": [\n  1,\n  {\"b\": 2}\n ]\n}\n");
  EXPECT_EQ(source.place("/a/0").line, 3);
  EXPECT_EQ(source.place("/a/1/b").line, 4);
  EXPECT_EQ(source.place("/a/1/missing").line, 4);
}

std::string problemsOf(const std::string& text) {
  try {
    const JsonSource source("f.json", text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

TEST(JsonSource, ReportsSyntaxAndDoubleKeysWithTheirLine) {
  EXPECT_THAT(problemsOf("{\n \"a\": 1,\n \"a\": 2\n}"),
              testing::HasSubstr("f.json:3: /a: the key occurs twice in this object"));
  EXPECT_THAT(problemsOf("{\n \"a\": ]\n}"),
              testing::HasSubstr("f.json:2: not valid JSON at column"));
}

TEST(ReadFile, SaysWhyItCannot) {
  try {
    (void)readFile("/nowhere/at/all.json");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "/nowhere/at/all.json: cannot be read: No such file or directory");
  }
}

TEST(Problem, CommandsNoTerminal) {
  EXPECT_EQ(
      format({{"a.json", 3, "/agents/\x1b[31m\n::error::x\xc2\x9b"}, "the key \x07 is odd\nmore"}),
      "a.json:3: /agents/\\x1b[31m\\n::error::x\\x9b: the key \\x07 is odd\nmore");
}

}  // namespace
}  // namespace wsgauntlet
