#include "roles/case_progress.hpp"

#include "websocket/http.hpp"

#include <algorithm>

namespace wsgauntlet::roles {

std::optional<int> CaseProgress::number(const std::optional<std::string>& caseNumber,
                                        const std::optional<std::string>& caseTuple) const {
  if (caseNumber) {
    const auto number = websocket::parseNumber(*caseNumber, static_cast<int>(cases_.size()));
    return number && *number >= 1 ? number : std::nullopt;
  }
  if (!caseTuple) return std::nullopt;
  const auto id = suite::CaseId::parse(websocket::trim(*caseTuple));
  if (!id) return std::nullopt;
  const auto found = std::find_if(cases_.begin(), cases_.end(),
                                  [&](const suite::Case* one) { return one->id == *id; });
  if (found == cases_.end()) return std::nullopt;
  return static_cast<int>(found - cases_.begin()) + 1;
}

void CaseProgress::begin(const std::string& agent, int number) {
  agents_[agent].results.erase(number);
}

void CaseProgress::add(const std::string& agent, int number, play::Behavior behavior) {
  Agent& entry = agents_[agent];
  entry.results[number] = behavior;
  const auto waiting = entry.waiters.extract(number);
  if (waiting.empty()) return;
  for (const Waiter& waiter : waiting.mapped()) waiter(behavior);
}

void CaseProgress::whenDone(const std::string& agent, int number, Waiter waiter) {
  Agent& entry = agents_[agent];
  if (const auto found = entry.results.find(number); found != entry.results.end()) {
    waiter(found->second);
  } else {
    entry.waiters[number].push_back(std::move(waiter));
  }
}

std::size_t CaseProgress::done(const std::string& agent) const {
  const auto found = agents_.find(agent);
  return found == agents_.end() ? 0 : found->second.results.size();
}

}  // namespace wsgauntlet::roles
