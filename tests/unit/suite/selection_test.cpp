#include "suite/selection.hpp"

#include "suite/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::suite {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> selected(const std::vector<std::string>& include,
                                  const std::vector<std::string>& exclude = {}) {
  std::vector<std::string> ids;
  for (const Case* testCase : select(Catalogue::builtIn(), include, exclude)) {
    ids.push_back(testCase->id.str());
  }
  return ids;
}

std::string selectionError(const std::vector<std::string>& include) {
  try {
    (void)select(Catalogue::builtIn(), include, {}, {"spec.json", 4, "/cases"});
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Select, TakesIdsInNumericOrderWithoutDuplicates) {
  EXPECT_THAT(selected({"10.1.1", "2.10", "2.9", "02.9", "9.8.6"}),
              ElementsAre("2.9", "2.10", "9.8.6", "10.1.1"));
}

TEST(Select, StarMatchesFromTheStartWithoutAnchorAtTheEnd) {
  EXPECT_EQ(selected({"*"}).size(), 517U);
  EXPECT_EQ(selected({"1.*"}).size(), 16U);
  EXPECT_EQ(selected({"1*"}).size(), 16U + 1 + 90 + 126);
  EXPECT_EQ(selected({"6.2*"}).size(), 4U + 7 + 8 + 34 + 7);
  EXPECT_EQ(selected({"*.20"}).size(), 1U + 7 + 1);
  EXPECT_THAT(selected({"13.*.1"}), testing::Contains("13.1.18"));
}

TEST(Select, DotIsADotAndOtherCharactersAreOfARegularExpression) {
  EXPECT_THAT(selected({"1.1.1*"}), ElementsAre("1.1.1"));
  EXPECT_THAT(selected({"[12].1.1*"}), ElementsAre("1.1.1"));
  EXPECT_THAT(selected({"[12].1*"}), ElementsAre("1.1.1", "1.1.2", "1.1.3", "1.1.4", "1.1.5",
                                                 "1.1.6", "1.1.7", "1.1.8", "2.1", "2.10", "2.11"));
  EXPECT_THAT(selected({"(3.1|4.1.1)$*"}), ElementsAre("3.1", "4.1.1"));
}

TEST(Select, APatternWithoutMatchIsEmpty) {
  EXPECT_THAT(selected({"11.*"}), IsEmpty());
  EXPECT_THAT(selected({}), IsEmpty());
}

TEST(Select, ExcludesByIdAndPattern) {
  EXPECT_THAT(selected({"2.*"}, {"2.1*", "2.5", "02.6"}),
              ElementsAre("2.2", "2.3", "2.4", "2.7", "2.8", "2.9"));
}

TEST(Select, AnyTextIsHarmlessInExcludes) {
  EXPECT_EQ(selected({"*"}, {"", "no id", "1", "1.1", "99.*", "[*", "0.0.0"}).size(), 517U);
}

TEST(Select, UnknownIdsAreToldAllAtOnceWithAHint) {
  EXPECT_EQ(
      selectionError({"1.1.1", "1.1.11", "1.1", "1", "", "framing", "11.1.1", "(*"}),
      "spec.json:4: /cases/1: there is no case 1.1.11; did you mean \"1.1.1\"?\n"
      "spec.json:4: /cases/2: there is no case 1.1; \"1.1.*\" selects the group\n"
      "spec.json:4: /cases/3: there is no case 1; \"1.*\" selects the group\n"
      "spec.json:4: /cases/4: \"\" is not a case id; give an id such as 1.1.1 or a pattern such "
      "as \"1.*\"\n"
      "spec.json:4: /cases/5: \"framing\" is not a case id; give an id such as 1.1.1 or a pattern "
      "such as \"1.*\"\n"
      "spec.json:4: /cases/6: there is no case 11.1.1; did you mean \"1.1.1\"?\n"
      "spec.json:4: /cases/7: \"(*\" is not a pattern: \"*\" stands for anything, the rest is read "
      "as a regular expression and is none");
}

TEST(MatchesWhole, IsAnchoredAtBothEnds) {
  EXPECT_TRUE(matchesWhole("*", ""));
  EXPECT_TRUE(matchesWhole("*", "anything"));
  EXPECT_TRUE(matchesWhole("Foo*", "Foobar"));
  EXPECT_FALSE(matchesWhole("Foo*", "a Foo"));
  EXPECT_TRUE(matchesWhole("1.*", "1.1.1"));
  EXPECT_FALSE(matchesWhole("1.*", "10.1.1"));
  EXPECT_TRUE(matchesWhole("1*", "10.1.1"));
  EXPECT_FALSE(matchesWhole("1.1", "1.1.1"));
  EXPECT_FALSE(matchesWhole("1.1", "1x1"));
  EXPECT_TRUE(matchesWhole("*a*b*", "xxaxxbxx"));
  EXPECT_FALSE(matchesWhole("*a*b", "xxaxxbxx"));
  EXPECT_FALSE(matchesWhole("", "a"));
  EXPECT_TRUE(matchesWhole("", ""));
}

TEST(MatchesWhole, OtherCharactersStandForThemselvesOrForARegularExpression) {
  EXPECT_TRUE(matchesWhole("Agent (1.0)", "Agent (1.0)"));
  EXPECT_TRUE(matchesWhole("C++*", "C++ server"));
  EXPECT_TRUE(matchesWhole("[FG]oo*", "Goo 2"));
  EXPECT_FALSE(matchesWhole("[", "x"));
}

}  // namespace
}  // namespace wsgauntlet::suite
