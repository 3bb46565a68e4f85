// Lints the cases that are built in.
#include "base/json_source.hpp"
#include "suite/catalogue.hpp"

#include <algorithm>
#include <regex>
#include <set>

#include <gtest/gtest.h>

namespace wsgauntlet::suite {
namespace {

const std::vector<Case>& cases() {
  return Catalogue::builtIn().cases();
}

/// Code points of UTF-8.
std::size_t length(const std::string& text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

double prescribedSeconds(const Case& testCase) {
  if (const auto* large = std::get_if<LargeEcho>(&testCase.criterion)) return large->seconds;
  if (const auto* trips = std::get_if<RoundTrips>(&testCase.criterion)) return trips->seconds;
  return 0;
}

TEST(BuiltInCases, AreAll517InTheOrderOfTheirIds) {
  ASSERT_EQ(cases().size(), 517U);
  for (std::size_t i = 1; i < cases().size(); ++i) EXPECT_LT(cases()[i - 1].id, cases()[i].id);
}

TEST(BuiltInCases, SayWhatTheyDoInClearWords) {
  const std::regex vague("\\bshould\\b|\\btest that\\b|\\{|\\}", std::regex::icase);
  for (const Case& testCase : cases()) {
    SCOPED_TRACE(testCase.id.str());
    for (const std::string& text : {testCase.description, testCase.expectation}) {
      EXPECT_FALSE(text.empty());
      EXPECT_TRUE(text.ends_with('.')) << text;
      EXPECT_FALSE(std::regex_search(text, vague)) << text;
    }
    EXPECT_LE(length(testCase.description), 150U) << testCase.description;
    EXPECT_LE(length(testCase.expectation), 200U) << testCase.expectation;
  }
}

TEST(BuiltInCases, HaveADescriptionOfTheirOwn) {
  std::set<std::string> seen;
  for (const Case& testCase : cases()) {
    EXPECT_TRUE(seen.insert(testCase.description).second)
        << testCase.id.str() << ": " << testCase.description;
  }
}

TEST(BuiltInCases, NameTheirSections) {
  const std::regex section("[0-9]+(\\.[0-9]+)*");
  for (const Case& testCase : cases()) {
    EXPECT_FALSE(testCase.spec.empty()) << testCase.id.str();
    for (const SpecReference& spec : testCase.spec) {
      EXPECT_TRUE(spec.rfc == 6455 || spec.rfc == 7692 || spec.rfc == 3629) << testCase.id.str();
      EXPECT_TRUE(std::regex_match(spec.section, section)) << testCase.id.str();
    }
  }
}

TEST(BuiltInCases, TellTheSchedulerWhatTheyDo) {
  for (const Case& testCase : cases()) {
    SCOPED_TRACE(testCase.id.str());
    const int category = testCase.id.parts()[0];
    EXPECT_EQ(testCase.kind, category == 9    ? Kind::measures
                             : category >= 12 ? Kind::moves
                                              : Kind::waits);
    EXPECT_EQ(testCase.kind == Kind::waits,
              std::holds_alternative<ExpectedEvents>(testCase.criterion));
    EXPECT_TRUE(testCase.kind == Kind::waits || testCase.cost > 0);
  }
}

TEST(BuiltInCases, NameTheTimeThatTheirTimerGives) {
  for (const Case& testCase : cases()) {
    if (std::holds_alternative<ExpectedEvents>(testCase.criterion)) continue;
    for (const Step& step : testCase.script) {
      if (const auto* timer = std::get_if<CloseAfter>(&step.action)) {
        EXPECT_EQ(timer->seconds, prescribedSeconds(testCase)) << testCase.id.str();
      }
    }
  }
}

TEST(Documentation, ShowsACaseFileThatIsRight) {
  const std::string page = readFile(WSGAUNTLET_SOURCE_DIR "/docs/CONTRIBUTING.md");
  const std::string fence = "```json\n";
  const auto begin = page.find(fence) + fence.size();
  const Catalogue catalogue(
      {{"docs/CONTRIBUTING.md", page.substr(begin, page.find("```", begin) - begin)}});
  EXPECT_EQ(catalogue.cases().at(0).id.str(), "100.1");
}

}  // namespace
}  // namespace wsgauntlet::suite
