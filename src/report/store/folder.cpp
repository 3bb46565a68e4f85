#include "report/store/folder.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "report/pages/index_page.hpp"
#include "report/store/json.hpp"
#include "report/store/reader.hpp"
#include "report/store/report_files.hpp"
#include "report/store/sidecar.hpp"

#include <algorithm>
#include <optional>
#include <system_error>
#include <vector>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

/// File systems allow 255 octets in a name; `_case_`, the id and a suffix need some of them.
constexpr std::size_t kMaxStem = 160;

/// The start of the name of a report file, before `_case_`; nothing when it is another name.
std::optional<std::string> stemOf(const std::string& reportFile, const suite::CaseId& id) {
  const std::string end = fmt::format("_case_{}.json", id.str('_'));
  if (!reportFile.ends_with(end)) return std::nullopt;
  return reportFile.substr(0, reportFile.size() - end.size());
}

}  // namespace

std::string cleanAgent(std::string_view agent) {
  std::string out;
  for (std::size_t i = 0; i < agent.size();) {
    const CodePoint c = codePointAt(agent, i);
    const bool upper = c.value >= 'A' && c.value <= 'Z';
    const char32_t lower = upper ? c.value - U'A' + U'a' : c.value;
    const bool keep = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    out += keep ? static_cast<char>(lower) : ' ';
    i += std::max<std::size_t>(1, c.length);
  }
  const std::size_t first = out.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  out = out.substr(first, out.find_last_not_of(' ') + 1 - first);
  std::replace(out.begin(), out.end(), ' ', '_');
  return out;
}

Folder::Folder(std::filesystem::path path) : path_(std::move(path)) {
  makeWritableFolder(path_);
}

std::size_t Folder::load(const suite::Catalogue& catalogue) {
  const std::lock_guard lock(mutex_);
  if (std::filesystem::exists(path_ / "index.json")) {
    StoredReports stored(path_, catalogue);
    stored.addDetails();
    for (const auto& [agent, ofAgent] : stored.records()) {
      for (const auto& [id, record] : ofAgent) {
        std::error_code error;
        if (!std::filesystem::exists(path_ / record.reportFile, error)) continue;
        const suite::Case* known = catalogue.find(id);
        keep(agent, known != nullptr ? *known : own(*stored.findCase(id)), record);
      }
    }
  }
  for (const std::string& name : unlistedFiles(path_)) loadUnlisted(name, catalogue);
  std::size_t results = 0;
  for (const auto& [agent, ofAgent] : records_) results += ofAgent.size();
  return results;
}

/// A file of a run that did not come to write its index. One that cannot be read is none: its case
/// runs again and the file is replaced.
void Folder::loadUnlisted(const std::string& name, const suite::Catalogue& catalogue) {
  try {
    const StoredResult stored = readStored(path_, name, catalogue);
    const suite::Case* known = catalogue.find(stored.result.testCase->id);
    keep(agentText(stored.result), known != nullptr ? *known : own(*stored.result.testCase),
         makeRecord(stored.result, name));
  } catch (const InputError&) {
    return;
  }
}

const suite::Case& Folder::own(const suite::Case& testCase) {
  return *ownCases_.emplace_back(std::make_unique<suite::Case>(testCase));
}

void Folder::keep(const std::string& agent, const suite::Case& testCase, CaseRecord record) {
  const auto start = stemOf(record.reportFile, testCase.id);
  if (start && takenStems_.insert(*start).second) stems_.emplace(agent, *start);
  records_[agent].insert_or_assign(testCase.id, std::move(record));
  cases_[testCase.id] = &testCase;
}

void Folder::write(const play::Result& result, const Neighbours& neighbours) {
  const std::string agent = agentText(result);
  std::string start;
  {
    const std::lock_guard lock(mutex_);
    start = stem(agent);
  }
  const auto nameOf = [&start](const suite::CaseId& id) {
    return fmt::format("{}_case_{}", start, id.str('_'));
  };
  const suite::CaseId& id = result.testCase->id;
  CaseLinks links;
  if (neighbours.previous != nullptr) links.previous = nameOf(neighbours.previous->id) + ".html";
  if (neighbours.next != nullptr) links.next = nameOf(neighbours.next->id) + ".html";
  const std::string name = nameOf(id);
  links.self = name + ".html";
  replaceFile(path_ / (name + ".json"), caseJson(result));
  replaceFile(path_ / (name + ".html"), casePage(result, neighbours, links));
  writeSidecar(path_, name + ".json", result);

  CaseRecord record = makeRecord(result, name + ".json");
  const std::lock_guard lock(mutex_);
  records_[agent].insert_or_assign(id, std::move(record));
  cases_[id] = result.testCase;
}

void Folder::writeIndex(std::span<const suite::Case* const> cases, WallTime now) {
  const std::lock_guard lock(mutex_);
  std::map<suite::CaseId, const suite::Case*> listed = cases_;
  for (const suite::Case* testCase : cases) listed[testCase->id] = testCase;
  std::vector<const suite::Case*> rows;
  rows.reserve(listed.size());
  for (const auto& [id, testCase] : listed) rows.push_back(testCase);
  replaceFile(path_ / "index.html", indexPage(records_, rows, now));
  replaceFile(path_ / "index.json", indexJson(records_));
}

Records Folder::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

std::optional<CaseRecord> Folder::record(const std::string& agent, const suite::CaseId& id) const {
  const std::lock_guard lock(mutex_);
  const auto ofAgent = records_.find(agent);
  if (ofAgent == records_.end()) return std::nullopt;
  const CaseRecord* found = find(ofAgent->second, id);
  return found == nullptr ? std::nullopt : std::optional(*found);
}

/// Two agents can be the same text once cleaned; the second one gets a number.
std::string Folder::stem(const std::string& agent) {
  const auto known = stems_.find(agent);
  if (known != stems_.end()) return known->second;
  const std::string cleaned = cleanAgent(agent).substr(0, kMaxStem);
  std::string unique = cleaned;
  for (int number = 2; !takenStems_.insert(unique).second; ++number) {
    unique = fmt::format("{}_{}", cleaned, number);
  }
  stems_.emplace(agent, unique);
  return unique;
}

}  // namespace wsgauntlet::report
