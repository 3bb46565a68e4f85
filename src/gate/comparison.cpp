#include "gate/comparison.hpp"

#include <algorithm>

namespace wsgauntlet::gate {
namespace {

int rank(play::Behavior behavior) {
  switch (behavior) {
    case play::Behavior::ok:
    case play::Behavior::informational:
      return 0;
    case play::Behavior::nonStrict:
      return 1;
    case play::Behavior::unimplemented:
      return 2;
    case play::Behavior::failed:
      break;
  }
  return 3;
}

int rank(play::BehaviorClose close) {
  switch (close) {
    case play::BehaviorClose::ok:
    case play::BehaviorClose::informational:
      return 0;
    case play::BehaviorClose::wrongCode:
    case play::BehaviorClose::failedByClient:
      return 1;
    case play::BehaviorClose::unclean:
      return 2;
    case play::BehaviorClose::failed:
      break;
  }
  return 3;
}

bool equalVerdicts(const report::CaseRecord& a, const report::CaseRecord& b) {
  return a.behavior == b.behavior && a.behaviorClose == b.behaviorClose;
}

CaseChange::Kind kindOf(const report::CaseRecord& before, const report::CaseRecord& after) {
  switch (trend(before, after)) {
    case Trend::worse:
      return CaseChange::Kind::worse;
    case Trend::better:
      return CaseChange::Kind::better;
    case Trend::same:
      break;
  }
  return CaseChange::Kind::changed;
}

void compareCases(AgentChanges& out, const report::AgentRecords& before,
                  const report::AgentRecords& after) {
  for (const auto& [id, record] : after) {
    const report::CaseRecord* old = report::find(before, id);
    if (old == nullptr) {
      out.changes.push_back({id, CaseChange::Kind::added, nullptr, &record});
    } else if (equalVerdicts(*old, record)) {
      ++out.same;
    } else {
      out.changes.push_back({id, kindOf(*old, record), old, &record});
    }
  }
  for (const auto& [id, record] : before) {
    if (report::find(after, id) == nullptr) {
      out.changes.push_back({id, CaseChange::Kind::gone, &record, nullptr});
    }
  }
  std::sort(out.changes.begin(), out.changes.end(),
            [](const CaseChange& a, const CaseChange& b) { return a.id < b.id; });
}

bool areSingle(const report::Records& before, const report::Records& after) {
  return before.size() == 1 && after.size() == 1;
}

}  // namespace

Trend trend(const report::CaseRecord& before, const report::CaseRecord& after) {
  const int behavior = rank(after.behavior) - rank(before.behavior);
  const int close = rank(after.behaviorClose) - rank(before.behaviorClose);
  if (behavior > 0 || close > 0) return Trend::worse;
  return behavior < 0 || close < 0 ? Trend::better : Trend::same;
}

std::vector<AgentChanges> compare(const report::Records& before, const report::Records& after) {
  static const report::AgentRecords kNone;
  std::vector<AgentChanges> agents;
  for (const auto& [agent, records] : after) {
    AgentChanges& changes = agents.emplace_back();
    const report::AgentRecords* old = counterpart(before, after, agent);
    changes.after = agent;
    changes.wasThere = old != nullptr;
    if (old != nullptr) changes.before = areSingle(before, after) ? before.begin()->first : agent;
    compareCases(changes, old != nullptr ? *old : kNone, records);
  }
  for (const auto& [agent, records] : before) {
    if (areSingle(before, after) || after.contains(agent)) continue;
    AgentChanges& changes = agents.emplace_back();
    changes.before = agent;
    changes.isThere = false;
    compareCases(changes, records, kNone);
  }
  return agents;
}

const report::AgentRecords* counterpart(const report::Records& before, const report::Records& after,
                                        const std::string& agent) {
  if (const auto found = before.find(agent); found != before.end()) return &found->second;
  return areSingle(before, after) ? &before.begin()->second : nullptr;
}

}  // namespace wsgauntlet::gate
