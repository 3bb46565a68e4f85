// Follows the events of one case on one connection, and judges it in the end.
#pragma once

#include "base/clock.hpp"
#include "base/octets.hpp"
#include "play/observation.hpp"
#include "play/result.hpp"
#include "play/verdict.hpp"
#include "suite/corpora.hpp"
#include "suite/model.hpp"
#include "websocket/observer.hpp"

#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::play {

/// What a session does because of an event.
enum class Next {
  goOn,
  close,             ///< all is said: start the closing handshake with the code of the case
  hurry,             ///< the result cannot get better: leave the peer little time to close
  resume,            ///< what the script waited for has come
  sendNext,          ///< the next message of a loop is due
  closeMeasured,     ///< the same as `close`, after an echo that was measured
  closeTrips,        ///< the same, after the last round trip
  closeFailedTrips,  ///< the same, after one that failed
};

/// A message of a loop.
struct LoopMessage {
  const Payload& payload;
  bool binary = false;
  bool asFrame = false;  ///< sent as a single frame and not through the message layer
};

/// One for each kind of criterion (suite::Criterion).
class Judge {
 public:
  Judge() = default;
  Judge(const Judge&) = delete;
  Judge& operator=(const Judge&) = delete;
  virtual ~Judge() = default;

  /// Seconds of silence after which the peer is given up; nothing where the script ends the case.
  [[nodiscard]] virtual std::optional<double> patience() const { return std::nullopt; }

  // What happens, in order.
  virtual Next onOpen(bool /*isServer*/) { return Next::goOn; }
  virtual Next onMessage(OctetView payload, bool binary, TimePoint now) = 0;
  virtual Next onPong(OctetView payload);
  virtual void onFrame(const websocket::ReceivedFrame& /*frame*/) {}
  /// The end of a wait that has a tag.
  virtual Next onTimeout(const std::string& tag);
  /// The last step of the script was run.
  virtual Next onScriptEnd() { return Next::goOn; }
  /// After `Next::sendNext`.
  [[nodiscard]] virtual LoopMessage nextMessage(TimePoint now);

  // Steps that await an event: only cases with a requirement have them.
  virtual void await(const suite::ExpectedEvent& /*event*/) {}
  [[nodiscard]] virtual bool isAwaiting() const { return false; }
  /// Something that was awaited has not come.
  [[nodiscard]] virtual bool hasMissed() const { return false; }
  virtual void giveUpAwaited() {}

  [[nodiscard]] virtual Verdict verdict(const Observation& seen) const = 0;
  /// The time of each round trip so far.
  [[nodiscard]] virtual std::vector<std::chrono::nanoseconds> roundTrips() const { return {}; }
  /// The events that reports show. Call once.
  [[nodiscard]] std::vector<Event> takeEvents() { return std::move(events_); }

 protected:
  void note(Event event);
  [[nodiscard]] const std::vector<Event>& events() const { return events_; }

 private:
  std::vector<Event> events_;
};

/// The judge of a case. Case and corpora outlive it. With `corrections`, what the corrections of
/// the case tolerate is right.
[[nodiscard]] std::unique_ptr<Judge> makeJudge(const suite::Case& testCase,
                                               const suite::Corpora& corpora, bool corrections);

}  // namespace wsgauntlet::play
