// What lies in a report folder beside the files that the original writes.
#include "base/error.hpp"
#include "report/pages/case_page.hpp"
#include "report/store/folder.hpp"
#include "report/store/json.hpp"
#include "report/store/merge.hpp"
#include "report/store/reader.hpp"
#include "report/store/run_record.hpp"
#include "report/store/timing.hpp"
#include "samples.hpp"
#include "temp_folder.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using namespace std::chrono_literals;

suite::CaseId id(std::string_view text) {
  return *suite::CaseId::parse(text);
}

class TimingTest : public TempFolder {
 protected:
  TimingTest() : sample_(fragmentedWithPings()) {
    for (std::size_t i = 0; i < sample_.result.wireLog.size(); ++i) {
      sample_.result.wireLog[i].at = std::chrono::microseconds(1500 * i);
    }
    sample_.result.roundTrips = {30us, 10us, 20us};
  }
  /// The result as it is read when its JSON file does not hold its times.
  [[nodiscard]] play::Result bare() const {
    play::Result result = sample_.result;
    for (play::WireLogRow& row : result.wireLog) row.at = {};
    result.roundTrips.clear();
    return result;
  }
  [[nodiscard]] play::Result readBack(const std::string& name = "a.json") const {
    play::Result result = bare();
    addTiming(root_, name, result);
    return result;
  }

  Sample sample_;
};

TEST_F(TimingTest, KeepsWhatACorrectionHasChanged) {
  sample_.result.correction = {play::Behavior::failed, play::BehaviorClose::wrongCode, "RFC X",
                               "It may."};
  writeTiming(root_, "a.json", sample_.result);
  const auto correction = readBack().correction;
  ASSERT_TRUE(correction);
  EXPECT_EQ(correction->behavior, play::Behavior::failed);
  EXPECT_EQ(correction->behaviorClose, play::BehaviorClose::wrongCode);
  EXPECT_EQ(correction->clause + correction->why, "RFC XIt may.");
  EXPECT_THAT(casePage(sample_.result, {}, {}),
              HasSubstr("without corrections, the verdict would be FAILED / WRONG CODE. It may. "
                        "(RFC X)"));
}

TEST_F(TimingTest, ComesBackAsItWas) {
  writeTiming(root_, "a.json", sample_.result);
  const play::Result result = readBack();
  EXPECT_EQ(result.roundTrips, sample_.result.roundTrips);
  for (std::size_t i = 0; i < result.wireLog.size(); ++i) {
    EXPECT_EQ(result.wireLog[i].at, sample_.result.wireLog[i].at);
  }
  EXPECT_THAT(files(root_), ElementsAre("timing"));
}

TEST_F(TimingTest, OfAnotherRunOrBrokenIsNotTaken) {
  writeTiming(root_, "a.json", sample_.result);
  const std::string good = read(timingFile(root_, "a.json"));
  const std::string broken[] = {
      "", "{", "[]", "{}", "{\"format\":1}", good.substr(0, good.size() / 2)};
  for (const std::string& text : broken) {
    write(timingFile(root_, "b.json"), text);
    EXPECT_THAT(readBack("b.json").roundTrips, IsEmpty()) << text;
  }
  EXPECT_THAT(readBack("missing.json").roundTrips, IsEmpty());
  sample_.result.started += 1s;
  EXPECT_THAT(readBack().roundTrips, IsEmpty());
  sample_.result.started -= 1s;
  sample_.result.wireLog.pop_back();
  EXPECT_THAT(readBack().roundTrips, IsEmpty());
}

class RunRecordTest : public TempFolder {
 protected:
  RunRecordTest() {
    record_.state = RunState::finished;
    record_.started = WallTime(1000s);
    record_.ended = WallTime(1060s);
    record_.cases = {id("1.1.1"), id("5.19")};
    record_.agents = {"<b>\x1b"};
    record_.excluded["x"] = {id("5.19")};
    record_.shards = 3;
    record_.present = {2};
  }
  RunRecord record_;
};

TEST_F(RunRecordTest, ComesBackAsItWas) {
  EXPECT_EQ(readRunRecord(root_), std::nullopt);
  writeRunRecord(root_, record_);
  const auto read = readRunRecord(root_);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->state, record_.state);
  EXPECT_EQ(read->started, record_.started);
  EXPECT_EQ(read->ended, record_.ended);
  EXPECT_EQ(read->cases, record_.cases);
  EXPECT_EQ(read->agents, record_.agents);
  EXPECT_EQ(read->excluded, record_.excluded);
  EXPECT_EQ(read->shards, 3);
  EXPECT_EQ(read->present, record_.present);
}

TEST_F(RunRecordTest, SaysWhatIsWrongInIt) {
  const std::pair<const char*, const char*> broken[] = {
      {"{", "run.json:1: "},
      {"[]", "object"},
      {"{\"format\": 2}", "/format: expected 1"},
      {"{\"format\": 1, \"state\": \"done\"}", "expected running, interrupted or finished"},
  };
  for (const auto& [text, says] : broken) {
    write(root_ / "run.json", text);
    try {
      static_cast<void>(readRunRecord(root_));
      ADD_FAILURE() << text;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(says));
    }
  }
}

TEST_F(RunRecordTest, TellsWhyARunIsNotComplete) {
  EXPECT_THAT(unfinished(record_), ElementsAre("of the 3 shards of the run 2 are not here: 1, 3"));
  RunRecord other = record_;
  other.present = {1, 3};
  other.cases = {id("1.1.1"), id("2.1")};
  const RunRecord parts[] = {record_, other};
  RunRecord whole = mergeRunRecords(parts);
  EXPECT_THAT(unfinished(whole), IsEmpty());
  EXPECT_THAT(whole.cases, ElementsAre(id("1.1.1"), id("2.1"), id("5.19")));
  whole.state = RunState::interrupted;
  EXPECT_THAT(unfinished(whole), ElementsAre("the run was interrupted"));
  whole.state = RunState::running;
  EXPECT_THAT(unfinished(whole), ElementsAre("the run has not ended, or it was killed"));
  whole.server = true;
  EXPECT_THAT(unfinished(whole), IsEmpty());
}

TEST_F(TempFolder, OnlyPagesOfFailuresLeadToOtherFailures) {
  Folder folder(root_);
  const Sample samples[] = {passed("1.1.1"), failed("2.1")};
  for (const Sample& sample : samples) folder.write(sample.result);
  folder.writeIndex({}, WallTime{});
  EXPECT_THAT(
      read(root_ / "agent_1_0_case_2_1.html"),
      HasSubstr("href=\"index.html#failure-after:agent_1_0_case_2_1.html\">Next failure</a>"));
  EXPECT_THAT(read(root_ / "agent_1_0_case_1_1_1.html"), Not(HasSubstr("failure-after")));
  const std::string index = read(root_ / "index.html");
  EXPECT_THAT(index, HasSubstr("<a href=\"agent_1_0_case_2_1.html\" data-failure"));
  EXPECT_THAT(index, Not(HasSubstr("<a href=\"agent_1_0_case_1_1_1.html\" data-failure")));
}

}  // namespace
}  // namespace wsgauntlet::report
