#include "base/text.hpp"

#include <string>

#include <gtest/gtest.h>

namespace wsgauntlet {
namespace {

TEST(Utf8, FollowsTheStandard) {
  for (const std::string_view valid :
       {"", "a", "κόσμε", "\xf0\x9f\x98\x80", "\xed\x9f\xbf", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_TRUE(isUtf8(valid)) << valid;
  }
  for (const std::string_view invalid :
       {"\x80", "\xc0\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xe2\x82", "\xe2\x28\xa1", "\xff"}) {
    EXPECT_FALSE(isUtf8(invalid));
  }
}

TEST(Utf8, RoundTripsCodePoints) {
  for (const char32_t c : {U'a', U'µ', U'€', U'\uFFFD', U'\U0001F600', U'\U0010FFFF'}) {
    std::string text;
    appendUtf8(text, c);
    EXPECT_EQ(codePointAt(text, 0).value, c);
    EXPECT_EQ(codePointAt(text, 0).length, text.size());
  }
}

TEST(Utf8, LeavesOutACutCodePoint) {
  EXPECT_EQ(wholeCodePoints("a\xe2\x82"), "a");
  EXPECT_EQ(wholeCodePoints("a\xf0\x9f\x98"), "a");
  EXPECT_EQ(wholeCodePoints("aé"), "aé");
  EXPECT_EQ(wholeCodePoints("a\xff"), "a\xff");
  EXPECT_EQ(wholeCodePoints(""), "");
}

TEST(Utf8, TellsPrintableTextFromControls) {
  EXPECT_TRUE(isPrintable("Hellö €😀"));
  for (const std::string_view text : {"a\n", "\x7f", "\u0085", "\xff"})
    EXPECT_FALSE(isPrintable(text));
}

TEST(ControlPictures, ShowsWhatABrowserSwallows) {
  EXPECT_EQ(controlPictures(std::string_view("a\0b\x1b\n\x7f", 6)), "a␀b␛␊␡");
  EXPECT_EQ(controlPictures("a\r\nb\rc\td", Lines::kept), "a\nb␍c\td");
  EXPECT_EQ(controlPictures("\u202e\u0085"), "\\u202e\\u0085");
}

TEST(TerminalText, HoldsNothingThatControlsATerminal) {
  EXPECT_EQ(terminalText("\x1b[31mé\r\n\t\xff\u009b\u202e"),
            "\\x1b[31mé\\r\\n\\t\\xff\\x9b\\u202e");
  EXPECT_EQ(terminalText("\xe2\x82g\xe2\x82\xac"), "\\xe2\\x82g\xe2\x82\xac");
  EXPECT_EQ(terminalText(std::string_view("\0\x7f", 2)), "\\x00\\x7f");
  EXPECT_EQ(terminalText("a\n\tb\r", Lines::kept), "a\n\tb\\r");
}

TEST(HeaderText, TakesOtherOctetsAsLatin1) {
  EXPECT_EQ(headerText("Server: é"), "Server: é");
  EXPECT_EQ(headerText("Server: \xe9"), "Server: é");
}

}  // namespace
}  // namespace wsgauntlet
