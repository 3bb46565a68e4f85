// What an observer of a connection sees: octets, frames and messages in both directions.
#pragma once

#include "base/octets.hpp"
#include "websocket/frame.hpp"
#include "websocket/mask.hpp"

#include <cstdint>
#include <optional>

namespace wsgauntlet::websocket {

/// A frame that was sent, as an observer sees it.
struct SentFrame {
  std::uint8_t opcode = 0;
  bool fin = true;
  std::uint8_t rsv = 0;
  std::optional<MaskKey> mask;
  const Payload& payload;        ///< before repetition
  std::uint64_t offset = 0;      ///< of this frame's part in `payload`
  std::uint64_t length = 0;      ///< of this frame's part
  std::uint64_t wireLength = 0;  ///< payload octets on the wire
  std::optional<std::uint64_t> repeatTo;
  std::optional<std::uint32_t> chop;
  bool sync = false;
};

/// A frame that was received: unmasked and inflated payload as far as it was kept.
struct ReceivedFrame {
  const FrameHeader& header;
  std::uint64_t length = 0;  ///< octets kept; 0 for data frames after a failure
  OctetView head;            ///< their start: at least 64 octets where there are that many
};

/// Watches a connection: wire log, statistics, traffic counters. Knows nothing of the protocol and
/// changes nothing.
class Observer {
 public:
  virtual ~Observer() = default;
  virtual void octetsReceived(OctetView octets) = 0;
  /// One write. `head` holds its first octets: at least 64 where there are that many.
  virtual void octetsSent(std::uint64_t length, OctetView head, bool piece) = 0;
  virtual void frameReceived(const ReceivedFrame& frame) = 0;
  virtual void frameSent(const SentFrame& frame) = 0;
  /// A data message was handed to the message layer, before compression.
  virtual void messageSent(std::uint64_t length) = 0;
  virtual void messageReceived(std::uint64_t length) = 0;
};

}  // namespace wsgauntlet::websocket
