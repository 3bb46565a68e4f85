// Files of a report folder that the original does not have.
#include "base/error.hpp"
#include "report/store/folder.hpp"
#include "report/store/json.hpp"
#include "report/store/merge.hpp"
#include "report/store/run_record.hpp"
#include "report/store/sidecar.hpp"
#include "report/store/stored_result.hpp"
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
using ::testing::Not;
using namespace std::chrono_literals;

suite::CaseId id(std::string_view text) {
  return *suite::CaseId::parse(text);
}

class SidecarTest : public TempFolder {
 protected:
  SidecarTest() : sample_(fragmentedWithPings()) {
    sample_.result.roundTrips = {30us, 10us, 20us};
    write(root_ / "a.json", caseJson(sample_.result));
  }
  /// Only a sidecar has these.
  [[nodiscard]] std::vector<std::chrono::nanoseconds> roundTrips() const {
    return readStored(root_, "a.json", suite::Catalogue::builtIn()).result.roundTrips;
  }

  Sample sample_;
};

TEST_F(SidecarTest, IsInAFolderOfItsOwn) {
  writeSidecar(root_, "a.json", sample_.result);
  EXPECT_EQ(roundTrips(), sample_.result.roundTrips);
  EXPECT_THAT(files(root_), ElementsAre("a.json", "exact"));
  EXPECT_THAT(files(root_ / "exact"), ElementsAre("a.json"));
}

TEST_F(SidecarTest, IsCopiedIfThereIsOne) {
  copySidecar(root_, "a.json", root_, "b.json");
  EXPECT_FALSE(std::filesystem::exists(root_ / "exact"));
  writeSidecar(root_, "b.json", sample_.result);
  copySidecar(root_, "b.json", root_, "a.json");
  EXPECT_EQ(roundTrips(), sample_.result.roundTrips);
}

TEST_F(SidecarTest, OfAnotherRunOrBrokenIsNotUsed) {
  EXPECT_THAT(roundTrips(), IsEmpty());
  writeSidecar(root_, "a.json", sample_.result);
  const std::string good = read(sidecarFile(root_, "a.json"));
  const std::string broken[] = {
      "", "{", "[]", "{}", "{\"format\":1}", good.substr(0, good.size() / 2)};
  for (const std::string& text : broken) {
    write(sidecarFile(root_, "a.json"), text);
    EXPECT_THAT(roundTrips(), IsEmpty()) << text;
  }
  auto later = nlohmann::json::parse(good);
  later["format"] = 2;
  write(sidecarFile(root_, "a.json"), later.dump());
  EXPECT_THAT(roundTrips(), IsEmpty());
  sample_.result.started += 1s;
  writeSidecar(root_, "a.json", sample_.result);
  EXPECT_THAT(roundTrips(), IsEmpty());
}

TEST_F(SidecarTest, ThatIsALinkIsNotUsed) {
  write(root_ / "outside", sidecarJson(sample_.result));
  std::filesystem::create_directory(root_ / "exact");
  std::filesystem::create_symlink(root_ / "outside", sidecarFile(root_, "a.json"));
  EXPECT_THAT(roundTrips(), IsEmpty());
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
