#include "report/store/folder.hpp"

#include "base/error.hpp"
#include "samples.hpp"

#include <fstream>
#include <set>
#include <sstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::UnorderedElementsAre;

class FolderTest : public ::testing::Test {
 protected:
  FolderTest() {
    std::string pattern = ::testing::TempDir() + "wsgauntlet-report-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  ~FolderTest() override { std::filesystem::remove_all(root_); }

  [[nodiscard]] std::set<std::string> files(const std::filesystem::path& path) const {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }
  [[nodiscard]] static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  std::filesystem::path root_;
};

TEST(CleanAgent, FollowsTheNamesOfTheOriginal) {
  EXPECT_EQ(cleanAgent("AutobahnPython/0.10.9"), "autobahnpython_0_10_9");
  EXPECT_EQ(cleanAgent("Foo Bar/1.2i--X<b>"), "foo_bar_1_2i__x_b");
  EXPECT_EQ(cleanAgent("  bun/1.0.0 "), "bun_1_0_0");
  EXPECT_EQ(cleanAgent("../../etc/passwd"), "etc_passwd");
  EXPECT_EQ(cleanAgent("é"), "");
  EXPECT_EQ(cleanAgent("aéb\xff"), "a_b");
}

TEST_F(FolderTest, WritesAsCasesEndAndTheIndexWhenAsked) {
  Folder folder(root_ / "reports" / "servers");
  const Sample sample = passed("1.1.1");
  folder.write(sample.result);
  EXPECT_THAT(files(folder.path()),
              ElementsAre("agent_1_0_case_1_1_1.html", "agent_1_0_case_1_1_1.json", "exact"));
  const std::vector<const suite::Case*> cases = {sample.testCase.get()};
  folder.writeIndex(cases, WallTime{});
  EXPECT_THAT(files(folder.path()),
              ElementsAre("agent_1_0_case_1_1_1.html", "agent_1_0_case_1_1_1.json", "exact",
                          "index.html", "index.json"));
  const auto index = nlohmann::json::parse(read(folder.path() / "index.json"));
  const std::string name = index["agent/1.0"]["1.1.1"]["reportfile"];
  EXPECT_EQ(nlohmann::json::parse(read(folder.path() / name))["id"], "1.1.1");
}

TEST_F(FolderTest, LaterResultsReplaceEarlierOnes) {
  Folder folder(root_);
  const Sample first = failed("1.1.1");
  const Sample second = passed("1.1.1");
  folder.write(first.result);
  folder.write(second.result);
  const Records records = folder.records();
  ASSERT_EQ(records.at("agent/1.0").size(), 1U);
  EXPECT_EQ(records.at("agent/1.0").begin()->second.behavior, play::Behavior::ok);
  EXPECT_EQ(nlohmann::json::parse(read(root_ / "agent_1_0_case_1_1_1.json"))["behavior"], "OK");
}

TEST_F(FolderTest, KeepsAgentsApartWhoseNamesCleanToTheSame) {
  Folder folder(root_);
  for (const char* agent : {"foo", "Foo", "foo 2", "foo"})
    folder.write(passed("1.1.1", agent).result);
  std::set<std::string> names;
  for (const auto& [agent, cases] : folder.records())
    names.insert(cases.begin()->second.reportFile);
  EXPECT_THAT(names, UnorderedElementsAre("foo_case_1_1_1.json", "foo_2_case_1_1_1.json",
                                          "foo_2_2_case_1_1_1.json"));
}

TEST_F(FolderTest, NamesNeverLeaveTheFolder) {
  Folder folder(root_ / "reports");
  std::vector<Sample> samples;
  for (const std::string& agent :
       {std::string("../../x"), std::string("/etc/x"), std::string("..\\x"), std::string(),
        std::string("\0x", 2), std::string(5000, 'a')}) {
    samples.push_back(passed("1.1.1", agent));
  }
  samples.push_back(hostile());
  for (const Sample& sample : samples) folder.write(sample.result);
  EXPECT_THAT(files(root_), ElementsAre("reports"));
  EXPECT_EQ(files(folder.path()).size(), 15U);
  folder.writeIndex({}, WallTime{});
  EXPECT_EQ(nlohmann::json::parse(read(folder.path() / "index.json")).size(), 7U);
}

TEST_F(FolderTest, LinksToNeighboursOfTheSameAgent) {
  Folder folder(root_);
  const Sample before = passed("1.1.1");
  const Sample sample = passed("1.1.2");
  folder.write(sample.result, {before.testCase.get(), nullptr});
  EXPECT_THAT(read(root_ / "agent_1_0_case_1_1_2.html"),
              HasSubstr("href=\"agent_1_0_case_1_1_1.html\""));
}

TEST_F(FolderTest, ListsCasesWithoutAResultAndThoseThatWereNotSelected) {
  Folder folder(root_);
  const Sample ran = passed("1.1.1");
  const Sample missing = passed("2.1");
  folder.write(ran.result);
  const std::vector<const suite::Case*> selected = {missing.testCase.get()};
  folder.writeIndex(selected, WallTime{});
  const std::string page = read(root_ / "index.html");
  EXPECT_LT(page.find(">Case 1.1.1</a>"), page.find(">Case 2.1</a>"));
  EXPECT_THAT(page, HasSubstr(">Missing</td>"));
}

TEST_F(FolderTest, RefusesAPlaceThatIsNoFolder) {
  std::ofstream(root_ / "file") << "x";
  try {
    Folder folder(root_ / "file" / "reports");
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_EQ(std::string(error.what()), "cannot create the report folder " +
                                             (root_ / "file" / "reports").string() +
                                             ": Not a directory");
  }
}

TEST_F(FolderTest, LeavesNothingBehindWhenItCannotWrite) {
  Folder folder(root_);
  std::filesystem::create_directories(root_ / "agent_1_0_case_1_1_1.json" / "x");
  EXPECT_THROW(folder.write(passed("1.1.1").result), InputError);
  EXPECT_THAT(files(root_), ElementsAre("agent_1_0_case_1_1_1.json"));
  EXPECT_TRUE(folder.records().empty());
}

}  // namespace
}  // namespace wsgauntlet::report
