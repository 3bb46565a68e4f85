#include "approval.hpp"
#include "gate/expectations_update.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::gate {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::SizeIs;

suite::CaseId id(std::string_view text) {
  return *suite::CaseId::parse(text);
}

report::CaseRecord record(play::Behavior behavior, play::BehaviorClose close) {
  report::CaseRecord out;
  out.behavior = behavior;
  out.behaviorClose = close;
  return out;
}
const report::CaseRecord kUnclean = record(play::Behavior::failed, play::BehaviorClose::unclean);
const report::CaseRecord kFailed = record(play::Behavior::failed, play::BehaviorClose::failed);

Expectations parse(const std::string& text) {
  return parseExpectations("known.json", text);
}

std::string errorOf(const std::string& text) {
  try {
    static_cast<void>(parse(text));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Expectations, AreFoundByAgentAndCase) {
  const Expectations known = parse(R"({"format": 1, "comment": "ours", "agents": {
    "foo/*": [{"cases": "6.4.*", "reason": "strict", "behavior": "FAILED"}],
    "*": [{"cases": ["5.19", "5.20"], "reason": "slow", "sometimes": true}]}})");
  EXPECT_EQ(known.comment, "ours");
  EXPECT_THAT(known.of("foo/1", id("6.4.1")), SizeIs(1));
  EXPECT_THAT(known.of("bar", id("6.4.1")), IsEmpty());
  EXPECT_THAT(known.of("bar", id("5.20")), SizeIs(1));
  EXPECT_THAT(known.of("bar", id("5.2")), IsEmpty());
  const Expectation& strict = *known.of("foo/1", id("6.4.1")).front();
  EXPECT_EQ(strict.place.line, 2);
  EXPECT_TRUE(strict.agrees(kFailed));
  EXPECT_FALSE(strict.agrees(record(play::Behavior::nonStrict, play::BehaviorClose::ok)));
}

TEST(Expectations, RefuseWithLineAndPointerAllThatIsWrong) {
  EXPECT_EQ(
      errorOf("{\n \"format\": 2,\n \"agents\": {\n  \"a/b\": [\n"
              "   {\"case\": \"1.1.1\", \"reason\": \"x\"},\n"
              "   {\"cases\": [\"1.1.1\", 7], \"reason\": \"\"},\n"
              "   {\"cases\": \"1.1.1\", \"behavior\": \"BAD\", \"reason\": \"x\"},\n   true\n"
              "  ],\n  \"c\": {}\n }\n}\n"),
      "known.json:2: /format: expected 1, the format that this build reads, got 2\n"
      "known.json:5: /agents/a~1b/0: \"cases\" is missing in an entry like {\"cases\": \"6.4.*\", "
      "\"reason\": \"…\"}\n"
      "known.json:5: /agents/a~1b/0/case: unknown key \"case\" in an entry like {\"cases\": "
      "\"6.4.*\", \"reason\": \"…\"}; did you mean \"cases\"?\n"
      "known.json:6: /agents/a~1b/1/cases/1: expected a text, got 7\n"
      "known.json:6: /agents/a~1b/1/reason: expected a text that is not empty\n"
      "known.json:7: /agents/a~1b/2/behavior: expected OK, NON-STRICT, INFORMATIONAL, "
      "UNIMPLEMENTED or FAILED, got \"BAD\"\n"
      "known.json:8: /agents/a~1b/3: expected an entry like {\"cases\": \"6.4.*\", "
      "\"reason\": \"…\"} as an object, got true\n"
      "known.json:10: /agents/c: expected a list, like [{\"cases\": \"6.4.*\", \"reason\": "
      "\"…\"}], got an object");
  EXPECT_EQ(errorOf("[]"),
            "known.json:1: expected expectations like {\"format\": 1, \"agents\": {…}} as an "
            "object, got an empty list");
  EXPECT_THAT(errorOf("{\"format\": 1,"), ::testing::HasSubstr("known.json:1: not valid JSON"));
  EXPECT_THAT(errorOf(R"({"format": 1, "agents": {"a": [{"cases": "x", "reason": "y"}]}})"),
              ::testing::HasSubstr("'x' is neither a case id"));
}

TEST(Expectations, AreWrittenSortedAndReadBackAsTheyWere) {
  const Expectations known = parse(R"({"format": 1, "agents": {
    "b": [{"cases": "10.1", "reason": "r"}, {"cases": ["2.10", "2.9", "2.*"], "reason": "r"}],
    "a": [{"cases": "1.1.1", "reason": "ü", "behaviorClose": "WRONG CODE", "sometimes": true}]}})");
  const std::string text = formatExpectations(known);
  expectApproved("expectations.json", text);
  EXPECT_EQ(formatExpectations(parse(text)), text);
}

std::vector<NewExpectation> results(
    std::initializer_list<std::pair<const char*, const report::CaseRecord*>> list) {
  std::vector<NewExpectation> out;
  for (const auto& [text, failure] : list) out.push_back({"foo/1", id(text), failure});
  return out;
}

TEST(UpdateExpectations, StartsFromNothing) {
  const Expectations updated = updateExpectations(
      {},
      results({{"5.20", &kUnclean}, {"5.19", &kUnclean}, {"3.2", &kFailed}, {"1.1.1", nullptr}}),
      "known failure, noted on 2026-11-21");
  const auto& entries = updated.agents.at("foo/1");
  ASSERT_THAT(entries, SizeIs(2));
  EXPECT_THAT(entries[0].cases, ElementsAre("3.2"));
  EXPECT_THAT(entries[1].cases, ElementsAre("5.19", "5.20"));
  EXPECT_EQ(entries[1].behaviorClose, play::BehaviorClose::unclean);
  EXPECT_EQ(entries[1].reason, "known failure, noted on 2026-11-21");
}

TEST(UpdateExpectations, KeepsReasonsAndWhatDidNotRun) {
  const Expectations known = parse(R"({"format": 1, "comment": "ours", "agents": {
    "foo/*": [{"cases": "6.4.*", "reason": "strict"}, {"cases": "9.*", "reason": "slow"},
              {"cases": ["3.2", "3.3"], "reason": "rsv", "behaviorClose": "FAILED"}],
    "other": [{"cases": "1.1.1", "reason": "other"}]}})");
  const Expectations updated = updateExpectations(known,
                                                  results({{"6.4.1", &kFailed},
                                                           {"6.4.2", nullptr},
                                                           {"3.2", &kUnclean},
                                                           {"3.3", nullptr},
                                                           {"1.1.1", &kFailed}}),
                                                  "new");
  EXPECT_EQ(updated.comment, "ours");
  EXPECT_EQ(updated.agents.at("other").front().reason, "other");
  std::vector<std::string> entries;
  for (const Expectation& entry : updated.agents.at("foo/*")) {
    for (const std::string& pattern : entry.cases) entries.push_back(pattern + " " + entry.reason);
  }
  EXPECT_THAT(entries, ElementsAre("1.1.1 new", "3.2 rsv", "6.4.1 strict", "9.* slow"));
  EXPECT_FALSE(updated.agents.contains("foo/1"));
  // And then nothing changes any more.
  const auto again = updateExpectations(
      updated, results({{"6.4.1", &kFailed}, {"6.4.2", nullptr}, {"3.2", &kUnclean}}), "newer");
  EXPECT_EQ(formatExpectations(again), formatExpectations(updated));
}

TEST(UpdateExpectations, LeavesWhatFailsSometimes) {
  const std::string text =
      R"({"format": 1, "agents": {"foo/1": [{"cases": "7.1.6", "reason": "race", "sometimes": true}]}})";
  const Expectations known = parse(text);
  EXPECT_EQ(formatExpectations(updateExpectations(known, results({{"7.1.6", nullptr}}), "new")),
            formatExpectations(known));
}

}  // namespace
}  // namespace wsgauntlet::gate
