// Masking of payloads (RFC 6455 section 5.3).
#pragma once

#include "base/octets.hpp"

#include <array>
#include <cstdint>
#include <span>

namespace wsgauntlet::websocket {

/// The four octets of a masking key in the order of the wire.
using MaskKey = std::array<std::uint8_t, 4>;

/// Masks or unmasks `octets` in place; both are the same operation. `phase` is the offset in the
/// payload of the first octet, so that a payload may come in pieces of any length.
void applyMask(std::span<char> octets, MaskKey key, std::uint64_t phase);

/// As `applyMask`, and leaves the source as it is. `out` has the length of `in`; the two do not
/// overlap.
void copyMasked(std::span<char> out, OctetView in, MaskKey key, std::uint64_t phase);

}  // namespace wsgauntlet::websocket
