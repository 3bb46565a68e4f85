// Which verdicts make a run fail: `--fail-on`.
#pragma once

#include "report/records.hpp"

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::gate {

/// A named set of verdicts.
struct PolicyWord {
  std::string_view name;
  std::string_view meaning;
};
/// All words that `--fail-on` knows, for its help and for docs/gate.md.
[[nodiscard]] std::span<const PolicyWord> policyWords();

/// Rules in order, each for all cases or for those of a pattern; the last one that fits a case
/// decides.
class Policy {
 public:
  /// The rules of the command line: `failed`, `failed,non-strict`, `6.4.*=never`. Without any, or
  /// for cases that none fits: `failed`. Throws InputError for unknown words and for patterns that
  /// are none, with `flag` in front.
  static Policy parse(const std::vector<std::string>& rules, const std::string& flag = "--fail-on");

  /// True when this result fails the run.
  [[nodiscard]] bool fails(const suite::CaseId& id, play::Behavior behavior,
                           play::BehaviorClose close) const;
  [[nodiscard]] bool fails(const suite::CaseId& id, const report::CaseRecord& record) const {
    return fails(id, record.behavior, record.behaviorClose);
  }
  /// The rules as they were given; `failed` when there were none.
  [[nodiscard]] const std::vector<std::string>& rules() const { return texts_; }

 private:
  /// By behavior, then by behaviorClose: true when that pair fails.
  using Verdicts = std::array<std::array<bool, 6>, 5>;
  struct Rule {
    std::string pattern;  ///< empty: all cases
    Verdicts fails{};
  };
  static Rule parseRule(const std::string& text, const std::string& flag);

  std::vector<Rule> rules_;
  std::vector<std::string> texts_;
};

/// True when a case belongs to a pattern as `--cases` knows them: with `*` the start of its id has
/// to match, without it the pattern is an id.
[[nodiscard]] bool matchesCase(const std::string& pattern, const suite::CaseId& id);
/// What is wrong with a pattern: nothing to say when it is an id or has a `*`.
[[nodiscard]] std::string patternProblem(const std::string& pattern);

}  // namespace wsgauntlet::gate
