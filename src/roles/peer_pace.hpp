// How many cases at the same time suit a peer, and how soon it answers.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <optional>

namespace wsgauntlet::roles {

/// Watches the opening handshakes with one peer. Each prompt answer lets one more case run at the
/// same time; a late one, or a refusal, halves their number. So a peer that serves one connection
/// at a time soon gets one at a time, and one that serves many gets many.
class PeerPace {
 public:
  /// What is remembered of a case from its start to its end.
  struct Ticket {
    bool inParallel = false;  ///< others ran when it started
    int generation = 0;       ///< how often the width had shrunk before
    bool isAnswered = false;
  };

  /// `maxWidth`: cases at the same time at most.
  explicit PeerPace(int maxWidth) : maxWidth_(maxWidth) {}

  /// Another case may start.
  [[nodiscard]] bool mayStart() const;
  /// A case starts.
  Ticket start();
  /// The peer's first octets, or its end of TCP, came `took` after it had accepted the connection.
  void answered(Ticket& ticket, Duration took);
  /// The peer did not open a connection that there is no reason to refuse.
  void refused(const Ticket& ticket) { shrink(ticket); }
  /// A case has ended.
  void ended(const Ticket& ticket);
  /// Our own event loop was late: answers may be late that were sent in time.
  void loopWasLate() { halve(); }

  /// Cases at the same time, for now.
  [[nodiscard]] int width() const { return width_; }
  /// How long to wait for an answer of this peer, as far as that can be told; nothing before its
  /// first one.
  [[nodiscard]] std::optional<Duration> patience() const;
  /// The peer has been so slow that a wait of a second may be too short for it.
  [[nodiscard]] bool isSlow() const;

 private:
  void grow();
  void shrink(const Ticket& ticket);
  void halve();

  int maxWidth_;
  int width_ = 1;
  int running_ = 0;
  int opening_ = 0;  ///< started, and not yet answered
  int generation_ = 0;
  int pause_ = 0;       ///< prompt answers that are due before the width grows again
  int nextPause_ = 16;  ///< the same, once it has shrunk again
  std::optional<Duration> fastest_;
  Duration slowest_{};
};

}  // namespace wsgauntlet::roles
