// The verdict over a whole run: what a CI job is red or green for.
#pragma once

#include "gate/comparison.hpp"
#include "gate/expectations.hpp"
#include "gate/policy.hpp"
#include "report/records.hpp"

#include <functional>
#include <span>
#include <string>
#include <vector>

namespace wsgauntlet::gate {

/// What a result means for the run.
enum class Judgement {
  passed,      ///< does not fail under the policy
  better,      ///< passed, and is better than in the baseline
  expected,    ///< fails as the expectations say
  known,       ///< fails, and did no better in the baseline
  unexpected,  ///< fails, and nobody said so
  changed,     ///< fails, and in another way than the expectations say
  regression,  ///< worse than in the baseline
  stale,       ///< passes, and the expectations say that it fails
  missing,     ///< has no result
};
inline constexpr std::size_t kJudgements = 9;

/// `unexpected failure`, `known failure`, ….
[[nodiscard]] std::string_view name(Judgement judgement);
/// The word of files: `unexpected`, `known`, ….
[[nodiscard]] std::string_view word(Judgement judgement);
/// True for what makes the run fail.
[[nodiscard]] bool isRed(Judgement judgement);

struct CaseJudgement {
  const suite::Case* testCase = nullptr;
  const report::CaseRecord* record = nullptr;  ///< null when it is missing
  Judgement judgement = Judgement::passed;
  /// What the expectations say; of several entries one that decided.
  const Expectation* expectation = nullptr;
  const report::CaseRecord* before = nullptr;  ///< in the baseline
};

struct JudgementTally {
  std::array<std::size_t, kJudgements> counts{};
  void add(Judgement judgement) { ++counts[static_cast<std::size_t>(judgement)]; }
  [[nodiscard]] std::size_t of(Judgement judgement) const {
    return counts[static_cast<std::size_t>(judgement)];
  }
  [[nodiscard]] std::size_t all() const;
  [[nodiscard]] std::size_t red() const;
  [[nodiscard]] std::size_t green() const { return all() - red() - of(Judgement::missing); }
};

struct AgentJudgement {
  std::string agent;
  std::vector<CaseJudgement> cases;  ///< in the order of their ids
  [[nodiscard]] JudgementTally tally() const;
};

enum class GateStatus { passed, failed, incomplete };

/// The records, cases, expectations and baseline that it was made from outlive it.
struct Gate {
  std::vector<AgentJudgement> agents;
  GateStatus status = GateStatus::passed;
  std::vector<std::string> policy;  ///< the rules
  std::vector<std::string> notes;   ///< what is odd and makes nothing red, as sentences
  bool missingAllowed = false;
  [[nodiscard]] JudgementTally tally() const;
};

struct GateInput {
  const report::Records& records;
  /// Those that must have a result, from every agent. Other results are not looked at.
  std::span<const suite::Case* const> cases;
  Policy policy;
  const Expectations* expectations = nullptr;
  const report::Records* baseline = nullptr;
  /// Agents to look at, which must be there; empty: all that are there.
  std::vector<std::string> agents = {};
  /// Cases that an agent does not run; none when it is not set.
  std::function<bool(const std::string& agent, const suite::CaseId& id)> excluded = {};
  /// Missing cases are said and make nothing incomplete. A run without any result stays incomplete.
  bool missingAllowed = false;
  /// Why the run is not complete, other than missing results; each becomes a note.
  std::vector<std::string> unfinished = {};
};

/// Judges every selected case of every agent. A run fails when a finding is red; otherwise it is
/// incomplete when results are missing or there are none.
[[nodiscard]] Gate evaluate(const GateInput& input);
/// The expectations that these results would meet.
[[nodiscard]] Expectations updatedExpectations(const Gate& gate, const GateInput& input,
                                               const std::string& reason);

}  // namespace wsgauntlet::gate
