#include "report/store/reader.hpp"

#include "base/error.hpp"
#include "report/explain.hpp"
#include "report/pages/case_page.hpp"
#include "report/store/folder.hpp"
#include "report/store/json.hpp"
#include "report/store/sidecar.hpp"
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

/// A result that comes back from its JSON file and its sidecar.
StoredResult readBack(const play::Result& result) {
  return parseResult("case.json", caseJson(result), catalogue(), sidecarJson(result));
}

void expectTheSame(const play::Result& result) {
  StoredResult stored = readBack(result);
  EXPECT_EQ(sidecarJson(stored.result), sidecarJson(result));
  EXPECT_EQ(caseJson(stored.result), caseJson(result));
  EXPECT_EQ(casePage(stored.result), casePage(result));
  EXPECT_EQ(sentence(explain(stored.result)), sentence(explain(result)));
  stored.result.testCase = result.testCase;
  EXPECT_TRUE(stored.result == result);
}

/// The events that a case expects.
std::vector<suite::ExpectedEvent>& expected(suite::Case& testCase) {
  return std::get<suite::ExpectedEvents>(testCase.criterion).alternatives[0].events;
}

TEST(ParseResult, GivesTheResultAsItWas) {
  for (Sample& sample : samples()) {
    SCOPED_TRACE(sample.testCase->id.str());
    expectTheSame(sample.result);
    sample.result.opened = false;
    expectTheSame(sample.result);
  }
}

TEST(ParseResult, KeepsTimesDoubtAndCorrection) {
  Sample sample = failed("1.1.1");
  play::Result& result = sample.result;
  std::chrono::nanoseconds at(1);
  for (play::WireLogRow& row : result.wireLog) row.at = at *= 1001;
  result.roundTrips = {std::chrono::nanoseconds(7), std::chrono::nanoseconds(5)};
  result.cutShort = true;
  for (const auto run : {play::Run::only, play::Run::second, play::Run::unrepeated}) {
    result.run = run;
    for (const auto doubt : {play::Doubt::none, play::Doubt::absence, play::Doubt::race}) {
      result.doubt = doubt;
      expectTheSame(result);
    }
  }
  result.correction = {play::Behavior::unimplemented, play::BehaviorClose::failedByClient,
                       "RFC 6455 section 5.5.3", "It may."};
  expectTheSame(result);
  EXPECT_THAT(casePage(readBack(result).result),
              HasSubstr("without corrections, the verdict would be UNIMPLEMENTED / FAILED BY "
                        "CLIENT. It may. (RFC 6455 section 5.5.3)"));
}

TEST(ParseResult, KeepsWhatIsCounted) {
  Sample sample = passed("12.1.1");
  play::Result& result = sample.result;
  result.number = 400;
  result.isServer = true;
  result.wireLogOn = false;
  constexpr std::uint64_t kMuch = ~std::uint64_t{0};
  result.stats = {{{1, 2}, {kMuch, kMuch}}, {{3, 4}}, {{5, 6}}, {{7, kMuch}, {15, 1}}};
  result.traffic = {{1, 2, 3, 4, 5}, {6, 7, 8, 9, kMuch}, 11, 12};
  result.closing = {true, true, true, true, true, true, true, "a", 1000, "b", 65535, "c"};
  sample.testCase->reportCompressionRatio = sample.testCase->reportTime = true;
  expectTheSame(result);
  result.closing = {};
  expectTheSame(result);
}

/// Whoever judged a case, and whether the catalogue knows it.
TEST(ParseResult, KeepsTheCriterionAsFarAsReportsShowIt) {
  for (const char* id : {"1.1.1", "9.1.1", "100.1"}) {
    Sample sample = failed(id);
    suite::Case& testCase = *sample.testCase;
    testCase.close = {false, {1002, 1007}, false, true};
    expectTheSame(sample.result);
    testCase.criterion = suite::Requirement{};
    sample.result.result = "RFC 6455 section 5.5: the peer did not fail the connection.";
    expectTheSame(sample.result);
    std::get<suite::Requirement>(testCase.criterion).expected = {suite::Rating::ok,
                                                                 {suite::ExpectPong{Payload("a")}}};
    expectTheSame(sample.result);
    testCase.criterion = suite::LargeEcho{};
    expectTheSame(sample.result);
  }
}

TEST(ParseResult, DoesWithoutASidecarThatIsBroken) {
  const Sample sample = failed("1.1.1");
  const std::string shown = caseJson(sample.result);
  const std::string good = sidecarJson(sample.result);
  const auto expectShown = [&shown](const std::string& sidecar) {
    const StoredResult stored = parseResult("case.json", shown, catalogue(), sidecar);
    EXPECT_EQ(stored.ownCase, nullptr) << sidecar;
    EXPECT_EQ(stored.result.behavior, play::Behavior::failed) << sidecar;
  };
  EXPECT_NE(parseResult("case.json", shown, catalogue(), good).ownCase, nullptr);
  const auto keys = nlohmann::json::parse(good);
  for (const auto& [key, value] : keys.items()) {
    if (key == "createStats") continue;  // the same in all files
    auto broken = keys;
    broken.erase(key);
    expectShown(broken.dump());
    broken[key] = nlohmann::json::array({nlohmann::json::array({nullptr})});
    expectShown(broken.dump());
  }
  for (const char* key : {"run", "doubt", "cutShort", "correction"}) {
    auto broken = keys;
    broken[key] = "other";
    expectShown(broken.dump());
  }
  auto lacksARow = keys;
  lacksARow["rows"].erase(0);
  expectShown(lacksARow.dump());
}

/// Octets that reports show in a way that cannot be read back.
const std::string kOctets[] = {"", "0xff", "0xFF", "\xff", "?", "a ...", std::string(kHostile)};

TEST(ParseResult, KeepsEveryKindOfEvent) {
  Sample sample = passed("1.1.1");
  play::Result& result = sample.result;
  result.received.clear();
  std::vector<suite::ExpectedEvent>& events = expected(*sample.testCase);
  for (const std::string& octets : kOctets) {
    play::Excerpt cut(octets);
    cut.length = 1 << 20U;
    result.received.emplace_back(play::MessageEvent{play::Excerpt(octets), true});
    result.received.emplace_back(play::MessageEvent{cut, false});
    result.received.emplace_back(play::PongEvent{play::Excerpt(octets)});
    result.received.emplace_back(play::TimeoutEvent{octets});
    events.emplace_back(suite::ExpectMessage{Payload(octets), true});
    events.emplace_back(suite::ExpectPong{Payload(octets, 1 << 20U)});
    events.emplace_back(suite::ExpectTimeout{octets});
  }
  const std::string cutCodePoint = std::string(63, 'x') + "\xe2\x82\xac";
  result.received.emplace_back(play::MessageEvent{play::Excerpt(cutCodePoint), false});
  const StoredResult stored = readBack(result);
  ASSERT_EQ(stored.result.received.size(), result.received.size());
  for (std::size_t i = 0; i < result.received.size(); ++i) {
    EXPECT_EQ(stored.result.received[i], result.received[i]) << i;
  }
  const auto alternatives = suite::alternativesOf(*stored.result.testCase);
  ASSERT_EQ(alternatives.size(), 1U);
  EXPECT_EQ(alternatives[0].events.size(), expected(*sample.testCase).size());
  expectTheSame(result);
}

TEST(ParseResult, KeepsEveryKindOfRow) {
  Sample sample = passed("1.1.1");
  play::WireLog log;
  const auto add = [&log](auto row) {
    log.push_back({std::chrono::nanoseconds(log.size() * 1001), std::move(row)});
  };
  for (const std::string& octets : kOctets) {
    play::Excerpt cut(octets + std::string(64, 'x'));
    cut.length = std::uint64_t{1} << 40U;
    const play::MaskKey mask{0, 1, 0xfe, 0xff};
    add(play::OctetsRow{false, play::Excerpt(octets), false});
    add(play::OctetsRow{true, cut, true});
    add(play::FrameReceivedRow{cut, 9, false, 7, mask});
    add(play::FrameReceivedRow{play::Excerpt(octets), 15, true, 0, std::nullopt});
    add(play::FrameSentRow{cut, 1, false, 4, mask, std::uint64_t{1} << 40U, 3, true});
    add(play::FrameSentRow{play::Excerpt(octets), 0, true, 0, std::nullopt, {}, {}, false});
    add(play::WaitRow{0.25, octets});
    add(play::WaitEndedRow{octets});
  }
  add(play::WaitRow{10, std::nullopt});
  add(play::WaitEndedRow{});
  add(play::FailAfterRow{1});
  add(play::FailingRow{});
  add(play::CloseAfterRow{0.5});
  add(play::ClosingRow{});
  add(play::SwitchRow{false});
  sample.result.wireLog = log;
  const StoredResult stored = readBack(sample.result);
  ASSERT_EQ(stored.result.wireLog.size(), log.size());
  for (std::size_t i = 0; i < log.size(); ++i) EXPECT_EQ(stored.result.wireLog[i], log[i]) << i;
  expectTheSame(sample.result);
}

TEST(ParseResult, KeepsOctetsThatReportsCannotShow) {
  for (const std::string& octets : kOctets) {
    Sample sample = passed("1.1.1");
    play::Result& result = sample.result;
    result.agent = result.result = result.resultClose = octets;
    result.httpRequest = result.httpResponse = octets;
    result.closing.localCloseReason = result.closing.remoteCloseReason = octets;
    result.closing.wasNotCleanReason = octets;
    sample.testCase->description = sample.testCase->expectation = octets;
    result.opened = false;
    const StoredResult stored = readBack(result);
    EXPECT_EQ(stored.result.agent, octets);
    EXPECT_EQ(stored.result.httpResponse, octets);
    EXPECT_EQ(stored.result.closing.localCloseReason, octets);
    EXPECT_EQ(stored.result.testCase->description, octets);
    EXPECT_FALSE(stored.result.opened);
    expectTheSame(result);
  }
}

/// As in folders of the original.
TEST(ParseResult, ReadsVerdictsAndReasonsWithoutASidecar) {
  for (const Sample& sample : samples()) {
    const std::string json = caseJson(sample.result);
    const StoredResult stored = parseResult("case.json", json, catalogue());
    EXPECT_EQ(stored.result.behavior, sample.result.behavior);
    EXPECT_EQ(stored.result.behaviorClose, sample.result.behaviorClose);
    EXPECT_EQ(stored.result.opened, sample.result.opened);
    EXPECT_EQ(stored.result.received.size(), sample.result.received.size());
    EXPECT_EQ(stored.result.wireLog.size(), sample.result.wireLog.size());
    EXPECT_TRUE(casePage(stored.result).ends_with("</html>\n"));
  }
  const Sample bad = reservedBits();
  EXPECT_EQ(sentence(explain(parseResult("case.json", caseJson(bad.result), catalogue()).result)),
            sentence(explain(bad.result)));
}

TEST(ParseResult, TakesTheLengthOfALongMessageFromWhatWasExpected) {
  const suite::Case* known = catalogue().find(*suite::CaseId::parse("1.1.5"));
  Sample sample = passed("1.1.5");
  sample.result.testCase = known;
  const auto& expected =
      std::get<suite::ExpectMessage>(suite::alternativesOf(*known).front().events.front());
  sample.result.received = {play::MessageEvent{play::Excerpt(expected.payload), false}};
  const StoredResult stored = parseResult("case.json", caseJson(sample.result), catalogue());
  EXPECT_EQ(stored.result.testCase, known);
  EXPECT_EQ(stored.result.received, sample.result.received);
}

TEST(ParseResult, KnowsTheCaseAsItWasWhenItRan) {
  const Sample other = passed("1.1.1");
  const StoredResult stored = readBack(other.result);
  const suite::Case* known = catalogue().find(*suite::CaseId::parse("1.1.1"));
  EXPECT_NE(stored.result.testCase, known);
  EXPECT_EQ(stored.result.testCase->description, other.testCase->description);
  EXPECT_EQ(stored.result.testCase->category, other.testCase->category);
  EXPECT_EQ(stored.result.testCase->script.size(), known->script.size());
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
  EXPECT_THAT(readError(with("duration", -1)),
              HasSubstr("/duration: expected a whole number from 0"));
  EXPECT_THAT(readError(with("wirelog", {{"TO", {64, "zz"}, true}})),
              HasSubstr("/wirelog/0/1: expected the number of octets and their hexadecimal"));
  EXPECT_THAT(readError(with("wirelog", {{"XX"}})), HasSubstr("/wirelog/0: expected a row"));
  EXPECT_THAT(readError(with("wirelog", {1})), HasSubstr("/wirelog/0: expected a list, got 1"));
  EXPECT_THAT(readError(with("rxFrameStats", {{"300", 1}})), HasSubstr("/rxFrameStats/300"));
  EXPECT_THAT(readError(with("started", "2026-13-01T00:00:00.000Z")), HasSubstr("/started"));
  EXPECT_THAT(readError("{}"), HasSubstr("case.json:1: the key \"started\" is missing"));
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
