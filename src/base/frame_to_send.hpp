// A frame to be sent, in case files and by connections.
#pragma once

#include "base/octets.hpp"

#include <array>
#include <cstdint>
#include <optional>

namespace wsgauntlet {

/// A frame (RFC 6455 section 5.2), legal or not: nothing is checked. Everything that a fuzzer does
/// wrong on purpose is a field here.
struct FrameToSend {
  std::uint8_t opcode = 1;  ///< 0 to 15
  bool fin = true;
  std::uint8_t rsv = 0;  ///< 0 to 7; RSV1 is 4
  Payload payload;
  std::optional<std::uint64_t> repeatTo;            ///< repeat the payload up to this many octets
  std::optional<std::uint64_t> declaredLength;      ///< length in the header, if not the real one
  std::optional<std::array<std::uint8_t, 4>> mask;  ///< masking key instead of a random one
  std::optional<bool> masked;                       ///< with or without a mask, whatever our role
  std::uint8_t lengthOctets = 0;                    ///< of the extended length at least: 0, 2 or 8
  std::optional<std::uint32_t> chop;                ///< write in pieces of this many octets
  bool sync = false;                                ///< write as one piece of its own
};

}  // namespace wsgauntlet
