#include "report/store/reader.hpp"

#include "base/error.hpp"
#include "report/explain.hpp"
#include "report/store/report_files.hpp"
#include "report/store/stored_case.hpp"
#include "report/store/stored_json.hpp"

#include <limits>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

namespace fs = std::filesystem;

CaseRecord recordOf(const StoredJson& entry) {
  CaseRecord record;
  record.behavior = readBehavior(entry.at("behavior"));
  record.behaviorClose = readBehaviorClose(entry.at("behaviorClose"));
  record.durationMs = static_cast<std::int64_t>(
      entry.at("duration").integer(std::numeric_limits<std::int64_t>::max()));
  record.remoteCloseCode = entry.at("remoteCloseCode").integerOrNull<std::uint16_t>();
  const StoredJson file = entry.at("reportfile");
  if (!isReportName(file.text())) {
    file.fail("expected the name of a JSON file of this folder, like agent_case_1_1_1.json");
  }
  record.reportFile = file.text();
  return record;
}

Records readIndex(const std::string& name, const std::string& text) {
  StoredFile file(name, text);
  const StoredJson root = file.root();
  root.expectObject();
  Records records;
  for (const auto& [agent, casesOfAgent] : root.value().items()) {
    const StoredJson cases = root.child(casesOfAgent, agent);
    cases.expectObject();
    auto& ofAgent = records[agent];
    for (const auto& [id, record] : cases.value().items()) {
      const StoredJson entry = cases.child(record, id);
      const auto parsed = suite::CaseId::parse(id);
      if (!parsed) entry.fail("expected a case id such as 1.1.1 as key");
      ofAgent.insert_or_assign(*parsed, recordOf(entry));
    }
  }
  return records;
}

}  // namespace

StoredReports::StoredReports(fs::path folder, const suite::Catalogue& catalogue)
    : folder_(std::move(folder)), catalogue_(&catalogue) {
  if (!fs::is_directory(folder_)) {
    throw InputError(fmt::format("{}: there is no such report folder", folder_.string()));
  }
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
  foreign = foreignCase(id);
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
  return readStored(folder_, record.reportFile, *catalogue_);
}

}  // namespace wsgauntlet::report
