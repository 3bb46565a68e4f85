// Which case runs when: side by side as far as no verdict and no measurement suffers.
#pragma once

#include "suite/model.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

namespace wsgauntlet::roles {

/// Decides the order of the cases against all servers. Cases that wait run side by side, cases that
/// move much data as many as there are cores, cases that measure alone. What did not come out well
/// while others ran is run again alone, and only that second result counts.
class Scheduler {
 public:
  struct Limits {
    int jobs = 1;   ///< cases at the same time; 1: one after another, in the order of their ids
    int cores = 1;  ///< cases that move data at the same time
  };
  struct Turn {
    std::size_t server = 0;  ///< index of the server
    const suite::Case* testCase = nullptr;
    bool isConfirmation = false;  ///< it ran before, with others
    bool alone = false;           ///< nothing else runs at the same time
  };

  /// The same cases against each of `servers` servers.
  Scheduler(const std::vector<const suite::Case*>& cases, Limits limits, std::size_t servers = 1);

  /// The next case that may start now; it counts as running from here on.
  std::optional<Turn> next();
  /// A case has ended. True when its result counts; false when it is to be run again alone.
  bool ended(const Turn& turn, bool good);
  /// Which of a case's alternatives comes true may depend on how soon the peer answers: a peer that
  /// was busy with other cases must not be taken for a laxer one.
  [[nodiscard]] static bool isRace(const suite::Case& testCase);
  /// Nothing runs and nothing is left.
  [[nodiscard]] bool finished() const;
  /// Cases whose result counts so far.
  [[nodiscard]] std::size_t done() const { return done_; }
  /// Takes out all cases against a server that have not started.
  void abandon(std::size_t server);

 private:
  std::optional<Turn> start(std::deque<Turn>& lane);

  Limits limits_;
  std::deque<Turn> waits_;
  std::deque<Turn> moves_;
  std::deque<Turn> alone_;  ///< measuring cases and confirmations
  int running_ = 0;
  int movesRunning_ = 0;
  std::size_t done_ = 0;
};

}  // namespace wsgauntlet::roles
