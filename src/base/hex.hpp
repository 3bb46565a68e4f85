#pragma once

#include "base/octets.hpp"

#include <optional>

namespace wsgauntlet {

/// Lower-case hexadecimal digits, two for each octet.
[[nodiscard]] std::string toHex(OctetView octets);
/// The octets that hexadecimal digits of either case stand for; nothing when the text has an odd
/// length or another character.
[[nodiscard]] std::optional<Octets> fromHex(std::string_view digits);

}  // namespace wsgauntlet
