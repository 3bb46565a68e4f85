#include "roles/scheduler.hpp"

#include <algorithm>
#include <utility>

namespace wsgauntlet::roles {

using suite::Kind;

Scheduler::Scheduler(const std::vector<const suite::Case*>& cases, Limits limits,
                     std::size_t servers)
    : limits_(limits), servers_(servers, Server{PeerPace(limits.jobs), {}, {}, false}) {
  for (std::size_t i = 0; i < servers; ++i) {
    Server& server = servers_[i];
    for (const suite::Case* one : cases) {
      const bool alone = limits_.jobs == 1 || one->kind == Kind::measures;
      std::deque<Turn>& lane = alone                      ? measures_
                               : one->kind == Kind::moves ? server.moves
                                                          : server.waits;
      lane.push_back({i, one, Round::first, alone});
    }
    // The longest first: then none of them is left over at the end.
    std::stable_sort(server.waits.begin(), server.waits.end(), [](const Turn& a, const Turn& b) {
      return a.testCase->cost > b.testCase->cost;
    });
  }
}

std::optional<Scheduler::Turn> Scheduler::next() {
  if (isStopped_) return std::nullopt;
  if (auto turn = nextInParallel()) return turn;
  if (running_ > 0 || !parallelLanesAreEmpty()) return std::nullopt;
  if (!measures_.empty()) return start(measures_);
  if (!together_.empty()) return nextOf(together_);
  if (!stretched_.empty()) return nextOf(stretched_);
  if (!isolated_.empty()) return start(isolated_);
  return std::nullopt;
}

std::optional<Scheduler::Turn> Scheduler::nextOf(std::vector<Turn>& round) {
  for (const Turn& turn : std::exchange(round, {})) {
    Server& server = servers_[turn.server];
    (turn.testCase->kind == Kind::moves ? server.moves : server.waits).push_back(turn);
  }
  return nextInParallel();
}

std::optional<Scheduler::Turn> Scheduler::nextInParallel() {
  for (std::size_t i = 0; i < servers_.size() && running_ < limits_.jobs; ++i) {
    Server& server = servers_[(nextServer_ + i) % servers_.size()];
    if (!server.pace.mayStart()) continue;
    const bool mayMove = !server.moves.empty() && movesRunning_ < limits_.cores;
    if (server.waits.empty() && !mayMove) continue;
    nextServer_ = (nextServer_ + i + 1) % servers_.size();
    return start(server.waits.empty() ? server.moves : server.waits);
  }
  return std::nullopt;
}

bool Scheduler::parallelLanesAreEmpty() const {
  return std::all_of(servers_.begin(), servers_.end(), [](const Server& server) {
    return server.waits.empty() && server.moves.empty();
  });
}

Scheduler::Turn Scheduler::start(std::deque<Turn>& lane) {
  const Turn turn = lane.front();
  lane.pop_front();
  ++running_;
  if (turn.testCase->kind == Kind::moves) ++movesRunning_;
  return turn;
}

void Scheduler::becameQuiet(Turn& turn) {
  if (turn.testCase->kind != Kind::moves || turn.isQuiet || pace(turn.server).isSlow()) return;
  turn.isQuiet = true;
  --movesRunning_;
}

void Scheduler::ended(const Turn& turn) {
  --running_;
  if (turn.testCase->kind == Kind::moves && !turn.isQuiet) --movesRunning_;
}

void Scheduler::repeat(const Turn& turn, Round round) {
  if (servers_[turn.server].isAbandoned) return;
  const Turn again{turn.server, turn.testCase, round, round == Round::isolated};
  if (round == Round::isolated) {
    isolated_.push_back(again);
  } else {
    (round == Round::together ? together_ : stretched_).push_back(again);
  }
}

bool Scheduler::finished() const {
  if (isStopped_) return true;
  return running_ == 0 && parallelLanesAreEmpty() && measures_.empty() && together_.empty() &&
         stretched_.empty() && isolated_.empty();
}

void Scheduler::abandon(std::size_t server) {
  const auto isTheirs = [&](const Turn& turn) { return turn.server == server; };
  servers_[server].isAbandoned = true;
  servers_[server].waits.clear();
  servers_[server].moves.clear();
  std::erase_if(measures_, isTheirs);
  std::erase_if(together_, isTheirs);
  std::erase_if(stretched_, isTheirs);
  std::erase_if(isolated_, isTheirs);
}

}  // namespace wsgauntlet::roles
