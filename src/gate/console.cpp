#include "gate/console.hpp"

#include "base/text.hpp"
#include "base/word_wrap.hpp"
#include "gate/gate_text.hpp"
#include "report/explain.hpp"

#include <algorithm>
#include <map>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace wsgauntlet::gate {
namespace {

template <typename Key>
void addCounts(std::string& out, const std::map<Key, int>& counts) {
  std::string_view separator;
  for (const auto& [key, count] : counts) {
    out += fmt::format("{}{} {}", separator, count, play::name(key));
    separator = ", ";
  }
}

std::string totals(const std::string& agent, const report::AgentRecords& records,
                   std::size_t missing) {
  std::map<play::Behavior, int> behaviors;
  std::map<play::BehaviorClose, int> closings;
  for (const auto& [id, record] : records) {
    ++behaviors[record.behavior];
    ++closings[record.behaviorClose];
  }
  std::string out = fmt::format("{}: {} {}\n  behavior  ",
                                agent.empty() ? "(agent without a name)" : terminalText(agent),
                                records.size(), records.size() == 1 ? "case" : "cases");
  addCounts(out, behaviors);
  if (missing > 0) out += fmt::format("{}{} missing", records.empty() ? "" : ", ", missing);
  if (!closings.empty()) out += "\n  closing   ";
  addCounts(out, closings);
  return out + "\n";
}

/// 0 for events that were wrong, 1 for a connection that did not end as it must, 2 for a wrong
/// code.
int weight(const report::CaseRecord& record) {
  if (record.behavior == play::Behavior::failed) return 0;
  return report::outcome(record) == report::Outcome::fail ? 1 : 2;
}

/// What weighs more comes first, so that a cut list shows what matters.
std::vector<std::pair<std::string, const report::CaseRecord*>> failuresByWeight(
    const report::AgentRecords& records) {
  std::vector<std::pair<std::string, const report::CaseRecord*>> out;
  for (const auto& [id, record] : records) {
    if (report::isFailure(record)) out.emplace_back(id.str(), &record);
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return weight(*a.second) < weight(*b.second);
  });
  return out;
}

std::string failures(const report::AgentRecords& records, const SummaryOptions& options) {
  const auto all = failuresByWeight(records);
  const std::size_t shown = std::min(all.size(), options.mostFailures);
  std::size_t width = 0;
  for (std::size_t i = 0; i < shown; ++i) width = std::max(width, all[i].first.size());
  std::string out;
  for (std::size_t i = 0; i < shown; ++i) {
    const auto& [id, record] = all[i];
    const std::string text =
        fmt::format("{} / {}  {}", play::name(record->behavior), play::name(record->behaviorClose),
                    report::sentence(record->why));
    out += fmt::format("  {:<{}}  {}\n", id, width, hanging(text, width + 4, options.columns));
  }
  if (shown < all.size()) out += fmt::format("  … and {} more\n", all.size() - shown);
  return out;
}

}  // namespace

std::string summary(const report::Records& records, std::span<const suite::Case* const> cases,
                    const SummaryOptions& options) {
  std::string out;
  for (const auto& [agent, ofAgent] : records) {
    std::size_t missing = 0;
    for (const suite::Case* testCase : cases) {
      if (report::find(ofAgent, testCase->id) == nullptr) ++missing;
    }
    if (!out.empty()) out += '\n';
    out += totals(agent, ofAgent, missing);
    out += failures(ofAgent, options);
  }
  return withoutCommands(out);
}

}  // namespace wsgauntlet::gate
