#include "suite/catalogue.hpp"

#include "base/json_source.hpp"
#include "suite/case_loader.hpp"
#include "suite/embedded_cases.hpp"
#include "suite/embedded_files.hpp"

#include <filesystem>
#include <fstream>
#include <unistd.h>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::suite {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

/// A file with one case for each id.
CaseFile fileWith(const std::string& path, const std::vector<std::string>& ids,
                  const std::string& suite = "own") {
  std::string cases;
  for (const std::string& id : ids) {
    cases += (cases.empty() ? "" : ",\n") + std::string(R"({"id": ")") + id +
             R"(", "description": "d", "expectation": "e", "spec": [{"rfc": 1, "section": "1"}],)" +
             R"( "script": [{"fail-after": 1}], "expect": {"OK": []}})";
  }
  return {path, R"({"format": 1, "suite": ")" + suite +
                    R"(", "category": {"id": "1", "title": "One"}, "cases": [)" + "\n" + cases +
                    "]}\n"};
}

std::vector<std::string> idsOf(const Catalogue& catalogue) {
  std::vector<std::string> ids;
  for (const Case& testCase : catalogue.cases()) ids.push_back(testCase.id.str());
  return ids;
}

std::string errorOf(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

/// A folder that is removed with the test.
class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("wsgauntlet-suite-" + std::to_string(::getpid()))) {
    fs::remove_all(path_);
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(Catalogue, SortsByNumbersAndNumbersEachSuite) {
  const Catalogue catalogue({fileWith("a", {"1.10", "1.9", "1.2.1"}), fileWith("b", {"1.1"}, "x")});
  EXPECT_THAT(idsOf(catalogue), ElementsAre("1.1", "1.2.1", "1.9", "1.10"));
  EXPECT_EQ(catalogue.cases()[0].number, 1);
  EXPECT_EQ(catalogue.cases()[1].number, 1);
  EXPECT_EQ(catalogue.cases()[3].number, 3);
}

TEST(Catalogue, FindsACaseByItsId) {
  const Catalogue catalogue({fileWith("a", {"1.10", "1.9"})});
  EXPECT_EQ(catalogue.find(CaseId({1, 10}))->id.str(), "1.10");
  EXPECT_EQ(catalogue.find(CaseId({1, 11})), nullptr);
  EXPECT_EQ(catalogue.find(CaseId({1, 9, 1})), nullptr);
}

TEST(Catalogue, RefusesAnIdThatStandsTwiceInTwoFiles) {
  EXPECT_EQ(errorOf([] {
              Catalogue({fileWith("a.json", {"1.1", "1.2"}), fileWith("b.json", {"1.2"})});
            }),
            "b.json:2: /cases/0: the id 1.2 occurs twice; it is that of a.json:3 too");
}

TEST(Catalogue, TellsTheProblemsOfAllFilesAtOnce) {
  EXPECT_EQ(
      errorOf([] {
        Catalogue({{"a.json", "{"}, fileWith("b.json", {"2.1"})});
      }),
      "a.json:1: not valid JSON at column 2: syntax error while parsing object key - unexpected "
      "end of input; expected string literal\n"
      "b.json:2: /cases/0/id: case 2.1 is not in category 1");
}

TEST(Catalogue, KeepsTheGoodCasesOfAFileWithABadOne) {
  std::vector<Problem> problems;
  const auto cases = loadCases(fileWith("a", {"1.1", "x", "1.3"}), problems);
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[1].id.str(), "1.3");
  EXPECT_EQ(problems.size(), 1U);
}

TEST(Catalogue, PlacesCasesAndSteps) {
  const Catalogue catalogue({fileWith("a.json", {"1.1", "1.2"})});
  const Case& second = catalogue.cases()[1];
  EXPECT_EQ(second.place.line, 3);
  EXPECT_EQ(second.place.pointer, "/cases/1");
  EXPECT_EQ(second.script[0].place.pointer, "/cases/1/script/0");
  EXPECT_EQ(second.script[0].place.file, "a.json");
}

TEST(CaseId, ReadsNumbersWithDots) {
  EXPECT_EQ(CaseId::parse("01.1.1"), CaseId({1, 1, 1}));
  EXPECT_EQ(CaseId::parse("12.5.18")->str(), "12.5.18");
  EXPECT_EQ(CaseId({1, 2}).str('_'), "1_2");
  EXPECT_LT(CaseId({2, 9}), CaseId({2, 10}));
  EXPECT_LT(CaseId({9, 8, 6}), CaseId({10, 1, 1}));
  for (const char* text :
       {"", ".", "1.", ".1", "1..2", "-1", "+1", " 1", "1 ", "a", "1.b", "99999999999999999999"}) {
    EXPECT_EQ(CaseId::parse(text), std::nullopt) << text;
  }
}

TEST(Corpora, AreFiveOfUsefulSize) {
  EXPECT_THAT(embeddedCorpusNames(), ElementsAre("bitmap", "german", "html", "json", "pdf"));
  for (const std::string& name : embeddedCorpusNames()) {
    EXPECT_GE(embeddedCorpus(name).size(), 131072U) << name;
    EXPECT_LE(embeddedCorpus(name).size(), 300000U) << name;
  }
  for (const char* name : {"german", "html", "json"}) {
    const OctetView text = embeddedCorpus(name);
    const bool multiByte = std::any_of(text.begin(), text.end(), [](char c) { return c < 0; });
    EXPECT_TRUE(multiByte) << name;
  }
}

TEST(Corpora, UnknownOnesAreToldWithTheNearest) {
  EXPECT_EQ(errorOf([] { (void)embeddedCorpus("jason"); }),
            "no corpus \"jason\"; did you mean \"json\"?");
  EXPECT_EQ(errorOf([] { (void)embeddedCorpus(""); }),
            "no corpus \"\"; there are bitmap, german, html, json and pdf");
}

TEST(Export, ReadsBackAsTheSameFiles) {
  const Folder folder;
  const auto written = exportEmbeddedFiles(folder.path());
  EXPECT_EQ(written.size(), embeddedFiles().size());
  const auto files = readCaseFolder(folder.path());
  ASSERT_EQ(files.size(), embeddedCaseFiles().size());
  for (std::size_t i = 0; i < files.size(); ++i) {
    EXPECT_EQ(files[i].text, embeddedCaseFiles()[i].text) << files[i].path;
  }
  EXPECT_EQ(Catalogue(files).cases().size(), Catalogue::everything().cases().size());
}

TEST(Export, OverwritesNothing) {
  const Folder folder;
  fs::create_directories(folder.path() / "autobahn");
  const fs::path mine = folder.path() / "autobahn" / "10-misc.json";
  std::ofstream(mine) << "mine";
  EXPECT_EQ(errorOf([&] { exportEmbeddedFiles(folder.path()); }),
            mine.string() + ": is there already with other content");
  EXPECT_FALSE(fs::exists(folder.path() / "autobahn" / "01-framing.json"));
  EXPECT_EQ(readFile(mine.string()), "mine");
}

TEST(CaseFolder, MustHoldCases) {
  const Folder folder;
  EXPECT_EQ(errorOf([&] { (void)readCaseFolder(folder.path()); }),
            folder.path().string() + ": cannot be read: No such file or directory");
  fs::create_directories(folder.path() / "data");
  std::ofstream(folder.path() / "data" / "a.json") << "{}";
  EXPECT_EQ(errorOf([&] { (void)readCaseFolder(folder.path()); }),
            folder.path().string() + ": holds no case file (*.json)");
}

TEST(EmbeddedFiles, AreThoseOfTheSourceTree) {
  for (const CaseFile& file : embeddedCaseFiles()) {
    EXPECT_EQ(file.text, readFile(std::string(WSGAUNTLET_SOURCE_DIR "/") + file.path));
  }
}

}  // namespace
}  // namespace wsgauntlet::suite
