#include "suite/coverage.hpp"

#include "suite/selection.hpp"

#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace wsgauntlet::suite {
namespace {

const std::vector<Clause>& clauses() {
  static const std::vector<Clause> all = readClauses(Catalogue::everything());
  return all;
}

TEST(Coverage, EachTestableClauseHasACase) {
  ASSERT_FALSE(clauses().empty());
  for (const Clause& clause : clauses()) {
    EXPECT_NE(clause.patterns.empty(), clause.untestable.empty()) << clause.text;
  }
}

TEST(Coverage, EachCaseOfTheSuiteRfcTestsAClause) {
  for (const Case& one : Catalogue::everything().cases()) {
    if (one.suite != "rfc" || requirementOf(one)->level == Level::may) continue;
    bool named = false;
    for (const Clause& clause : clauses()) {
      for (const std::string& pattern : clause.patterns) {
        named = named || matchesWhole(pattern, one.id.str());
      }
    }
    EXPECT_TRUE(named) << one.id.str() << " tests no clause of cases/coverage/clauses.json";
  }
}

TEST(Coverage, TheDocumentIsUpToDate) {
  std::ifstream file(WSGAUNTLET_SOURCE_DIR "/docs/coverage.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), describeCoverage(clauses(), Catalogue::everything()))
      << "write it anew: wsgauntlet cases coverage > docs/coverage.md";
}

}  // namespace
}  // namespace wsgauntlet::suite
