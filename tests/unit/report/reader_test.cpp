#include "report/store/reader.hpp"

#include "base/error.hpp"
#include "report/explain.hpp"
#include "report/pages/case_page.hpp"
#include "report/store/folder.hpp"
#include "report/store/json.hpp"
#include "samples.hpp"
#include "temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::SizeIs;

const suite::Catalogue& catalogue() {
  return suite::Catalogue::builtIn();
}

std::vector<Sample> samples() {
  std::vector<Sample> all;
  all.push_back(fragmentedWithPings());
  all.push_back(choppedOctetwise());
  all.push_back(closeBehindLargeMessage());
  all.push_back(fragmentedSynchronously());
  all.push_back(reservedBits());
  all.push_back(passed("1.1.1"));
  all.push_back(failed("99.1"));
  all.push_back(hostile());
  return all;
}

std::string readError(const std::string& text) {
  try {
    static_cast<void>(parseResult("case.json", text, catalogue()));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ParseResult, WritesAgainWhatItHasRead) {
  for (const Sample& sample : samples()) {
    const std::string json = caseJson(sample.result);
    const StoredResult stored = parseResult("case.json", json, catalogue());
    EXPECT_EQ(caseJson(stored.result), json);
    EXPECT_EQ(stored.result.opened, sample.result.opened);
    EXPECT_EQ(sentence(explain(stored.result)), sentence(explain(sample.result)));
  }
}

TEST(ParseResult, RendersThePageWithoutTheTimesOfRows) {
  for (Sample& sample : samples()) {
    for (play::WireLogRow& row : sample.result.wireLog) row.at = Duration{};
    sample.result.roundTrips.clear();
    const StoredResult stored = parseResult("case.json", caseJson(sample.result), catalogue());
    const auto upToSpecification = [](std::string page) {
      return page.substr(0, std::min(page.find("<h2>Specification</h2>"), page.find("</main>")));
    };
    EXPECT_EQ(upToSpecification(casePage(stored.result)),
              upToSpecification(casePage(sample.result)));
  }
}

TEST(ParseResult, KnowsTheLengthOfLongMessages) {
  const Sample sample = closeBehindLargeMessage();
  const StoredResult stored = parseResult("case.json", caseJson(sample.result), catalogue());
  EXPECT_EQ(std::get<play::MessageEvent>(stored.result.received.front()).payload.length, 262144U);
}

TEST(ParseResult, TakesTheCaseOfTheCatalogueWhenTheFileSaysTheSame) {
  const suite::Case* known = catalogue().find(*suite::CaseId::parse("1.1.1"));
  Sample sample = passed("1.1.1");
  sample.result.testCase = known;
  EXPECT_EQ(parseResult("c", caseJson(sample.result), catalogue()).result.testCase, known);
  const Sample other = passed("1.1.1");
  const StoredResult stored = parseResult("c", caseJson(other.result), catalogue());
  EXPECT_NE(stored.result.testCase, known);
  EXPECT_EQ(stored.result.testCase->description, other.testCase->description);
  EXPECT_EQ(stored.result.testCase->category, known->category);
}

TEST(ParseResult, RefusesWithLineAndPointer) {
  const std::string good = caseJson(passed("1.1.1").result);
  const auto with = [&good](const char* key, nlohmann::json value) {
    auto json = nlohmann::json::parse(good);
    json[key] = std::move(value);
    return json.dump(1);
  };
  EXPECT_EQ(readError(with("behavior", "GOOD")),
            "case.json:3: /behavior: expected OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED or "
            "FAILED");
  EXPECT_THAT(readError(with("id", "../x")), HasSubstr("/id: expected a case id such as 1.1.1"));
  EXPECT_THAT(readError(with("duration", -1)), HasSubstr("/duration: expected an integer from 0"));
  EXPECT_THAT(readError(with("wirelog", {{"TO", {64, "zz"}, true}})),
              HasSubstr("/wirelog/0/1: expected the number of octets and their hexadecimal"));
  EXPECT_THAT(readError(with("wirelog", {{"XX"}})), HasSubstr("/wirelog/0: expected a row"));
  EXPECT_THAT(readError(with("wirelog", {1})), HasSubstr("/wirelog/0: expected an array, got 1"));
  EXPECT_THAT(readError(with("rxFrameStats", {{"300", 1}})), HasSubstr("/rxFrameStats/300"));
  EXPECT_THAT(readError(with("started", "2026-13-01T00:00:00.000Z")), HasSubstr("/started"));
  EXPECT_THAT(readError("{}"), HasSubstr("case.json:1: the key \"id\" is missing"));
  EXPECT_THAT(readError("{\n\"agent\": "), HasSubstr("case.json:2: not valid JSON"));
  EXPECT_THAT(readError("[]"), HasSubstr("case.json:1: expected an object"));
}

class StoredReportsTest : public TempFolder {
 protected:
  std::string errorOfIndex(const std::string& text) const {
    write(root_ / "index.json", text);
    try {
      const StoredReports stored(root_, catalogue());
    } catch (const InputError& error) {
      return error.what();
    }
    return "no error";
  }
  static std::string entry(const std::string& file) {
    return "{\"a\": {\"1.1.1\": {\"behavior\": \"OK\", \"behaviorClose\": \"OK\", \"duration\": "
           "2,\n"
           "\"remoteCloseCode\": null, \"reportfile\": \"" +
           file + "\"}}}";
  }
};

TEST_F(StoredReportsTest, ReadsBackWhatAFolderHasWritten) {
  Folder folder(root_);
  const std::vector<Sample> all = samples();
  for (const Sample& sample : all) folder.write(sample.result);
  folder.writeIndex({}, WallTime{});
  StoredReports stored(root_, catalogue());
  EXPECT_THAT(stored.addDetails(), IsEmpty());
  EXPECT_EQ(indexJson(stored.records()), indexJson(folder.records()));
  for (const auto& [agent, cases] : folder.records()) {
    for (const auto& [id, record] : cases) {
      EXPECT_EQ(sentence(stored.records().at(agent).at(id).why), sentence(record.why));
    }
  }
  EXPECT_EQ(stored.findCase(*suite::CaseId::parse("99.1"))->description,
            all[6].testCase->description);
  EXPECT_THAT(stored.cases(), SizeIs(7));
}

TEST_F(StoredReportsTest, NeverLeavesTheFolder) {
  for (const char* name : {"../x.json", "/etc/x.json", "a\\\\x.json", "..", "", ".x.json", "x.txt",
                           "a\\u0000.json", "index.json", "sub/x.json"}) {
    EXPECT_THAT(errorOfIndex(entry(name)),
                HasSubstr("index.json:2: /a/1.1.1/reportfile: expected the name of a JSON file"))
        << name;
  }
  write(root_ / "outside", "secret");
  write(root_ / "in" / "index.json", entry("x.json"));
  std::filesystem::create_symlink(root_ / "outside", root_ / "in" / "x.json");
  StoredReports stored(root_ / "in", catalogue());
  try {
    static_cast<void>(stored.result(stored.records().at("a").begin()->second));
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("x.json: this is not a regular file"));
  }
}

TEST_F(StoredReportsTest, RefusesABrokenIndexWithItsPlace) {
  EXPECT_THAT(errorOfIndex("{"), HasSubstr("index.json:1: not valid JSON"));
  EXPECT_THAT(errorOfIndex("[]"), HasSubstr("index.json:1: expected an object"));
  EXPECT_THAT(errorOfIndex("{\"a/b\": {\"x\": {}}}"), HasSubstr("/a~1b/x: expected a case id"));
  EXPECT_THAT(errorOfIndex("{\"a\\u0000\\u001b[31m\": {\"1.1.1\": 3}}"),
              HasSubstr("/a\\x00\\x1b[31m/1.1.1: expected an object, got 3"));
  EXPECT_THROW(StoredReports(root_ / "nowhere", catalogue()), InputError);
}

TEST_F(StoredReportsTest, ToleratesCaseFilesThatAreMissingOrBroken) {
  std::string index = entry("gone.json");
  index.replace(index.find("OK"), 2, "FAILED");
  write(root_ / "index.json", index);
  StoredReports stored(root_, catalogue());
  EXPECT_THAT(stored.addDetails(), ElementsAre(HasSubstr("gone.json: there is no such file")));
  EXPECT_THAT(stored.cases(), SizeIs(1));
}

class ResumeTest : public TempFolder {};

TEST_F(ResumeTest, TakesOverTheIndexAndWhatWasWrittenBehindIt) {
  const Sample first = passed("1.1.1");
  const Sample second = failed("1.1.2", "Agent/1.0");
  const Sample third = passed("1.1.3");
  {
    Folder folder(root_);
    folder.write(first.result);
    folder.writeIndex({}, WallTime{});
    folder.write(second.result);
  }
  std::filesystem::last_write_time(
      root_ / "index.json", std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));
  write(root_ / "broken_case_1_1_4.json", "{");
  Folder folder(root_);
  EXPECT_EQ(folder.load(catalogue()), 2U);
  const Records records = folder.records();
  EXPECT_EQ(records.at("agent/1.0").size(), 1U);
  EXPECT_EQ(records.at("Agent/1.0").begin()->second.behavior, play::Behavior::failed);
  EXPECT_THAT(records.at("Agent/1.0").begin()->second.why.sent, HasSubstr("text \"Hello\""));
  // File names go on where they were.
  folder.write(third.result);
  EXPECT_EQ(folder.records().at("agent/1.0").rbegin()->second.reportFile,
            "agent_1_0_case_1_1_3.json");
  folder.writeIndex({}, WallTime{});
  EXPECT_EQ(nlohmann::json::parse(read(root_ / "index.json")).size(), 2U);
}

TEST_F(ResumeTest, IgnoresFilesThatAreOlderThanTheIndex) {
  const Sample old = passed("1.1.1", "old");
  {
    Folder folder(root_);
    folder.write(old.result);
  }
  write(root_ / "index.json", "{}");
  std::filesystem::last_write_time(
      root_ / "index.json", std::filesystem::file_time_type::clock::now() + std::chrono::hours(1));
  Folder folder(root_);
  EXPECT_EQ(folder.load(catalogue()), 0U);
}

}  // namespace
}  // namespace wsgauntlet::report
