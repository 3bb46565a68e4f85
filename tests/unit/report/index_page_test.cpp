#include "report/pages/index_page.hpp"

#include "html_to_text.hpp"
#include "report/pages/index_table.hpp"
#include "samples.hpp"
#include "suite/catalogue.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kFailedClass = "case_failed";

int count(std::string_view text, std::string_view part) {
  int found = 0;
  for (std::size_t i = text.find(part); i != std::string_view::npos; i = text.find(part, i + 1))
    ++found;
  return found;
}

/// Lines that hold `part`, as `grep -c` counts them.
int countLines(const std::string& text, const std::string& part) {
  int lines = 0;
  for (std::size_t i = 0; (i = text.find(part, i)) != std::string::npos; ++lines) {
    i = text.find('\n', i);
  }
  return lines;
}

struct TestRun {
  std::vector<Sample> samples;
  Records records;
  std::vector<const suite::Case*> cases;

  void add(Sample sample) {
    const suite::CaseId id = sample.testCase->id;
    records[sample.result.agent][id] = makeRecord(sample.result, "a_case_" + id.str('_') + ".json");
    cases.push_back(sample.testCase.get());
    samples.push_back(std::move(sample));
  }
  [[nodiscard]] std::string page() const { return indexPage(records, cases, WallTime{}); }
  [[nodiscard]] std::string table() const { return resultTable(records, cases); }
};

TEST(IndexPage, NamesTheClassOfFailuresTwiceWhenNothingFailed) {
  TestRun run;
  run.add(passed("1.1.1"));
  run.add(passed("2.1"));
  const std::string page = run.page();
  EXPECT_EQ(count(page, kFailedClass), 2);
  EXPECT_EQ(countLines(page, std::string(kFailedClass)), 2);
  run.add(failed("2.2"));
  EXPECT_EQ(count(run.page(), kFailedClass), 4);
}

/// The page has texts of every case: none of them may name the class either.
TEST(IndexPage, NamesTheClassOfFailuresTwiceForAllCasesOfEachSuite) {
  const suite::Catalogue& all = suite::Catalogue::everything();
  for (const std::string& suite : all.suites()) {
    const suite::Catalogue catalogue = all.of({suite});
    std::vector<const suite::Case*> cases;
    Records records;
    for (const suite::Case& testCase : catalogue.cases()) {
      cases.push_back(&testCase);
      records["agent"][testCase.id].reportFile = "agent_case_" + testCase.id.str('_') + ".json";
    }
    auto& results = records["agent"];
    for (auto& [id, record] : results) record.behaviorClose = play::BehaviorClose::ok;
    for (const play::Behavior behavior :
         {play::Behavior::ok, play::Behavior::nonStrict, play::Behavior::informational,
          play::Behavior::unimplemented}) {
      for (auto& [id, record] : results) record.behavior = behavior;
      const std::string page = indexPage(records, cases, WallTime{});
      EXPECT_EQ(count(page, kFailedClass), 2) << suite;
      EXPECT_EQ(countLines(page, std::string(kFailedClass)), 2) << suite;
    }
    results.begin()->second.behavior = play::Behavior::failed;
    EXPECT_EQ(count(indexPage(records, cases, WallTime{}), kFailedClass), 3) << suite;
  }
}

TEST(IndexPage, HasTheRowsThatScriptsLookFor) {
  TestRun run;
  run.add(passed("1.1.1"));
  EXPECT_THAT(
      run.table(),
      HasSubstr("<td class=\"case\"><a href=\"#case_desc_1_1_1\">Case 1.1.1</a></td>\n"
                "<td class=\"case_ok\"><a href=\"a_case_1_1_1.html\">Pass</a></td>\n"
                "<td class=\"close close_hide case_ok\"><span class=\"close_code\">1000</span>"
                "</td>\n</tr>\n"));
  EXPECT_THAT(run.table(),
              HasSubstr("<td class=\"case_category\">1 Category</td>\n"
                        "<td class=\"agent close_flex\" colspan=\"2\">agent/1.0</td>\n"));
  EXPECT_THAT(run.page(), HasSubstr("<section id=\"case_desc_1_1_1\">"));
  EXPECT_THAT(run.page(), HasSubstr("v25.10.1/v0.10.9"));
}

struct CellCase {
  play::Behavior behavior;
  play::BehaviorClose close;
  const char* cells;
};

TEST(IndexPage, ShowsEachVerdict) {
  using play::Behavior;
  using play::BehaviorClose;
  const CellCase kCases[] = {
      {Behavior::nonStrict, BehaviorClose::wrongCode,
       "<td class=\"case_non_strict\"><a …>Non-Strict</a></td>\n"
       "<td class=\"close close_hide case_non_strict\"><span "
       "class=\"close_code\">1000</span></td>"},
      {Behavior::informational, BehaviorClose::informational,
       "<td class=\"case_info\"><a …>Info</a></td>\n"
       "<td class=\"close close_hide case_info\"><span class=\"close_code\">1000</span></td>"},
      {Behavior::ok, BehaviorClose::failedByClient,
       "<td class=\"case_ok\"><a …>Pass</a></td>\n"
       "<td class=\"close close_hide case_almost\"><span class=\"close_code\">1000</span></td>"},
      {Behavior::ok, BehaviorClose::unclean,
       "<td class=\"case_ok\"><a …>Pass</a></td>\n"
       "<td class=\"close close_hide case_failed\"><span class=\"close_code\">Unclean</span></td>"},
      {Behavior::failed, BehaviorClose::failed,
       "<td class=\"case_failed\"><a …>Fail</a></td>\n"
       "<td class=\"close close_hide case_failed\"><span class=\"close_code\">Fail</span></td>"},
      {Behavior::unimplemented, BehaviorClose::ok,
       "<td class=\"case_unimplemented close_flex\" colspan=\"2\"><a …>Unimplemented</a></td>"}};
  for (const CellCase& expected : kCases) {
    Sample sample = passed("1.1.1");
    sample.result.behavior = expected.behavior;
    sample.result.behaviorClose = expected.close;
    TestRun run;
    run.add(std::move(sample));
    std::string table = run.table();
    const std::size_t link = table.find("<a href=\"a_case");
    table.replace(link, table.find('>', link) - link, "<a …");
    EXPECT_THAT(table, HasSubstr(expected.cells));
  }
}

TEST(IndexPage, PutsAgentsSideBySideAndNamesWhatIsMissing) {
  TestRun run;
  run.add(passed("1.1.1", "zebra"));
  run.add(passed("2.1", "apple"));
  const std::string table = run.table();
  EXPECT_LT(table.find(">apple</td>"), table.find(">zebra</td>"));
  EXPECT_EQ(count(table, "<td class=\"case_missing close_flex\" colspan=\"2\">Missing</td>"), 2);
  EXPECT_THAT(table, HasSubstr("data-v=\"pass missing\""));
}

TEST(IndexPage, RepeatsTheCategoryForEachSubcategory) {
  TestRun run;
  for (const char* id : {"1.1.1", "1.1.2", "1.2.1"}) {
    Sample sample = passed(id);
    sample.testCase->subcategory = std::string(id).substr(0, 3) + " Sub";
    run.add(std::move(sample));
  }
  EXPECT_EQ(count(run.table(), ">1 Category</td>"), 2);
  EXPECT_EQ(count(run.table(), "<td class=\"case_subcategory\" colspan=\"3\">1.1 Sub</td>"), 1);
}

TEST(IndexPage, ShowsDurationAndRatiosWhereTheCaseReportsThem) {
  Sample sample = passed("12.1.1");
  sample.testCase->reportTime = true;
  sample.testCase->reportCompressionRatio = true;
  sample.result.duration = std::chrono::milliseconds(700);
  sample.result.traffic.emplace().incoming = {1000, 292, 0, 1, 1};
  TestRun run;
  run.add(std::move(sample));
  EXPECT_THAT(run.table(), HasSubstr("<br/><span class=\"case_duration\">700 ms [0.292/-]</span>"));
}

TEST(IndexPage, SumsUpByCategory) {
  TestRun run;
  run.add(passed("1.1.1"));
  run.add(failed("1.1.2"));
  run.add(passed("2.1"));
  const std::string text = htmlToText(run.page(), {"", " ", ""});
  EXPECT_THAT(text, HasSubstr("All 3 cases"));
  EXPECT_THAT(text, HasSubstr("1 Fail 2 Pass"));
  EXPECT_THAT(run.page(), HasSubstr("<th scope=\"row\">1 Category</th>"));
}

TEST(IndexPage, LoadsNothingFromOutsideAndLetsNothingThrough) {
  TestRun run;
  run.add(hostile());
  const std::string page = run.page();
  for (const char* loads :
       {"src=", "@import", "url(", "rel=\"stylesheet\"", "<script>alert", "\x1b"}) {
    EXPECT_THAT(page, Not(HasSubstr(loads)));
  }
}

TEST(IndexPage, WorksWithoutResults) {
  EXPECT_THAT(indexPage({}, {}, WallTime{}), HasSubstr("There are no results yet."));
}

}  // namespace
}  // namespace wsgauntlet::report
