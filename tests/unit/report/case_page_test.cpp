#include "report/pages/case_page.hpp"

#include "base/hex.hpp"
#include "html_to_text.hpp"
#include "samples.hpp"

#include <algorithm>
#include <regex>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string withoutEmptyLines(const std::string& text) {
  std::istringstream lines(text);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    line.erase(line.find_last_not_of(" \r") + 1);
    if (!line.empty()) out += line + "\n";
  }
  return out;
}

/// The original shows the mask of a received frame as the hex of its hex digits.
std::string withRightMasks(const std::string& text) {
  const std::regex doubled("MASKED=True, MASK=([0-9a-f]{16})");
  std::string out;
  auto last = text.begin();
  for (std::sregex_iterator it(text.begin(), text.end(), doubled), end; it != end; ++it) {
    out.append(last, text.begin() + it->position(1));
    out += fromHex((*it)[1].str()).value();
    last = text.begin() + it->position(1) + it->length(1);
  }
  return out.append(last, text.end());
}

/// What the original's page has: everything up to the end of the wire log.
std::string classicPart(const std::string& pageText) {
  const std::size_t row = pageText.find(" TCP DROPPED BY ");
  return pageText.substr(0, pageText.find('\n', row) + 1);
}

void expectSameText(const Sample& sample) {
  EXPECT_EQ(classicPart(htmlToText(casePage(sample.result))),
            withRightMasks(withoutEmptyLines(sample.text)));
}

/// Two samples were copied by a tool that shows tables with bars, leaves headings of sections out,
/// and puts the lines of a header and the indentation away.
void expectSameContent(const Sample& sample) {
  static const std::set<std::string> kLeftOut = {"Autobahn WebSocket Testsuite Report",
                                                 "Autobahn WebSocket",
                                                 "Opening Handshake",
                                                 "Closing Behavior",
                                                 "Wire Statistics",
                                                 "Octets Received by Chop Size",
                                                 "Octets Transmitted by Chop Size",
                                                 "Frames Received by Opcode",
                                                 "Frames Transmitted by Opcode",
                                                 "Wire Log"};
  std::istringstream lines(classicPart(htmlToText(casePage(sample.result), {"| ", " | ", " |"})));
  std::string text;
  bool inHeader = false;
  for (std::string line; std::getline(lines, line);) {
    if (line == "Opening Handshake") inHeader = true;
    if (line == "Closing Behavior") inHeader = false;
    if (kLeftOut.contains(line)) continue;
    const bool continues =
        inHeader && line.find(':') != std::string::npos && !line.starts_with("GET ");
    if (continues) text.back() = ' ';
    text += line.substr(line.find_first_not_of(' ')) + "\n";
  }
  EXPECT_EQ(text, withRightMasks(withoutEmptyLines(sample.text)));
}

TEST(CasePage, SaysWhatTheOriginalSaysWhenNothingCame) {
  expectSameText(fragmentedWithPings());
}
TEST(CasePage, SaysWhatTheOriginalSaysOfALargeMessage) {
  expectSameText(closeBehindLargeMessage());
}
TEST(CasePage, SaysWhatTheOriginalSaysOfAPass) {
  expectSameText(fragmentedSynchronously());
}
TEST(CasePage, SaysWhatTheOriginalSaysOfChops) {
  expectSameContent(choppedOctetwise());
}
TEST(CasePage, SaysWhatTheOriginalSaysOfTheWrongEvents) {
  expectSameContent(reservedBits());
}

TEST(CasePage, MarksWhereObservedLeavesExpected) {
  const std::string page = casePage(reservedBits().result);
  EXPECT_THAT(page, HasSubstr("[(&#39;message&#39;, u&#39;Hello, world!&#39;, False), <mark "));
  EXPECT_THAT(page, HasSubstr(">(&#39;message&#39;, u&#39;Hello, world!&#39;, False)</mark>, "));
  EXPECT_THAT(casePage(fragmentedWithPings().result),
              HasSubstr("[<mark title=\"expected and observed "
                        "part here\">]</mark></span>"));
  EXPECT_THAT(casePage(fragmentedSynchronously().result), Not(HasSubstr("<mark")));
}

TEST(CasePage, ShowsUnimplementedAsSuch) {
  Sample sample = passed("12.1.1");
  sample.result.behavior = play::Behavior::unimplemented;
  sample.result.wireLogOn = false;
  const std::string text = htmlToText(casePage(sample.result));
  EXPECT_THAT(text, HasSubstr("agent/1.0 - Case 12.1.1 : Unimplemented - 2 ms @ "));
  EXPECT_THAT(text, HasSubstr("Wire Log\nWire log after handshake disabled!\n000 "));
}

TEST(CasePage, ShowsWhatIsKnownOfAConnectionThatWasNeverOpen) {
  Sample sample = failed("1.1.1");
  sample.result.opened = false;
  sample.result.httpResponse.clear();
  const std::string text = htmlToText(casePage(sample.result));
  EXPECT_THAT(text, HasSubstr("Case 1.1.1 : Fail - 0 ms @ 2026-11-20T23:55:00.107Z\n"));
  EXPECT_THAT(text, HasSubstr("Expected:\n{}\nObserved:\n[]\n"));
  EXPECT_THAT(text, HasSubstr("Host: localhost\n?\n"));
}

TEST(CasePage, LetsNothingThroughThatABrowserWouldObey) {
  const std::string page = casePage(hostile().result);
  EXPECT_THAT(page, Not(HasSubstr("<script>alert")));
  EXPECT_THAT(page, HasSubstr("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;␛[31m␍␊␀"));
  for (const char c : page) {
    const auto octet = static_cast<unsigned char>(c);
    EXPECT_TRUE(octet >= 0x20 || c == '\n' || c == '\t') << static_cast<int>(octet);
  }
  EXPECT_THAT(page, Not(HasSubstr("\u202e")));
  EXPECT_THAT(page, HasSubstr("\\u202e"));
}

TEST(CasePage, LoadsNothingFromOutside) {
  const std::string page = casePage(hostile().result, {}, {"a.html", "b.html", "index.html"});
  for (const char* loads : {"src=", "@import", "url(", "rel=\"stylesheet\""}) {
    EXPECT_THAT(page, Not(HasSubstr(loads)));
  }
}

TEST(CasePage, LinksToTheStandardAndToItsNeighbours) {
  const Sample sample = passed("1.1.2");
  const Sample before = passed("1.1.1");
  const std::string page = casePage(sample.result, {before.testCase.get(), nullptr},
                                    {"a_case_1_1_1.html", "", "index.html"});
  EXPECT_THAT(page, HasSubstr("<a href=\"https://www.rfc-editor.org/rfc/rfc6455#section-5.6\">"
                              "RFC&nbsp;6455 section&nbsp;5.6</a>"));
  EXPECT_THAT(
      page, HasSubstr("<a rel=\"prev\" data-key=\"prev\" href=\"a_case_1_1_1.html\">← 1.1.1</a>"));
  EXPECT_THAT(page, Not(HasSubstr("rel=\"next\"")));
}

TEST(CasePage, SumsUpRoundTrips) {
  Sample sample = passed("9.7.1");
  for (int i = 1; i <= 100; ++i) sample.result.roundTrips.push_back(std::chrono::microseconds(i));
  EXPECT_THAT(htmlToText(casePage(sample.result), {"", " ", ""}),
              HasSubstr("100 0.001 ms 0.050 ms 0.090 ms 0.099 ms 0.100 ms"));
}

TEST(CasePage, KeepsLineBreaksOfDescriptions) {
  Sample sample = passed("1.1.1");
  sample.testCase->description = "One<br>two\nthree <b>";
  EXPECT_THAT(casePage(sample.result), HasSubstr("One<br/>two<br/>three &lt;b&gt;"));
}

}  // namespace
}  // namespace wsgauntlet::report
