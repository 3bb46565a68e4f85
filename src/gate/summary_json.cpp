#include "gate/summary_json.hpp"

#include <map>

#include <nlohmann/json.hpp>

namespace wsgauntlet::gate {
namespace {

using Json = nlohmann::ordered_json;

std::string_view statusWord(GateStatus status) {
  switch (status) {
    case GateStatus::passed:
      return "passed";
    case GateStatus::failed:
      return "failed";
    case GateStatus::incomplete:
      break;
  }
  return "incomplete";
}

/// Every judgement, so that a reader need not ask whether a key is there.
Json tallyJson(const JudgementTally& tally) {
  Json json = Json::object();
  json["cases"] = tally.all();
  json["red"] = tally.red();
  for (std::size_t i = 0; i < kJudgements; ++i) {
    const auto judgement = static_cast<Judgement>(i);
    json[std::string(word(judgement))] = tally.of(judgement);
  }
  return json;
}

template <typename Count>
Json verdictCounts(const AgentJudgement& agent, Count&& verdictOf) {
  std::map<std::string, int> counts;
  for (const CaseJudgement& one : agent.cases) {
    if (one.record != nullptr) ++counts[std::string(verdictOf(*one.record))];
  }
  return counts.empty() ? Json::object() : Json(counts);
}

Json categoriesJson(const AgentJudgement& agent) {
  std::vector<std::pair<std::string, JudgementTally>> all;
  for (const CaseJudgement& one : agent.cases) {
    if (all.empty() || all.back().first != one.testCase->category) {
      all.emplace_back(one.testCase->category, JudgementTally{});
    }
    all.back().second.add(one.judgement);
  }
  Json json = Json::array();
  for (const auto& [title, tally] : all) {
    json.push_back({{"title", title}, {"totals", tallyJson(tally)}});
  }
  return json;
}

Json verdictJson(const report::CaseRecord& record) {
  return {{"behavior", play::name(record.behavior)},
          {"behaviorClose", play::name(record.behaviorClose)}};
}

void addRecord(Json& json, const report::CaseRecord& record) {
  json.update(verdictJson(record));
  json["remoteCloseCode"] = record.remoteCloseCode ? Json(*record.remoteCloseCode) : Json(nullptr);
  json["durationMs"] = record.durationMs;
  json["reportfile"] = record.reportFile;
  const report::Explanation& why = record.why;
  json["why"] = {{"sent", why.sent},
                 {"expected", why.expected},
                 {"received", why.received},
                 {"remark", why.remark}};
}

Json findingJson(const std::string& agent, const CaseJudgement& one, const RepeatCommand& repeat) {
  Json json = Json::object();
  json["case"] = one.testCase->id.str();
  json["judgement"] = word(one.judgement);
  json["red"] = isRed(one.judgement);
  json["description"] = one.testCase->description;
  json["sentence"] = findingSentence(one);
  if (one.record != nullptr) addRecord(json, *one.record);
  if (one.before != nullptr) json["baseline"] = verdictJson(*one.before);
  if (one.expectation != nullptr) {
    json["expectation"] = {{"reason", one.expectation->reason},
                           {"file", one.expectation->place.file},
                           {"line", one.expectation->place.line}};
  }
  if (repeat) json["repeat"] = repeat(agent, one.testCase->id);
  return json;
}

Json agentJson(const AgentJudgement& agent, const RepeatCommand& repeat) {
  Json json = Json::object();
  json["agent"] = agent.agent;
  json["totals"] = tallyJson(agent.tally());
  json["behavior"] = verdictCounts(
      agent, [](const report::CaseRecord& record) { return play::name(record.behavior); });
  json["behaviorClose"] = verdictCounts(
      agent, [](const report::CaseRecord& record) { return play::name(record.behaviorClose); });
  json["categories"] = categoriesJson(agent);
  json["findings"] = Json::array();
  for (const CaseJudgement& one : agent.cases) {
    if (one.judgement == Judgement::passed) continue;
    json["findings"].push_back(findingJson(agent.agent, one, repeat));
  }
  return json;
}

}  // namespace

std::string summaryJson(const Gate& gate, WallTime written, const RepeatCommand& repeat) {
  Json json = Json::object();
  json["format"] = 1;
  json["tool"] = {{"name", "wsgauntlet"}, {"version", WSGAUNTLET_VERSION}};
  json["written"] = formatUtc(written);
  json["status"] = statusWord(gate.status);
  json["policy"] = gate.policy;
  json["missingAllowed"] = gate.missingAllowed;
  json["totals"] = tallyJson(gate.tally());
  json["notes"] = gate.notes;
  json["agents"] = Json::array();
  for (const AgentJudgement& agent : gate.agents)
    json["agents"].push_back(agentJson(agent, repeat));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace wsgauntlet::gate
