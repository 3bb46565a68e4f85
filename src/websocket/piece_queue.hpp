// Writes of a connection, those that go out in pieces among them: chops and SYNC frames.
#pragma once

#include "websocket/observer.hpp"
#include "websocket/outbox.hpp"
#include "websocket/session.hpp"

#include <cstdint>
#include <deque>
#include <optional>

namespace wsgauntlet::websocket {

/// Passes what is written on to the outbox: at once, or piece by piece. Writes keep their order:
/// what is written while pieces wait goes out after them.
class PieceQueue {
 public:
  /// `observer` may be null; it outlives the queue.
  explicit PieceQueue(Observer* observer) : observer_(observer) {}

  /// Writes `encoded`. `chop`: in pieces of this many octets; `sync`: in one piece of its own.
  void write(const Encoded& encoded, std::optional<std::uint32_t> chop, bool sync);
  /// What was written last is our Close frame: `dropWaiting` keeps it.
  void markClose();

  /// Whether pieces wait, and whether the next one is to be paced. Single octets and SYNC frames
  /// are; the many thousand larger chops of the limits cases are not, since that would only make
  /// these cases slow.
  [[nodiscard]] Pieces queued() const;
  /// The socket took the last piece, or a moment has passed: the next one goes out. When none is
  /// left, the queue is no longer draining.
  void sendNext();
  /// From the first piece that waits until the socket has taken the last one.
  [[nodiscard]] bool isDraining() const { return draining_; }

  /// The peer has closed, and what waits would only provoke it: all that still goes out, at once,
  /// is the rest of a frame that was begun, and our Close frame.
  void dropWaiting();
  /// Nothing that waits goes out.
  void clear();

  [[nodiscard]] Outbox& outbox() { return outbox_; }
  [[nodiscard]] const Outbox& outbox() const { return outbox_; }

 private:
  struct Piece {
    Encoded encoded;
    std::uint64_t at = 0;
    std::uint32_t chop = 0;  ///< 0: one piece
    bool sync = false;
    bool closes = false;  ///< the Close frame of the closing handshake
  };

  void transmit(const Encoded& encoded, std::uint64_t from, std::uint64_t to, bool piece);

  Observer* observer_;
  Outbox outbox_;
  std::deque<Piece> pieces_;
  bool draining_ = false;
};

}  // namespace wsgauntlet::websocket
