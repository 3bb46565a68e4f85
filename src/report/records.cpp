#include "report/records.hpp"

#include "base/text.hpp"
#include "report/explain.hpp"

#include <algorithm>

namespace wsgauntlet::report {
namespace {

constexpr std::array kBehaviors = {play::Behavior::ok, play::Behavior::nonStrict,
                                   play::Behavior::informational, play::Behavior::unimplemented,
                                   play::Behavior::failed};
constexpr std::array kCloseBehaviors = {
    play::BehaviorClose::ok,        play::BehaviorClose::informational,
    play::BehaviorClose::unclean,   play::BehaviorClose::failedByClient,
    play::BehaviorClose::wrongCode, play::BehaviorClose::failed};

template <typename Values>
auto named(const Values& values, std::string_view word)
    -> std::optional<typename Values::value_type> {
  const auto found = std::find_if(values.begin(), values.end(),
                                  [word](auto value) { return play::name(value) == word; });
  return found == values.end() ? std::nullopt : std::optional(*found);
}

std::optional<double> ratio(const play::TrafficStats::Direction& direction) {
  if (direction.octetsAppLevel == 0) return std::nullopt;
  return static_cast<double>(direction.octetsWebSocketLevel) /
         static_cast<double>(direction.octetsAppLevel);
}

Outcome worst(play::Behavior behavior, play::BehaviorClose close) {
  using play::Behavior;
  using play::BehaviorClose;
  if (behavior == Behavior::failed) return Outcome::fail;
  if (close == BehaviorClose::failed || close == BehaviorClose::unclean) return Outcome::fail;
  if (close == BehaviorClose::wrongCode || close == BehaviorClose::failedByClient) {
    return Outcome::closing;
  }
  if (behavior == Behavior::unimplemented) return Outcome::unimplemented;
  if (behavior == Behavior::nonStrict) return Outcome::nonStrict;
  return behavior == Behavior::informational ? Outcome::info : Outcome::pass;
}

}  // namespace

Outcome outcome(const CaseRecord& record) {
  return worst(record.behavior, record.behaviorClose);
}

bool isFailure(play::Behavior behavior, play::BehaviorClose behaviorClose) {
  const Outcome out = worst(behavior, behaviorClose);
  return out == Outcome::fail || out == Outcome::closing;
}

bool isFailure(const CaseRecord& record) {
  return isFailure(record.behavior, record.behaviorClose);
}

CaseRecord makeRecord(const play::Result& result, std::string reportFile) {
  CaseRecord record;
  record.behavior = result.behavior;
  record.behaviorClose = result.behaviorClose;
  record.durationMs = durationMs(result);
  record.remoteCloseCode = result.closing.remoteCloseCode;
  record.reportFile = std::move(reportFile);
  if (result.testCase->reportCompressionRatio && result.traffic) {
    record.ratios = {ratio(result.traffic->incoming), ratio(result.traffic->outgoing)};
  }
  if (!result.roundTrips.empty()) {
    std::vector<std::chrono::nanoseconds> sorted = result.roundTrips;
    std::sort(sorted.begin(), sorted.end());
    record.roundTrips = {percentile(sorted, 50), percentile(sorted, 99)};
  }
  if (isFailure(record)) {
    record.why = explain(result);
    record.run = result.run;
  }
  return record;
}

std::chrono::nanoseconds percentile(const std::vector<std::chrono::nanoseconds>& sorted,
                                    std::size_t percent) {
  return sorted[(sorted.size() - 1) * percent / 100];
}

std::int64_t durationMs(const play::Result& result) {
  return result.opened ? result.duration.count() : 0;
}

std::string pageName(const std::string& reportFile) {
  return reportFile.substr(0, reportFile.rfind(".json")) + ".html";
}

std::string agentText(const play::Result& result) {
  return replaceInvalid(result.agent);
}

const CaseRecord* find(const AgentRecords& records, const suite::CaseId& id) {
  const auto found = records.find(id);
  return found == records.end() ? nullptr : &found->second;
}

std::optional<play::Behavior> behaviorOf(std::string_view word) {
  return named(kBehaviors, word);
}

std::optional<play::BehaviorClose> behaviorCloseOf(std::string_view word) {
  return named(kCloseBehaviors, word);
}

std::string_view outcomeWord(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return "pass";
    case Outcome::nonStrict:
      return "nonstrict";
    case Outcome::info:
      return "info";
    case Outcome::unimplemented:
      return "unimplemented";
    case Outcome::closing:
      return "closing";
    case Outcome::fail:
      return "fail";
    case Outcome::missing:
      break;
  }
  return "missing";
}

std::string_view outcomeLabel(Outcome outcome) {
  switch (outcome) {
    case Outcome::pass:
      return "Pass";
    case Outcome::nonStrict:
      return "Non-Strict";
    case Outcome::info:
      return "Info";
    case Outcome::unimplemented:
      return "Unimplemented";
    case Outcome::closing:
      return "Closing";
    case Outcome::fail:
      return "Fail";
    case Outcome::missing:
      break;
  }
  return "Missing";
}

std::string shownAgent(const std::string& agent) {
  return agent.empty() ? "(agent without a name)" : agent;
}

}  // namespace wsgauntlet::report
