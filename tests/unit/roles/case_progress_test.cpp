#include "roles/case_progress.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::roles {
namespace {

using play::Behavior;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

class CaseBoardTest : public ::testing::Test {
 protected:
  CaseBoardTest() {
    for (const auto& parts : std::vector<std::vector<int>>{{1, 1, 1}, {2, 9}, {2, 10}}) {
      suite::Case one;
      one.id = suite::CaseId(parts);
      cases_.push_back(one);
    }
    board = std::make_unique<CaseProgress>(
        std::vector<const suite::Case*>{&cases_[0], &cases_[1], &cases_[2]});
  }
  /// Asks, and notes the answer in `answers`.
  void ask(const std::string& agent, int number) {
    board->whenDone(agent, number,
                    [this](Behavior behavior) { answers.emplace_back(play::name(behavior)); });
  }

  std::unique_ptr<CaseProgress> board;
  std::vector<std::string> answers;

 private:
  std::vector<suite::Case> cases_;
};

TEST_F(CaseBoardTest, FindsNumbersByNumberAndById) {
  const auto number = [&](std::optional<std::string> caseNumber,
                          std::optional<std::string> tuple = std::nullopt) {
    return board->number(caseNumber, tuple);
  };
  EXPECT_EQ(number("1"), 1);
  EXPECT_EQ(number("3"), 3);
  for (const char* bad : {"0", "4", "-1", "", "x", "1x", "1.0", "99999999999999999999"}) {
    EXPECT_EQ(number(bad), std::nullopt) << bad;
  }
  EXPECT_EQ(number(std::nullopt, "2.9"), 2);
  EXPECT_EQ(number(std::nullopt, " 2.10 "), 3);
  EXPECT_EQ(number(std::nullopt, "1.1.1"), 1);
  for (const char* bad : {"1.1.2", "2", "2.", "x", "", "2.9.1"}) {
    EXPECT_EQ(number(std::nullopt, bad), std::nullopt) << bad;
  }
  EXPECT_EQ(number("1", "2.9"), 1);             // `case` wins
  EXPECT_EQ(number("9", "2.9"), std::nullopt);  // also when it is wrong
  EXPECT_EQ(number(std::nullopt), std::nullopt);
}

TEST_F(CaseBoardTest, AnswersAtOnceWhenThereIsAResult) {
  board->add("a", 1, Behavior::nonStrict);
  ask("a", 1);
  EXPECT_THAT(answers, ElementsAre("NON-STRICT"));
}

TEST_F(CaseBoardTest, AnswersAllWhoWait) {
  ask("a", 1);
  ask("a", 1);
  ask("a", 2);
  ask("b", 1);
  EXPECT_THAT(answers, IsEmpty());
  board->add("a", 1, Behavior::ok);
  EXPECT_THAT(answers, ElementsAre("OK", "OK"));
  board->add("b", 1, Behavior::failed);
  EXPECT_THAT(answers, ElementsAre("OK", "OK", "FAILED"));
  board->add("a", 1, Behavior::failed);  // they have their answers
  EXPECT_EQ(answers.size(), 3U);
}

TEST_F(CaseBoardTest, ForgetsAResultWhenTheCaseIsRunAgain) {
  board->add("a", 1, Behavior::failed);
  board->add("a", 2, Behavior::ok);
  board->begin("a", 1);
  ask("a", 1);
  ask("a", 2);
  EXPECT_THAT(answers, ElementsAre("OK"));
  board->add("a", 1, Behavior::informational);
  EXPECT_THAT(answers, ElementsAre("OK", "INFORMATIONAL"));
}

/// Who asked before the case was begun gets the result of the run that comes.
TEST_F(CaseBoardTest, KeepsThoseWhoWaitWhenTheCaseBegins) {
  ask("a", 1);
  board->begin("a", 1);
  board->add("a", 1, Behavior::ok);
  EXPECT_THAT(answers, ElementsAre("OK"));
}

TEST_F(CaseBoardTest, AWaiterMayAskAgain) {
  board->whenDone("a", 1, [this](Behavior) {
    ask("a", 2);
    ask("a", 1);
  });
  board->add("a", 1, Behavior::ok);
  EXPECT_THAT(answers, ElementsAre("OK"));
}

TEST_F(CaseBoardTest, CountsTheCasesOfEachAgent) {
  EXPECT_EQ(board->done("a"), 0U);
  board->add("a", 1, Behavior::ok);
  board->add("a", 1, Behavior::failed);
  board->add("a", 3, Behavior::ok);
  EXPECT_EQ(board->done("a"), 2U);
  EXPECT_EQ(board->done("b"), 0U);
  EXPECT_EQ(board->cases().size(), 3U);
}

}  // namespace
}  // namespace wsgauntlet::roles
