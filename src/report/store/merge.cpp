#include "report/store/merge.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/text.hpp"
#include "report/pages/case_page.hpp"
#include "report/pages/index_page.hpp"
#include "report/store/folder.hpp"
#include "report/store/json.hpp"
#include "report/store/reader.hpp"
#include "report/store/report_files.hpp"
#include "report/store/run_record.hpp"
#include "report/store/sidecar.hpp"

#include <map>
#include <memory>
#include <set>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

namespace fs = std::filesystem;

/// A result and where its files lie.
struct Source {
  const StoredReports* folder = nullptr;
  CaseRecord record;
};

/// Gathers results, and then copies their files.
class Merge {
 public:
  Merge(const suite::Catalogue& catalogue, const MergeOptions& options)
      : catalogue_(catalogue), options_(options) {}

  void add(const fs::path& path) {
    StoredReports& stored =
        *folders_.emplace_back(std::make_unique<StoredReports>(path, catalogue_));
    const std::vector<std::string> broken = stored.addDetails();
    for (const std::string& problem : broken) problems_.push_back({{}, problem});
    if (auto run = readRunRecord(path)) runs_.push_back(*std::move(run));
    for (const auto& [agent, ofAgent] : stored.records()) {
      for (const auto& [id, record] : ofAgent) addResult(agent, id, {&stored, record});
    }
    for (const suite::Case* testCase : stored.cases()) cases_.emplace(testCase->id, testCase);
  }

  MergeCount write(const fs::path& to, WallTime now) {
    if (!problems_.empty()) throw InputError(std::move(problems_));
    makeWritableFolder(to);
    MergeCount count;
    Records records;
    for (const auto& [agent, results] : results_) {
      ++count.agents;
      for (const auto& [id, source] : results) {
        const std::string name = fmt::format("{}_case_{}.json", stems_.at(agent), id.str('_'));
        copy(source, to, name);
        CaseRecord& record = records[agent][id] = source.record;
        record.reportFile = name;
        ++count.results;
      }
    }
    for (const suite::Case* testCase : options_.cases) cases_.emplace(testCase->id, testCase);
    std::vector<const suite::Case*> rows;
    for (const auto& [id, testCase] : cases_) rows.push_back(testCase);
    replaceFile(to / "index.html", indexPage(records, rows, now));
    replaceFile(to / "index.json", indexJson(records));
    // One folder without a record could lack anything.
    if (runs_.size() == folders_.size()) writeRunRecord(to, mergeRunRecords(runs_));
    return count;
  }

 private:
  void addResult(const std::string& agent, const suite::CaseId& id, Source source) {
    chooseStem(agent, id, source.record.reportFile);
    auto& results = results_[agent];
    const auto [known, isNew] = results.try_emplace(id, source);
    if (isNew) return;
    if (!options_.preferLater && text(known->second) != text(source)) {
      problems_.push_back(
          {{},
           fmt::format("{} and {} have different results of case {} of {}; --prefer-later takes "
                       "the last one",
                       known->second.folder->folder().string(), source.folder->folder().string(),
                       id.str(), terminalText(agent))});
      return;
    }
    if (options_.preferLater) known->second = std::move(source);
  }

  /// The start of an agent's file names: that of its first folder, unless another agent has it.
  void chooseStem(const std::string& agent, const suite::CaseId& id, const std::string& file) {
    if (stems_.contains(agent)) return;
    const std::string end = fmt::format("_case_{}.json", id.str('_'));
    const std::string wanted = file.ends_with(end) ? file.substr(0, file.size() - end.size())
                                                   : cleanAgent(agent).substr(0, kMaxStem);
    std::string unique = wanted;
    for (int number = 2; !takenStems_.insert(unique).second; ++number) {
      unique = fmt::format("{}_{}", wanted, number);
    }
    stems_.emplace(agent, unique);
  }

  static std::string text(const Source& source) {
    return readReportFile(source.folder->folder(), source.record.reportFile);
  }

  /// A page whose name stays is taken as it is; another one has links that must change.
  void copy(const Source& source, const fs::path& to, const std::string& name) const {
    const StoredResult result = source.folder->result(source.record);
    const std::string page = pageName(source.record.reportFile);
    std::error_code error;
    const bool take =
        name == source.record.reportFile &&
        fs::symlink_status(source.folder->folder() / page, error).type() == fs::file_type::regular;
    replaceFile(to / pageName(name),
                take ? readReportFile(source.folder->folder(), page) : casePage(result.result));
    replaceFile(to / name, text(source));
    copySidecar(source.folder->folder(), source.record.reportFile, to, name);
  }

  static constexpr std::size_t kMaxStem = 160;

  const suite::Catalogue& catalogue_;
  const MergeOptions& options_;
  std::vector<std::unique_ptr<StoredReports>> folders_;
  std::vector<RunRecord> runs_;
  std::vector<Problem> problems_;
  std::map<std::string, std::map<suite::CaseId, Source>> results_;
  std::map<suite::CaseId, const suite::Case*> cases_;
  std::map<std::string, std::string> stems_;
  std::set<std::string> takenStems_;
};

void renderPage(StoredReports& stored, const AgentRecords& results,
                AgentRecords::const_iterator at) {
  Neighbours neighbours;
  CaseLinks links;
  if (at != results.begin()) {
    const auto previous = std::prev(at);
    neighbours.previous = stored.findCase(previous->first);
    links.previous = pageName(previous->second.reportFile);
  }
  if (const auto next = std::next(at); next != results.end()) {
    neighbours.next = stored.findCase(next->first);
    links.next = pageName(next->second.reportFile);
  }
  const StoredResult result = stored.result(at->second);
  links.self = pageName(at->second.reportFile);
  replaceFile(stored.folder() / links.self, casePage(result.result, neighbours, links));
}

}  // namespace

MergeCount mergeFolders(std::span<const fs::path> from, const fs::path& to,
                        const suite::Catalogue& catalogue, WallTime now,
                        const MergeOptions& options) {
  Merge merge(catalogue, options);
  for (const fs::path& folder : from) merge.add(folder);
  return merge.write(to, now);
}

std::size_t renderFolder(const fs::path& folder, const suite::Catalogue& catalogue, WallTime now) {
  StoredReports stored(folder, catalogue);
  std::size_t pages = 0;
  for (const auto& [agent, results] : stored.records()) {
    for (auto at = results.begin(); at != results.end(); ++at, ++pages) {
      renderPage(stored, results, at);
    }
  }
  const std::vector<std::string> problems = stored.addDetails();
  if (!problems.empty()) throw InputError(fmt::format("{}", fmt::join(problems, "\n")));
  const std::vector<const suite::Case*> cases = stored.cases();
  replaceFile(folder / "index.html", indexPage(stored.records(), cases, now));
  return pages;
}

}  // namespace wsgauntlet::report
