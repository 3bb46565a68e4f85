#include "report/store/run_record.hpp"

#include "base/atomic_file.hpp"
#include "report/store/report_files.hpp"
#include "report/store/stored_json.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::report {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kName = "run.json";
constexpr int kRecordFormat = 1;
constexpr std::uint64_t kMaxShards = 1000;

constexpr std::array<std::pair<RunState, std::string_view>, 3> kStates = {{
    {RunState::running, "running"},
    {RunState::interrupted, "interrupted"},
    {RunState::finished, "finished"},
}};

std::string_view nameOf(RunState state) {
  return std::find_if(kStates.begin(), kStates.end(),
                      [state](const auto& one) { return one.first == state; })
      ->second;
}

RunState stateOf(const StoredJson& json) {
  const std::string& text = json.text();
  for (const auto& [state, name] : kStates) {
    if (name == text) return state;
  }
  json.fail("expected running, interrupted or finished");
}

template <typename Ids>
ordered_json idsJson(const Ids& ids) {
  ordered_json out = ordered_json::array();
  for (const suite::CaseId& id : ids) out.push_back(id.str());
  return out;
}

std::vector<suite::CaseId> idsOf(const StoredJson& json) {
  std::vector<suite::CaseId> ids;
  for (const StoredJson& entry : json.elements()) {
    const auto id = suite::CaseId::parse(entry.text());
    if (!id) entry.fail("expected a case id such as 1.1.1");
    ids.push_back(*id);
  }
  return ids;
}

void readShards(const StoredJson& json, RunRecord& record) {
  if (json.isNull()) return;
  record.shards = static_cast<int>(json.at("count").integer(kMaxShards));
  for (const StoredJson& shard : json.at("present").elements()) {
    record.present.insert(static_cast<int>(shard.integer(kMaxShards)));
  }
}

RunRecord runRecordOf(const StoredJson& file) {
  file.expectObject();
  if (file.at("format").integer(kMaxShards) != kRecordFormat) {
    file.at("format").fail(fmt::format("expected {}", kRecordFormat));
  }
  RunRecord record;
  record.state = stateOf(file.at("state"));
  record.server = file.at("role").text() == "fuzzingserver";
  record.started = wallTimeOf(file.at("started"));
  if (!file.at("ended").isNull()) record.ended = wallTimeOf(file.at("ended"));
  record.cases = idsOf(file.at("cases"));
  for (const StoredJson& agent : file.at("agents").elements()) {
    record.agents.push_back(agent.text());
  }
  const StoredJson excluded = file.at("excluded");
  excluded.expectObject();
  for (const auto& [agent, list] : excluded.value().items()) {
    const auto ids = idsOf(excluded.child(list, agent));
    record.excluded[agent].insert(ids.begin(), ids.end());
  }
  readShards(file.at("shards"), record);
  return record;
}

}  // namespace

void writeRunRecord(const fs::path& folder, const RunRecord& record) {
  ordered_json json;
  json["format"] = kRecordFormat;
  json["program"] = "wsgauntlet " WSGAUNTLET_VERSION;
  json["role"] = record.server ? "fuzzingserver" : "fuzzingclient";
  json["state"] = std::string(nameOf(record.state));
  json["started"] = formatUtc(record.started);
  json["ended"] = record.ended ? ordered_json(formatUtc(*record.ended)) : ordered_json();
  json["agents"] = record.agents;
  json["shards"] = ordered_json();
  if (record.shards > 0) {
    json["shards"] = {{"count", record.shards}, {"present", record.present}};
  }
  json["excluded"] = ordered_json::object();
  for (const auto& [agent, ids] : record.excluded) json["excluded"][agent] = idsJson(ids);
  json["cases"] = idsJson(record.cases);
  replaceFile(folder / kName,
              json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n");
}

std::optional<RunRecord> readRunRecord(const fs::path& folder) {
  std::error_code error;
  if (!fs::exists(fs::symlink_status(folder / kName, error))) return std::nullopt;
  StoredFile file((folder / kName).string(), readReportFile(folder, kName));
  return runRecordOf(file.root());
}

RunRecord mergeRunRecords(std::span<const RunRecord> parts) {
  RunRecord whole;
  whole.state = RunState::finished;
  std::set<suite::CaseId> cases;
  std::set<std::string> agents;
  for (const RunRecord& part : parts) {
    const bool first = &part == &parts.front();
    whole.state = std::min(whole.state, part.state);
    whole.server = (first || whole.server) && part.server;
    whole.started = first ? part.started : std::min(whole.started, part.started);
    if (part.ended) whole.ended = std::max(whole.ended.value_or(*part.ended), *part.ended);
    cases.insert(part.cases.begin(), part.cases.end());
    agents.insert(part.agents.begin(), part.agents.end());
    for (const auto& [agent, ids] : part.excluded) {
      whole.excluded[agent].insert(ids.begin(), ids.end());
    }
    whole.shards = std::max(whole.shards, part.shards);
    whole.present.insert(part.present.begin(), part.present.end());
  }
  whole.cases.assign(cases.begin(), cases.end());
  whole.agents.assign(agents.begin(), agents.end());
  return whole;
}

std::vector<std::string> unfinished(const RunRecord& record) {
  std::vector<std::string> reasons;
  // Clients may have had all they wanted from a server that was killed: missing cases tell.
  if (record.state != RunState::finished && !record.server) {
    reasons.push_back(record.state == RunState::interrupted
                          ? "the run was interrupted"
                          : "the run has not ended, or it was killed");
  }
  std::vector<int> absent;
  for (int number = 1; number <= record.shards; ++number) {
    if (!record.present.contains(number)) absent.push_back(number);
  }
  if (!absent.empty()) {
    reasons.push_back(fmt::format("of the {} shards of the run {} {} not here: {}", record.shards,
                                  absent.size(), absent.size() == 1 ? "is" : "are",
                                  fmt::join(absent, ", ")));
  }
  return reasons;
}

}  // namespace wsgauntlet::report
