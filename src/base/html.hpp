#pragma once

#include <string>
#include <string_view>

namespace wsgauntlet {

/// The text with the five characters that mean something to HTML as references, for content and for
/// quoted attribute values.
[[nodiscard]] std::string htmlEscaped(std::string_view text);

}  // namespace wsgauntlet
