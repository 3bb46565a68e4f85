// Cases that judge echoes themselves: one large message, and round trips.
#pragma once

#include "base/clock.hpp"
#include "base/octets.hpp"
#include "play/verdict.hpp"
#include "suite/corpora.hpp"
#include "suite/model.hpp"

#include <chrono>
#include <string>
#include <vector>

namespace wsgauntlet::play {

/// Judges the echo of one large message. Only the first message counts.
class LargeEchoCheck {
 public:
  explicit LargeEchoCheck(const suite::LargeEcho& message);

  /// True when this message was the one that is judged.
  bool onMessage(OctetView payload, bool binary);
  [[nodiscard]] const EchoVerdict& verdict() const { return verdict_; }

 private:
  const suite::LargeEcho& message_;
  bool judged_ = false;
  EchoVerdict verdict_;
};

/// Where the messages of a round-trip loop come from, one after another.
class MessageSource {
 public:
  /// Throws InputError when `corpora` lacks the one that the loop names.
  MessageSource(const suite::RoundTrips& loop, const suite::Corpora& corpora);
  [[nodiscard]] Payload next();

 private:
  const suite::RoundTrips& loop_;
  const suite::Corpus* corpus_ = nullptr;  ///< null when all messages are the same
  std::uint64_t at_ = 0;                   ///< in units of the slices
};

/// Sends a message, waits for its echo, and so on.
class RoundTripLoop {
 public:
  enum class State { running, succeeded, failed };

  /// `compressed`: the phrases of compression cases, which name each difference.
  RoundTripLoop(const suite::RoundTrips& loop, bool compressed,
                const suite::Corpora& corpora = suite::Corpora::builtIn());

  /// The message that is due. Call once at the start and after each `running`.
  [[nodiscard]] const Payload& next(TimePoint now);
  /// Judges an echo. Messages after the end change nothing.
  State onMessage(OctetView payload, bool binary, TimePoint now);

  [[nodiscard]] State state() const { return state_; }
  [[nodiscard]] const EchoVerdict& verdict() const { return verdict_; }
  /// The time of each round trip so far.
  [[nodiscard]] const std::vector<std::chrono::nanoseconds>& times() const { return times_; }

 private:
  [[nodiscard]] std::string difference(OctetView payload, bool binary) const;

  const suite::RoundTrips& loop_;
  bool compressed_;
  MessageSource source_;
  Payload current_;
  TimePoint sentAt_{};
  State state_ = State::running;
  EchoVerdict verdict_;
  std::vector<std::chrono::nanoseconds> times_;
};

}  // namespace wsgauntlet::play
