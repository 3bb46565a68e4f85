// Lines of a given width.
#pragma once

#include <cstddef>
#include <string>

namespace wsgauntlet {

/// Breaks at blanks; all lines but the first are indented.
[[nodiscard]] std::string hanging(const std::string& text, std::size_t indent, std::size_t columns);

}  // namespace wsgauntlet
