// The seam between protocol and network: a session knows octets and time, a driver moves them.
#pragma once

#include "base/clock.hpp"
#include "websocket/outbox.hpp"

#include <functional>
#include <optional>
#include <span>
#include <utility>

namespace wsgauntlet::websocket {

/// Chops and SYNC frames that wait to be written one by one.
enum class Pieces {
  none,
  eager,  ///< the next one as soon as the socket accepts it
  paced,  ///< the next one a moment later, so that the peer reads them one by one
};

/// One connection as protocol sees it, without socket or clock. The driver in `net` calls it from
/// one thread, and after each call writes what the outbox holds and looks at the deadline.
class Session {
 public:
  virtual ~Session() = default;

  /// The transport is connected. The first call.
  virtual void connected(TimePoint now) = 0;
  /// Octets of the peer, one read. They may be changed in place (unmasking).
  virtual void received(std::span<char> octets, TimePoint now) = 0;
  /// The peer ended the transport (FIN or reset). The last call, unless the session ended first.
  virtual void disconnected(TimePoint now) = 0;

  /// When `woken` is to be called; nothing when no timer runs.
  [[nodiscard]] virtual std::optional<TimePoint> deadline() const = 0;
  /// The deadline has passed.
  virtual void woken(TimePoint now) = 0;

  /// Whether more is to be written, a piece at a time. As soon as the outbox was written, and after
  /// a moment where pieces are paced, the driver calls `sendNextPiece`.
  [[nodiscard]] virtual Pieces queuedPieces() const = 0;
  virtual void sendNextPiece(TimePoint now) = 0;

  /// What is to be written, and how the transport is to end.
  virtual Outbox& outbox() = 0;

  /// False while nothing is to be read, so that what the peer sends fills the buffers of TCP. Its
  /// end of the transport is not seen then either.
  [[nodiscard]] virtual bool isReading() const { return true; }

  /// Set by the driver, called when the session wants `woken` soon, without a timer, because
  /// something happened outside its connection.
  void onWakeRequest(std::function<void()> wake) { wake_ = std::move(wake); }

 protected:
  void requestWake() {
    if (wake_) wake_();
  }

 private:
  std::function<void()> wake_;
};

}  // namespace wsgauntlet::websocket
