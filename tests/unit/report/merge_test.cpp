#include "report/store/merge.hpp"

#include "base/error.hpp"
#include "report/store/folder.hpp"
#include "report/store/reader.hpp"
#include "samples.hpp"
#include "suite/selection.hpp"
#include "temp_folder.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::report {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

namespace fs = std::filesystem;

class MergeTest : public TempFolder {
 protected:
  /// With the case of the catalogue, as in a run.
  static Sample ofCatalogue(Sample sample) {
    sample.result.testCase = suite::Catalogue::builtIn().find(sample.testCase->id);
    return sample;
  }
  /// Writes a folder with some results.
  fs::path folder(const std::string& name, const std::vector<const Sample*>& samples) const {
    Folder out(root_ / name);
    for (const Sample* sample : samples) out.write(sample->result);
    out.writeIndex({}, WallTime{});
    return root_ / name;
  }
  MergeCount merge(const std::vector<fs::path>& from, const MergeOptions& options = {}) const {
    return mergeFolders(from, root_ / "merged", suite::Catalogue::builtIn(), WallTime{}, options);
  }
};

TEST_F(MergeTest, ThePartsOfARunEqualTheWholeRun) {
  const Sample a = ofCatalogue(passed("1.1.1"));
  const Sample b = ofCatalogue(failed("2.10"));
  const Sample c = ofCatalogue(passed("2.9", "other"));
  const Sample d = ofCatalogue(hostile());
  const Sample e = ofCatalogue(reservedBits());
  folder("whole", {&a, &b, &c, &d, &e});
  const auto count = merge({folder("1", {&a, &d}), folder("2", {&c}), folder("3", {&b, &e})});
  EXPECT_EQ(count.results, 5U);
  EXPECT_EQ(count.agents, 4U);
  EXPECT_EQ(files(root_ / "merged"), files(root_ / "whole"));
  for (const std::string& name : files(root_ / "whole")) {
    EXPECT_EQ(read(root_ / "merged" / name), read(root_ / "whole" / name)) << name;
  }
}

TEST_F(MergeTest, KeepsAgentsApartWhoseNamesCleanToTheSame) {
  const Sample a = passed("1.1.1", "foo");
  const Sample b = failed("1.1.1", "Foo");
  merge({folder("1", {&a}), folder("2", {&b})});
  StoredReports stored(root_ / "merged", suite::Catalogue::builtIn());
  const CaseRecord& record = stored.records().at("Foo").begin()->second;
  EXPECT_EQ(record.reportFile, "foo_2_case_1_1_1.json");
  EXPECT_EQ(stored.result(record).result.agent, "Foo");
  EXPECT_THAT(read(root_ / "merged" / "foo_2_case_1_1_1.html"), HasSubstr(">Foo<"));
  EXPECT_THAT(read(root_ / "merged" / "foo_case_1_1_1.html"), HasSubstr(">foo<"));
}

TEST_F(MergeTest, RefusesResultsThatDiffer) {
  const Sample good = passed("1.1.1");
  const Sample bad = failed("1.1.1");
  const std::vector<fs::path> from = {folder("1", {&good}), folder("2", {&good}),
                                      folder("3", {&bad})};
  try {
    merge(from);
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()),
              from[0].string() + " and " + from[2].string() +
                  " have different results of case 1.1.1 of agent/1.0; --prefer-later takes the "
                  "last one");
  }
  EXPECT_FALSE(fs::exists(root_ / "merged"));
  MergeOptions options;
  options.preferLater = true;
  EXPECT_EQ(merge(from, options).results, 1U);
  EXPECT_THAT(read(root_ / "merged" / "index.json"), HasSubstr("\"behavior\": \"FAILED\""));
}

TEST_F(MergeTest, ListsCasesWithoutAResult) {
  const Sample a = passed("1.1.1");
  MergeOptions options;
  options.cases = suite::select(suite::Catalogue::builtIn(), {"1.1.2"}, {});
  merge({folder("1", {&a})}, options);
  EXPECT_THAT(read(root_ / "merged" / "index.html"), HasSubstr(">Missing</td>"));
}

TEST_F(MergeTest, RefusesAFolderWhoseFilesAreGone) {
  const Sample a = failed("1.1.1");
  const fs::path from = folder("1", {&a});
  fs::remove(from / "agent_1_0_case_1_1_1.json");
  EXPECT_THROW(merge({from}), InputError);
  EXPECT_THROW(merge({root_ / "nowhere"}), InputError);
  EXPECT_FALSE(fs::exists(root_ / "merged"));
}

TEST_F(MergeTest, TakesNoPageThatIsALink) {
  const Sample a = passed("1.1.1");
  const fs::path from = folder("1", {&a});
  write(root_ / "secret", "secret");
  fs::remove(from / "agent_1_0_case_1_1_1.html");
  fs::create_symlink(root_ / "secret", from / "agent_1_0_case_1_1_1.html");
  merge({from});
  EXPECT_THAT(read(root_ / "merged" / "agent_1_0_case_1_1_1.html"), HasSubstr("Case 1.1.1"));
}

/// The catalogue has other descriptions, and does not know the last case.
TEST_F(MergeTest, PagesThatAreRenderedAgainEqualThoseOfTheRun) {
  const Sample first = passed("1.1.1");
  const Sample second = failed("1.1.2");
  const Sample others[] = {reservedBits(), hostile(), failed("100.1", "b")};
  Folder folder(root_);
  folder.write(first.result, {nullptr, second.testCase.get()});
  folder.write(second.result, {first.testCase.get(), nullptr});
  for (const Sample& sample : others) folder.write(sample.result);
  folder.writeIndex({}, WallTime{});
  std::map<std::string, std::string> pages;
  for (const std::string& name : files(root_)) {
    if (!name.ends_with(".html")) continue;
    pages[name] = read(root_ / name);
    fs::remove(root_ / name);
  }
  EXPECT_EQ(renderFolder(root_, suite::Catalogue::builtIn(), WallTime{}), 5U);
  EXPECT_EQ(pages.erase("index.html"), 1U);  // its descriptions are those of the catalogue
  EXPECT_EQ(pages.size(), 5U);
  for (const auto& [name, page] : pages) EXPECT_EQ(read(root_ / name), page) << name;
  EXPECT_THAT(read(root_ / "index.html"), HasSubstr(">Case 1.1.2</a>"));
  EXPECT_THAT(read(root_ / "agent_1_0_case_1_1_2.html"),
              HasSubstr("href=\"agent_1_0_case_1_1_1.html\""));
}

}  // namespace
}  // namespace wsgauntlet::report
