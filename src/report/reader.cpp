#include "report/reader.hpp"

#include "base/error.hpp"
#include "base/json_source.hpp"
#include "report/explain.hpp"
#include "report/stored_json.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <system_error>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

namespace fs = std::filesystem;

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

[[noreturn]] void refuse(const fs::path& file, std::string message) {
  throw InputError(std::vector<Problem>{{{file.string(), 0, ""}, std::move(message)}});
}

CaseRecord recordOf(const StoredJson& entry) {
  CaseRecord record;
  const StoredJson behavior = entry.at("behavior");
  const StoredJson close = entry.at("behaviorClose");
  const auto behaviorValue = behaviorOf(behavior.text());
  const auto closeValue = behaviorCloseOf(close.text());
  if (!behaviorValue) behavior.fail("this is no verdict of a case");
  if (!closeValue) close.fail("this is no verdict of a closing");
  record.behavior = *behaviorValue;
  record.behaviorClose = *closeValue;
  record.durationMs = static_cast<std::int64_t>(
      entry.at("duration").integer(std::numeric_limits<std::int64_t>::max()));
  record.remoteCloseCode = entry.at("remoteCloseCode").integerOrNull<std::uint16_t>(65535);
  const StoredJson file = entry.at("reportfile");
  if (!isReportName(file.text())) {
    file.fail("expected the name of a JSON file of this folder, like agent_case_1_1_1.json");
  }
  record.reportFile = file.text();
  return record;
}

Records readIndex(const std::string& name, const std::string& text) {
  const JsonSource source(name, text);
  const StoredJson root(name, text, source.root());
  root.expectObject();
  Records records;
  for (const auto& [agent, cases] : source.root().items()) {
    const std::string pointer = nlohmann::json::json_pointer().push_back(agent), "";
  }
  return records;
}

}  // namespace

}  // namespace wsgauntlet::report
