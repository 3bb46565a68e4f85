#include "gate/expectations_update.hpp"

#include "gate/policy.hpp"
#include "suite/catalogue.hpp"
#include "suite/selection.hpp"

#include <algorithm>
#include <optional>
#include <set>
#include <tuple>

#include <nlohmann/json.hpp>

namespace wsgauntlet::gate {
namespace {

using Results = std::vector<NewExpectation>;

/// Ids by their numbers; patterns come after the ids with the same start.
using SortKey = std::tuple<std::optional<suite::CaseId>, std::string>;

SortKey sortKey(const std::string& pattern) {
  const std::size_t star = pattern.find('*');
  if (star == std::string::npos) return {suite::CaseId::parse(pattern), ""};
  const std::size_t dot = pattern.rfind('.', star);
  const std::string start = dot == std::string::npos ? "" : pattern.substr(0, dot);
  return {suite::CaseId::parse(start), pattern};
}

void sortCases(std::vector<std::string>& cases) {
  std::sort(cases.begin(), cases.end(),
            [](const std::string& a, const std::string& b) { return sortKey(a) < sortKey(b); });
  cases.erase(std::unique(cases.begin(), cases.end()), cases.end());
}

bool sameFailure(const Expectation& a, const Expectation& b) {
  return a.reason == b.reason && a.behavior == b.behavior && a.behaviorClose == b.behaviorClose &&
         a.sometimes == b.sometimes;
}

void add(std::vector<Expectation>& entries, Expectation entry) {
  const auto same = std::find_if(entries.begin(), entries.end(), [&entry](const Expectation& one) {
    return sameFailure(one, entry);
  });
  if (same == entries.end()) {
    entries.push_back(std::move(entry));
  } else {
    same->cases.insert(same->cases.end(), entry.cases.begin(), entry.cases.end());
  }
}

void sortEntries(Expectations& expectations) {
  for (auto& [agent, entries] : expectations.agents) {
    for (Expectation& entry : entries) sortCases(entry.cases);
    std::erase_if(entries, [](const Expectation& entry) { return entry.cases.empty(); });
    std::stable_sort(entries.begin(), entries.end(),
                     [](const Expectation& a, const Expectation& b) {
                       return std::tuple(sortKey(a.cases.front()), a.reason) <
                              std::tuple(sortKey(b.cases.front()), b.reason);
                     });
  }
  std::erase_if(expectations.agents, [](const auto& agent) { return agent.second.empty(); });
}

/// True when the entry is still right about a result.
bool holds(const Expectation& entry, const NewExpectation& result) {
  if (result.failure == nullptr) return entry.sometimes;
  return entry.agrees(*result.failure);
}

/// The patterns of an entry without the results that it is wrong about. A pattern that is wrong
/// about one case is replaced by the cases that it is right about.
std::vector<std::string> truePart(const Expectation& entry,
                                  const std::vector<const NewExpectation*>& results) {
  std::vector<std::string> out;
  for (const std::string& pattern : entry.cases) {
    bool wrong = false;
    std::vector<std::string> right;
    for (const NewExpectation* result : results) {
      if (!matchesCase(pattern, result->id)) continue;
      if (!holds(entry, *result)) {
        wrong = true;
      } else {
        right.push_back(result->id.str());
      }
    }
    if (!wrong) right = {pattern};
    out.insert(out.end(), right.begin(), right.end());
  }
  return out;
}

std::vector<const NewExpectation*> resultsOf(const std::string& agentPattern,
                                             const Results& results) {
  std::vector<const NewExpectation*> out;
  for (const NewExpectation& result : results) {
    if (suite::matchesWhole(agentPattern, result.agent)) out.push_back(&result);
  }
  return out;
}

Expectation entryFor(const NewExpectation& result, std::string reason) {
  Expectation entry;
  entry.cases = {result.id.str()};
  entry.reason = std::move(reason);
  entry.behavior = result.failure->behavior;
  entry.behaviorClose = result.failure->behaviorClose;
  return entry;
}

/// The key under which the new failures of an agent go: the first pattern that fits, or its name.
std::string keyFor(const Expectations& expectations, const std::string& agent) {
  for (const auto& [pattern, entries] : expectations.agents) {
    if (suite::matchesWhole(pattern, agent)) return pattern;
  }
  return agent;
}

}  // namespace

Expectations updateExpectations(const Expectations& old, const Results& results,
                                const std::string& reason) {
  Expectations out = old;
  for (auto& [pattern, entries] : out.agents) {
    const auto ofAgent = resultsOf(pattern, results);
    for (Expectation& entry : entries) entry.cases = truePart(entry, ofAgent);
  }
  for (const NewExpectation& result : results) {
    if (result.failure == nullptr) continue;
    const auto known = out.of(result.agent, result.id);
    const bool isKnown = std::any_of(known.begin(), known.end(), [&](const Expectation* entry) {
      return entry->agrees(*result.failure);
    });
    if (isKnown) continue;
    const auto before = old.of(result.agent, result.id);
    add(out.agents[keyFor(out, result.agent)],
        entryFor(result, before.empty() ? reason : before.front()->reason));
  }
  sortEntries(out);
  return out;
}

std::string formatExpectations(const Expectations& expectations) {
  using Json = nlohmann::ordered_json;
  Expectations sorted = expectations;
  sortEntries(sorted);
  Json root = Json::object();
  root["format"] = 1;
  if (!sorted.comment.empty()) root["comment"] = sorted.comment;
  Json& agents = root["agents"] = Json::object();
  for (const auto& [agent, entries] : sorted.agents) {
    Json& list = agents[agent] = Json::array();
    for (const Expectation& entry : entries) {
      Json one = Json::object();
      one["cases"] = entry.cases.size() == 1 ? Json(entry.cases.front()) : Json(entry.cases);
      if (entry.behavior) one["behavior"] = play::name(*entry.behavior);
      if (entry.behaviorClose) one["behaviorClose"] = play::name(*entry.behaviorClose);
      if (entry.sometimes) one["sometimes"] = true;
      one["reason"] = entry.reason;
      list.push_back(std::move(one));
    }
  }
  return root.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace wsgauntlet::gate
