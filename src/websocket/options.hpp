// Protocol options, with the names and defaults that spec files use.
#pragma once

#include "base/clock.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wsgauntlet::websocket {

/// Options of a connection. Limits of 0 mean none, time-outs of 0 mean off.
struct Options {
  bool utf8validateIncoming = true;  ///< check text messages (RFC 6455 section 8.1)
  bool applyMask = true;  ///< false: mask bit and key are sent, the payload is not masked
  std::uint64_t maxFramePayloadSize = 0;    ///< octets; longer frames fail with 1008
  std::uint64_t maxMessagePayloadSize = 0;  ///< octets; longer messages fail with 1009
  /// Memory for one message that has no limit above; a longer one fails with 1009.
  std::uint64_t messageMemory = std::uint64_t{128} << 20U;
  std::uint64_t autoFragmentSize = 0;  ///< payload octets of each frame of a message
  bool failByDrop = false;             ///< fail by ending TCP, without a Close frame
  /// End TCP right after the Close frame with which a peer's breach is answered, as RFC 6455
  /// section 7.1.7 has it. A fuzzer waits instead, to see how the peer closes.
  bool dropAfterFailure = false;
  /// A Ping that comes while a frame is sent in parts is answered after that frame. The original
  /// writes the Pong into the middle of it.
  bool holdPongs = false;
  bool echoCloseCodeReason = false;  ///< answer a Close frame with its own code and reason
  Duration openHandshakeTimeout = std::chrono::seconds(5);
  Duration closeHandshakeTimeout = std::chrono::seconds(1);
  bool tcpNoDelay = true;
  Duration autoPingInterval{0};  ///< server role
  Duration autoPingTimeout{0};   ///< server role
  std::uint64_t autoPingSize = 4;

  /// Deflate level (0 to 9) and memory level (1 to 9) of our own side. Level 1 costs a fraction of
  /// zlib's default and loses little of the ratio.
  int compressionLevel = 1;
  int compressionMemLevel = 8;

  // Server role.
  /// How long TCP stays up after a completed closing handshake, to see what else the peer sends.
  Duration serverDropDelay{0};
  std::vector<int> versions = {13, 8};
  bool webStatus = true;
  bool requireMaskedClientFrames = true;
  bool maskServerFrames = false;
  std::vector<std::string> allowedOrigins = {"*"};
  std::uint64_t maxConnections = 0;

  // Client role.
  int version = 18;  ///< protocol draft: 13 to 18 are RFC 6455
  bool acceptMaskedServerFrames = false;
  bool maskClientFrames = true;
  Duration serverConnectionDropTimeout = std::chrono::seconds(1);
};

}  // namespace wsgauntlet::websocket
