// What a report shows of the payload of a frame or message.
#pragma once

#include "play/wire_log.hpp"

#include <string>

namespace wsgauntlet::report {

struct ExcerptText {
  std::string text;     ///< ends with ` ...` when octets were left out
  bool decoded = true;  ///< false: the text is `0x` and hexadecimal digits
};
/// The excerpt decoded as UTF-8; a code point that the cut would split is left out. Hexadecimal
/// when the octets are something else.
[[nodiscard]] ExcerptText excerptText(const play::Excerpt& excerpt);
/// The hexadecimal digits of the excerpt, then ` ...` when octets were left out.
[[nodiscard]] std::string excerptHex(const play::Excerpt& excerpt);

}  // namespace wsgauntlet::report
