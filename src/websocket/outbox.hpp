// Octets on their way to the socket.
#pragma once

#include "base/octets.hpp"
#include "websocket/frame.hpp"
#include "websocket/mask.hpp"

#include <array>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>

namespace wsgauntlet::websocket {

/// The octets of one frame, or of any other write, made when they are needed: a header and a slice
/// of a payload, masked or not. A frame of 16 MiB costs no memory until it is written.
class Encoded {
 public:
  /// Nothing but octets: a handshake.
  explicit Encoded(Octets octets);
  /// A frame or a part of one. `phase`: how many octets of the frame's payload went before.
  Encoded(OctetView header, Payload payload, std::uint64_t offset, std::uint64_t length,
          std::optional<MaskKey> key, std::uint64_t phase = 0);

  [[nodiscard]] std::uint64_t size() const { return headerSize_ + length_; }
  /// Fills `out` with the octets from `offset` on; `offset + out.size()` is at most `size()`.
  void copy(std::uint64_t offset, std::span<char> out) const;

 private:
  std::array<char, 14> header_{};
  std::uint64_t headerSize_ = 0;
  Payload payload_;
  std::uint64_t offset_ = 0;
  std::uint64_t length_ = 0;
  std::optional<MaskKey> key_;
  std::uint64_t phase_ = 0;
};

/// How the transport is to end.
enum class Ending {
  none,   ///< not yet
  close,  ///< orderly, after all that waits was written
  reset,  ///< at once
};

/// What a session has to write. Small writes are joined; large ones are rendered block by block
/// as the socket accepts them.
class Outbox {
 public:
  void append(OctetView octets);
  /// The octets `[from, to)` of `encoded`.
  void append(const Encoded& encoded, std::uint64_t from, std::uint64_t to);

  [[nodiscard]] bool empty() const { return segments_.empty(); }
  /// Octets that wait to be written.
  [[nodiscard]] std::uint64_t waiting() const { return waiting_; }
  /// Octets so far, written or not.
  [[nodiscard]] std::uint64_t total() const { return total_; }
  /// Moves the next octets into `out` and returns how many they are.
  std::size_t take(std::span<char> out);

  /// Our direction of the transport is to end after what waits; the peer's goes on.
  void endSending() { sendingEnded_ = true; }
  [[nodiscard]] bool sendingEnded() const { return sendingEnded_; }

  /// The transport is to end. A reset throws away what waits.
  void end(Ending ending);
  [[nodiscard]] Ending ending() const { return ending_; }

 private:
  struct Segment {
    Octets octets;  ///< rendered octets, or
    std::optional<Encoded> encoded;
    std::uint64_t at = 0;  ///< next octet of either
    std::uint64_t to = 0;
  };

  std::deque<Segment> segments_;
  std::uint64_t waiting_ = 0;
  std::uint64_t total_ = 0;
  Ending ending_ = Ending::none;
  bool sendingEnded_ = false;
};

}  // namespace wsgauntlet::websocket
