#include "roles/scheduler.hpp"

#include <algorithm>

namespace wsgauntlet::roles {

using suite::Kind;

Scheduler::Scheduler(const std::vector<const suite::Case*>& cases, Limits limits,
                     std::size_t servers)
    : limits_(limits) {
  for (std::size_t server = 0; server < servers; ++server) {
    for (const suite::Case* one : cases) {
      if (limits_.jobs == 1 || one->kind == Kind::measures) {
        alone_.push_back({server, one, false, true});
      } else {
        (one->kind == Kind::moves ? moves_ : waits_).push_back({server, one, false, false});
      }
    }
  }
  // The longest first: then none of them is left over at the end.
  std::stable_sort(waits_.begin(), waits_.end(), [](const Turn& a, const Turn& b) {
    return a.testCase->cost > b.testCase->cost;
  });
}

std::optional<Scheduler::Turn> Scheduler::start(std::deque<Turn>& lane) {
  const Turn turn = lane.front();
  lane.pop_front();
  ++running_;
  if (turn.testCase->kind == Kind::moves) ++movesRunning_;
  return turn;
}

std::optional<Scheduler::Turn> Scheduler::next() {
  if (!waits_.empty() && running_ < limits_.jobs) return start(waits_);
  if (!moves_.empty() && running_ < limits_.jobs && movesRunning_ < limits_.cores) {
    return start(moves_);
  }
  if (waits_.empty() && moves_.empty() && running_ == 0 && !alone_.empty()) return start(alone_);
  return std::nullopt;
}

bool Scheduler::ended(const Turn& turn, bool good) {
  --running_;
  if (turn.testCase->kind == Kind::moves) --movesRunning_;
  if (good || turn.alone) {
    ++done_;
    return true;
  }
  alone_.push_back({turn.server, turn.testCase, true, true});
  return false;
}

bool Scheduler::isRace(const suite::Case& testCase) {
  const auto waits = [](const suite::Step& step) {
    return std::holds_alternative<suite::Wait>(step.action);
  };
  return testCase.outcome || (testCase.expect.size() > 1 &&
                              std::none_of(testCase.script.begin(), testCase.script.end(), waits));
}

bool Scheduler::finished() const {
  return running_ == 0 && waits_.empty() && moves_.empty() && alone_.empty();
}

void Scheduler::abandon(std::size_t server) {
  const auto isTheirs = [&](const Turn& turn) { return turn.server == server; };
  std::erase_if(waits_, isTheirs);
  std::erase_if(moves_, isTheirs);
  std::erase_if(alone_, isTheirs);
}

}  // namespace wsgauntlet::roles
