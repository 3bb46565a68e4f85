// Good and bad case files. What is said of the bad ones stands beside them, word for word; a run
// with WSGAUNTLET_WRITE_EXPECTED set writes it anew. schema_test.py gives the same files to the
// JSON Schema.
#include "base/json_source.hpp"
#include "suite/case_loader.hpp"
#include "suite/catalogue.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace wsgauntlet::suite {
namespace {

namespace fs = std::filesystem;

const fs::path kSamples = WSGAUNTLET_SOURCE_DIR "/tests/unit/suite/samples";

std::vector<fs::path> samplesOf(const std::string& folder) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(kSamples / folder)) {
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  }
  std::sort(paths.begin(), paths.end());
  return paths;
}

/// Every problem of a file in a line of its own.
std::string problemsOf(const fs::path& path) {
  std::vector<Problem> problems;
  (void)loadCases({path.filename().string(), readFile(path.string())}, problems);
  std::string text;
  for (const Problem& problem : problems) text += format(problem) + "\n";
  return text;
}

class BadSamples : public testing::TestWithParam<const char*> {};

TEST_P(BadSamples, AreRefusedWithTheExpectedWords) {
  const auto samples = samplesOf(GetParam());
  ASSERT_FALSE(samples.empty());
  for (const fs::path& path : samples) {
    SCOPED_TRACE(path.string());
    const fs::path expected = fs::path(path).replace_extension(".txt");
    const std::string problems = problemsOf(path);
    EXPECT_NE(problems, "");
    if (std::getenv("WSGAUNTLET_WRITE_EXPECTED") != nullptr) std::ofstream(expected) << problems;
    EXPECT_EQ(problems, readFile(expected.string()));
  }
}

INSTANTIATE_TEST_SUITE_P(CaseFiles, BadSamples, testing::Values("bad", "bad-beyond-schema"));

TEST(GoodSamples, AreRead) {
  const auto samples = samplesOf("good");
  ASSERT_FALSE(samples.empty());
  for (const fs::path& path : samples) EXPECT_EQ(problemsOf(path), "") << path;
}

}  // namespace
}  // namespace wsgauntlet::suite
