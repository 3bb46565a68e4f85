// Which case runs when: in parallel as far as no verdict and no measurement suffers.
#pragma once

#include "roles/peer_pace.hpp"
#include "suite/model.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace wsgauntlet::roles {

/// Which run of a case it is.
enum class Round {
  first,      ///< with others
  together,   ///< repeated with all others that are in doubt, while nothing else runs
  stretched,  ///< the same, with longer waits, for a slow peer
  isolated,   ///< repeated while nothing else runs
};

/// Decides the order of the cases against all servers. In the first round cases that wait run in
/// parallel, as many as suit each server; cases that move much data as many as there are cores;
/// cases that measure in isolation. Then come the repetitions that were asked for.
class Scheduler {
 public:
  struct Limits {
    int jobs = 1;   ///< cases at the same time; 1: one after another, in the order of their ids
    int cores = 1;  ///< cases that move data at the same time
  };
  struct Turn {
    std::size_t server = 0;  ///< index of the server
    const suite::Case* testCase = nullptr;
    Round round = Round::first;
    bool alone = false;    ///< nothing else runs at the same time
    bool isQuiet = false;  ///< a case that moves data, while it only waits
  };

  /// The same cases against each of `servers` servers.
  Scheduler(const std::vector<const suite::Case*>& cases, Limits limits, std::size_t servers = 1);

  /// The next case that may start now; it counts as running from here on.
  std::optional<Turn> next();
  /// A case that moves data only waits: another one may move. A slow server may be at work all the
  /// same.
  void becameQuiet(Turn& turn);
  /// A case has ended.
  void ended(const Turn& turn);
  /// The case of a turn that has ended is to run once more, in a later round or, isolated, again.
  /// Nothing happens where its server was abandoned.
  void repeat(const Turn& turn, Round round);
  /// Nothing runs and nothing is left, or the run was stopped.
  [[nodiscard]] bool finished() const;
  /// Takes out all cases against a server that have not started, and accepts no more.
  void abandon(std::size_t server);
  /// Ends the run, whatever is left and still runs.
  void stop() { isStopped_ = true; }
  /// How many cases at the same time suit a server: wants to know what the server does.
  [[nodiscard]] PeerPace& pace(std::size_t server) { return servers_[server].pace; }

 private:
  struct Server {
    PeerPace pace;
    std::deque<Turn> waits;
    std::deque<Turn> moves;
    bool isAbandoned = false;
  };

  std::optional<Turn> nextInParallel();
  std::optional<Turn> nextOf(std::vector<Turn>& round);
  [[nodiscard]] bool parallelLanesAreEmpty() const;
  Turn start(std::deque<Turn>& lane);

  Limits limits_;
  std::vector<Server> servers_;
  std::size_t nextServer_ = 0;
  std::deque<Turn> measures_;  ///< with one job: all cases
  std::vector<Turn> together_;
  std::vector<Turn> stretched_;
  std::deque<Turn> isolated_;
  int running_ = 0;
  int movesRunning_ = 0;
  bool isStopped_ = false;
};

}  // namespace wsgauntlet::roles
