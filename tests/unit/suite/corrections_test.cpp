#include "suite/corrections.hpp"

#include "suite/selection.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::suite {
namespace {

TEST(Corrections, AreForCasesThatExistAndSayWhy) {
  const auto& cases = Catalogue::everything().cases();
  const auto rules = readCorrections();
  ASSERT_FALSE(rules.empty());
  for (const CorrectionRule& rule : rules) {
    EXPECT_TRUE(rule.correction.why.ends_with('.')) << rule.correction.why;
    EXPECT_FALSE(rule.correction.spec.section.empty());
    for (const std::string& pattern : rule.patterns) {
      EXPECT_TRUE(std::any_of(cases.begin(), cases.end(), [&](const Case& one) {
        return one.suite == rule.suite && matchesWhole(pattern, one.id.str());
      })) << pattern;
    }
  }
}

TEST(Corrections, ReachTheirCases) {
  const auto tolerates = [](const char* id, Correction::Tolerance tolerance) {
    const auto& all = Catalogue::everything().find(*CaseId::parse(id))->corrections;
    return std::any_of(all.begin(), all.end(),
                       [&](const Correction& one) { return one.tolerance == tolerance; });
  };
  using Tolerance = Correction::Tolerance;
  EXPECT_TRUE(tolerates("2.10", Tolerance::lastPong));
  EXPECT_FALSE(tolerates("2.1", Tolerance::lastPong));
  EXPECT_TRUE(tolerates("6.4.3", Tolerance::pings));
  EXPECT_FALSE(tolerates("7.9.4", Tolerance::closeCodes));
  EXPECT_TRUE(Catalogue::everything().find(*CaseId::parse("22.3.1"))->corrections.empty());
}

TEST(Corrections, StandInTheDocumentation) {
  const std::string page = readFile(WSGAUNTLET_SOURCE_DIR "/docs/compatibility.md");
  EXPECT_THAT(page, testing::HasSubstr(describeCorrections(readCorrections())))
      << "take over what `wsgauntlet cases corrections` writes";
}

}  // namespace
}  // namespace wsgauntlet::suite
