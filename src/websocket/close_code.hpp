// Status codes of Close frames (RFC 6455 section 7.4).
#pragma once

#include "base/octets.hpp"

#include <cstdint>
#include <optional>

namespace wsgauntlet::websocket {

/// The message is too big to be handled (RFC 6455 section 7.4.1).
inline constexpr std::uint16_t kMessageTooBig = 1009;

/// True for codes that a Close frame may have: those of RFC 6455 section 7.4.1 that are not
/// reserved for local use, 1012 to 1014 of the IANA registry, and 3000 to 4999 (libraries,
/// applications).
[[nodiscard]] bool isAllowedOnWire(std::uint16_t code);

/// The code that the payload of a Close frame begins with; none when it is too short for one.
[[nodiscard]] std::optional<std::uint16_t> closeCodeOf(OctetView payload);

}  // namespace wsgauntlet::websocket
