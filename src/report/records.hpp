// What is kept of a result after its files are written: enough for the index and the summary.
#pragma once

#include "play/result.hpp"
#include "suite/model.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::report {

/// Why a case did not pass, in plain words without control characters; parts that say nothing are
/// empty.
struct Explanation {
  std::string sent;      ///< `text "Hello", ping`
  std::string expected;  ///< `text "Hello", pong`
  std::string received;  ///< `nothing`
  std::string remark;    ///< what the result or the closing adds
};

struct CaseRecord {
  play::Behavior behavior = play::Behavior::failed;
  play::BehaviorClose behaviorClose = play::BehaviorClose::failed;
  std::int64_t durationMs = 0;
  std::optional<std::uint16_t> remoteCloseCode;
  std::string reportFile;  ///< name of the JSON file; the page next to it ends with `.html`
  /// Compressed by uncompressed octets, for a case that reports them. Absent values: nothing moved.
  struct Ratios {
    std::optional<double> incoming;
    std::optional<double> outgoing;
  };
  std::optional<Ratios> ratios;
  /// Of a case that measures round trips.
  struct RoundTrips {
    std::chrono::nanoseconds median{};
    std::chrono::nanoseconds slow{};  ///< 99 of 100 are faster
  };
  std::optional<RoundTrips> roundTrips;
  Explanation why;  ///< empty when the case passed
  /// Of a case that did not pass: the run that it is of.
  play::Run run = play::Run::only;
};

using AgentRecords = std::map<suite::CaseId, CaseRecord>;
/// By agent (valid UTF-8).
using Records = std::map<std::string, AgentRecords>;

/// How a case came out, in one word: the worse of its behavior and of its closing.
enum class Outcome { pass, nonStrict, info, unimplemented, closing, fail, missing };
inline constexpr std::size_t kOutcomes = 7;

/// `closing`: the events were right, and the connection ended with a wrong code or was left open.
[[nodiscard]] Outcome outcome(const CaseRecord& record);
/// True for what a person has to look at: `fail` and `closing`.
[[nodiscard]] bool isFailure(play::Behavior behavior, play::BehaviorClose behaviorClose);
[[nodiscard]] bool isFailure(const CaseRecord& record);
/// The verdict that a word of reports means (play::name); nothing for other words.
[[nodiscard]] std::optional<play::Behavior> behaviorOf(std::string_view word);
[[nodiscard]] std::optional<play::BehaviorClose> behaviorCloseOf(std::string_view word);
/// The word of an outcome in `data-v` and in class names: `pass`, `nonstrict`, ….
[[nodiscard]] std::string_view outcomeWord(Outcome outcome);
/// The name of an outcome for people.
[[nodiscard]] std::string_view outcomeLabel(Outcome outcome);
/// The agent for people: one without a name is said to have none.
[[nodiscard]] std::string shownAgent(const std::string& agent);

/// Cases by outcome.
struct Tally {
  std::array<int, kOutcomes> counts{};

  void add(Outcome outcome) { ++counts[static_cast<std::size_t>(outcome)]; }
  [[nodiscard]] int of(Outcome outcome) const { return counts[static_cast<std::size_t>(outcome)]; }
};

/// The record of a result whose files were written under `reportFile`.
[[nodiscard]] CaseRecord makeRecord(const play::Result& result, std::string reportFile);
/// The page that belongs to a JSON file of a case: its name with `.html`.
[[nodiscard]] std::string pageName(const std::string& reportFile);
/// The time within which that many percent of the round trips were made, 0 to 100; of at least one.
[[nodiscard]] std::chrono::nanoseconds percentile(
    const std::vector<std::chrono::nanoseconds>& sorted, std::size_t percent);
/// 0 for a connection that was never open.
[[nodiscard]] std::int64_t durationMs(const play::Result& result);
/// The agent as it is shown and as it is a key: octets that are not UTF-8 are replaced.
[[nodiscard]] std::string agentText(const play::Result& result);
/// Null when there is none.
[[nodiscard]] const CaseRecord* find(const AgentRecords& records, const suite::CaseId& id);

}  // namespace wsgauntlet::report
