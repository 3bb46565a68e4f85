#include "report/store/reader.hpp"

#include "base/error.hpp"
#include "base/json_source.hpp"
#include "report/explain.hpp"
#include "report/store/stored_json.hpp"
#include "report/store/timing.hpp"

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
  if (!behaviorValue) behavior.fail("this is not a verdict of a case");
  if (!closeValue) close.fail("this is not a verdict of a closing");
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
  for (const auto& [agent, unusedCases] : source.root().items()) {
    const StoredJson cases = root.at(agent);
    cases.expectObject();
    auto& ofAgent = records[agent];
    for (const auto& [id, unusedEntry] : cases.value().items()) {
      const StoredJson entry = cases.at(id);
      const auto parsed = suite::CaseId::parse(id);
      if (!parsed) entry.fail("expected a case id such as 1.1.1 as key");
      ofAgent.insert_or_assign(*parsed, recordOf(entry));
    }
  }
  return records;
}

/// `<agent>_case_<digits>.json`, and a regular file: a link could lead anywhere.
bool isCaseFile(const fs::directory_entry& entry) {
  std::error_code error;
  const std::string name = entry.path().filename().string();
  const std::size_t mark = name.rfind("_case_");
  if (!isReportName(name) || mark == std::string::npos) return false;
  const std::string digits = name.substr(mark + 6, name.size() - mark - 6 - 5);
  return digits.find_first_not_of("0123456789_") == std::string::npos &&
         entry.symlink_status(error).type() == fs::file_type::regular;
}

}  // namespace

std::optional<play::Behavior> behaviorOf(std::string_view word) {
  return named(kBehaviors, word);
}

std::optional<play::BehaviorClose> behaviorCloseOf(std::string_view word) {
  return named(kCloseBehaviors, word);
}

bool isReportName(std::string_view name) {
  constexpr std::string_view kForbidden{"/\\\0", 3};
  return name.ends_with(".json") && name.size() > 5 && name.front() != '.' &&
         name.find_first_of(kForbidden) == std::string_view::npos && name != "index.json";
}

std::string readReportFile(const fs::path& folder, const std::string& name) {
  const fs::path path = folder / name;
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::not_found) refuse(path, "there is no such file");
  if (status.type() != fs::file_type::regular) refuse(path, "this is not a regular file");
  return readFile(path.string());
}

std::vector<std::string> unlistedFiles(const fs::path& folder) {
  std::error_code error;
  const fs::file_time_type listed = fs::last_write_time(folder / "index.json", error);
  const bool all = static_cast<bool>(error);
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (!isCaseFile(entry)) continue;
    if (all || entry.last_write_time(error) > listed) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

StoredResult readResult(const fs::path& file, const suite::Catalogue& catalogue) {
  StoredResult stored = parseResult(file.string(), readFile(file.string()), catalogue);
  addTiming(file.parent_path(), file.filename().string(), stored.result);
  return stored;
}

StoredReports::StoredReports(fs::path folder, const suite::Catalogue& catalogue)
    : folder_(std::move(folder)), catalogue_(&catalogue) {
  if (!fs::is_directory(folder_)) refuse(folder_, "there is no such report folder");
  records_ = readIndex((folder_ / "index.json").string(), readReportFile(folder_, "index.json"));
}

std::vector<std::string> StoredReports::addDetails() {
  std::vector<std::string> problems;
  for (auto& [agent, ofAgent] : records_) {
    for (auto& [id, record] : ofAgent) {
      const suite::Case* known = catalogue_->find(id);
      const bool hasMore = isFailure(record) || known == nullptr || known->reportTime ||
                           known->reportCompressionRatio;
      if (!hasMore) continue;
      try {
        const StoredResult stored = result(record);
        const CaseRecord full = makeRecord(stored.result, record.reportFile);
        record.ratios = full.ratios;
        record.roundTrips = full.roundTrips;
        if (!isFailure(record)) continue;
        record.why = explain(stored.result);
        record.run = stored.result.run;
      } catch (const InputError& error) {
        problems.emplace_back(error.what());
      }
    }
  }
  return problems;
}

const suite::Case* StoredReports::findCase(const suite::CaseId& id) {
  if (const suite::Case* known = catalogue_->find(id)) return known;
  std::unique_ptr<suite::Case>& foreign = foreignCases_[id];
  if (foreign != nullptr) return foreign.get();
  for (const auto& [agent, ofAgent] : records_) {
    const CaseRecord* record = find(ofAgent, id);
    if (record == nullptr) continue;
    try {
      foreign = result(*record).ownCase;
      if (foreign != nullptr) return foreign.get();
    } catch (const InputError&) {
      // Another agent may have a file that can be read.
    }
  }
  foreign = std::make_unique<suite::Case>();
  foreign->id = id;
  foreign->suite = "other";
  foreign->category = std::to_string(id.parts().front());
  return foreign.get();
}

std::vector<const suite::Case*> StoredReports::cases() {
  std::map<suite::CaseId, const suite::Case*> all;
  for (const auto& [agent, ofAgent] : records_) {
    for (const auto& [id, record] : ofAgent) {
      if (!all.contains(id)) all[id] = findCase(id);
    }
  }
  std::vector<const suite::Case*> out;
  out.reserve(all.size());
  for (const auto& [id, testCase] : all) out.push_back(testCase);
  return out;
}

StoredResult StoredReports::result(const CaseRecord& record) const {
  const std::string name = (folder_ / record.reportFile).string();
  StoredResult stored = parseResult(name, readReportFile(folder_, record.reportFile), *catalogue_);
  addTiming(folder_, record.reportFile, stored.result);
  return stored;
}

}  // namespace wsgauntlet::report
