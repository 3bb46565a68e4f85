#include "approval.hpp"
#include "base/text.hpp"
#include "gate/gate_text.hpp"
#include "gate/junit.hpp"
#include "gate/markdown.hpp"
#include "gate/summary_json.hpp"
#include "gated_run.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::gate {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const RepeatCommand kRepeat = [](const std::string&, const suite::CaseId& id) {
  return "wsgauntlet fuzzingclient -w ws://127.0.0.1:9001 --cases " + id.str();
};

/// No control character but line ends.
bool isPlain(const std::string& text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return static_cast<unsigned char>(c) >= 0x20 ? c != 0x7F : c == '\n';
  });
}

TEST(GateText, IsAsApproved) {
  const GatedRun run;
  const std::string text = gateText(run.gate(), {20, 100, kRepeat});
  expectApproved("gate.txt", text);
  EXPECT_TRUE(isPlain(text));
}

TEST(GateText, SaysHowManyFindingsWereLeftOut) {
  const GatedRun run;
  EXPECT_THAT(gateText(run.gate(), {1, 100, {}}), HasSubstr("\n  … and 2 more\n"));
}

TEST(GateText, OfARunWithoutResults) {
  const report::Records none;
  const GateInput input{none, {}, Policy::parse({}), nullptr, nullptr, {}, {}, false};
  EXPECT_EQ(gateText(evaluate(input)), "Gate: incomplete, there are no results\n");
}

TEST(GateText, GivesNoCommandsToACiSystem) {
  EXPECT_EQ(withoutCommands("::error::x\n  ::add-mask::y\na ::b ##[group]c\n"),
            "\\x3a:error::x\n  \\x3a:add-mask::y\na ::b \\x23#[group]c\n");
}

TEST(GithubAnnotations, AreAsApproved) {
  const GatedRun run;
  const std::string text = githubAnnotations(run.gate());
  expectApproved("annotations.txt", text);
  EXPECT_TRUE(isPlain(text));
}

TEST(GithubAnnotations, EscapeWhatWouldEndThem) {
  GatedRun run;
  const std::string agent = "a::b,c%0A\n::error::x";
  run.records = {{agent, run.records.at("good/1.0")}};
  const std::string text = githubAnnotations(evaluate(run.input()));
  EXPECT_THAT(text, HasSubstr("::error title=a%3A%3Ab%2Cc%250A\\n%3A%3Aerror%3A%3Ax case 3.2"));
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 2);
}

TEST(GithubAnnotations, AreNotMoreThanAreShown) {
  const GatedRun run;
  const std::string text = githubAnnotations(run.gate(), 3);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 3);
  EXPECT_THAT(text, HasSubstr("::error title=More findings::and 2 more\n"));
}

TEST(JunitXml, IsAsApproved) {
  const GatedRun run;
  const std::string xml = junitXml(run.gate());
  expectApproved("junit.xml", xml);
  EXPECT_TRUE(isPlain(xml));
}

TEST(JunitXml, IsWellFormedWhateverAPeerSends) {
  GatedRun run;
  run.records = {{"]]>\"<&\xEF\xBF\xBF\xEF\xBF\xBE\x01", run.records.at("good/1.0")}};
  const std::string xml = junitXml(evaluate(run.input()));
  EXPECT_THAT(xml,
              HasSubstr("name=\"]]&gt;&quot;&lt;&amp;\xEF\xBF\xBD\xEF\xBF\xBD\xE2\x90\x81: 1"));
}

TEST(JunitXml, SkipsMissingResultsThatAreAllowed) {
  const GatedRun run;
  GateInput input = run.input({"never"});
  EXPECT_THAT(junitXml(evaluate(input)), HasSubstr("<error message=\"the case was selected"));
  input.missingAllowed = true;
  const std::string xml = junitXml(evaluate(input));
  EXPECT_THAT(xml, HasSubstr("<skipped message=\"missing result: the case was selected"));
  EXPECT_THAT(xml, Not(HasSubstr("<error")));
}

TEST(MarkdownSummary, IsAsApproved) {
  const GatedRun run;
  const std::string text = markdownSummary(run.gate());
  expectApproved("summary.md", text);
  EXPECT_TRUE(isPlain(text));
  EXPECT_THAT(text, Not(HasSubstr("<script")));
}

TEST(MarkdownText, IsNothingButText) {
  EXPECT_EQ(markdownText("a|b`c`<i>*[x](y)@z"),
            "a&#124;b&#96;c&#96;&#60;i&#62;&#42;&#91;x&#93;&#40;y&#41;&#64;z");
  EXPECT_EQ(markdownText("https://x www.x 1. -"), "https&#58;//x www&#46;x 1. -");
  EXPECT_EQ(markdownText("1. x"), "1&#46; x");
  EXPECT_EQ(markdownText("- x"), "&#45; x");
  EXPECT_EQ(markdownText("a\n# b\x1b"), "a\xE2\x90\x8A&#35; b\xE2\x90\x9B");
  EXPECT_EQ(markdownText("\xff"), "\xEF\xBF\xBD");
}

TEST(SummaryJson, IsAsApproved) {
  const GatedRun run;
  const std::string text = summaryJson(run.gate(), WallTime{}, kRepeat);
  expectApproved("summary.json", text);
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(json["status"], "failed");
  EXPECT_EQ(json["totals"]["cases"], 10);
}

}  // namespace
}  // namespace wsgauntlet::gate
