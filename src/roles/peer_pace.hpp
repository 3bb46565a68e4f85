// How many cases at the same time suit a peer, and how soon it answers.
#pragma once

#include "base/clock.hpp"

#include <chrono>
#include <cstdint>
#include <optional>

namespace wsgauntlet::roles {

/// Watches the opening handshakes with one peer. A case that waits costs nothing, so their number
/// grows with each prompt answer, unless the peer serves only a limited number of connections at a
/// time: then an answer comes only after another case has ended. Handshakes at the same time do
/// cost something: late answers halve their number.
class PeerPace {
 public:
  /// What is remembered of a case from its start to its end.
  struct Ticket {
    bool inParallel = false;    ///< others ran when it started
    std::uint64_t answers = 0;  ///< of the peer until then
    std::uint64_t ends = 0;     ///< of cases until then
    bool isAnswered = false;
    bool mayBeIgnored = false;  ///< silence says nothing about the peer's room
  };

  /// `maxWidth`: cases at the same time at most.
  explicit PeerPace(int maxWidth) : maxWidth_(maxWidth) {}

  /// Another case may start.
  [[nodiscard]] bool mayStart() const;
  /// A case starts. `mayBeIgnored`: its request is one that a peer need not answer.
  Ticket start(bool mayBeIgnored = false);
  /// The peer's first octets, or its end of TCP, came `took` after it had accepted the connection.
  void answered(Ticket& ticket, Duration took);
  /// The peer did not open a connection that there is no reason to refuse.
  void refused(const Ticket& ticket);
  /// A case has ended.
  void ended(const Ticket& ticket);
  /// Our own event loop was late: answers may be late that were sent in time.
  void loopWasLate() { slowDown(); }
  /// The load of our machine (base/machine_load.hpp): the peer typically shares it.
  void machineIs(double load) { load_ = load; }

  /// Cases at the same time, for now.
  [[nodiscard]] int width() const { return width_; }
  /// Opening handshakes at the same time, for now.
  [[nodiscard]] int maxOpening() const { return maxOpening_; }
  /// How long to wait for an answer of this peer, as far as that is known; nothing before its
  /// first one.
  [[nodiscard]] std::optional<Duration> patience() const;
  /// So many of its answers were late, or our machine is so busy, that a wait of a second may be
  /// too short for it: work that takes a peer long is late even where its short answers are not.
  [[nodiscard]] bool isSlow() const;
  /// By how much to stretch the waits of a case for this peer: 1 unless it is slow, 10 at most.
  [[nodiscard]] double stretch() const;

 private:
  [[nodiscard]] bool waitedForAnEnd(const Ticket& ticket) const;
  void speedUp();
  void slowDown();
  void narrow(int width);

  int maxWidth_;
  int width_ = 1;
  int running_ = 0;
  int opening_ = 0;  ///< started, and not yet answered
  int maxOpening_ = 1;
  int pause_ = 0;  ///< prompt answers that are due before the width grows again
  std::uint64_t answers_ = 0;
  std::uint64_t ends_ = 0;
  std::optional<Duration> fastest_;
  Duration slowest_{};
  std::uint64_t slowAnswers_ = 0;
  double load_ = 0;
};

}  // namespace wsgauntlet::roles
