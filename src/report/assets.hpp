// The style sheets and scripts of the pages. They are files of their own under assets/ and are
// built into the program.
#pragma once

#include <string_view>

namespace wsgauntlet::report {

/// The content of a file of assets/; empty when there is none of that name.
[[nodiscard]] std::string_view asset(std::string_view name);

}  // namespace wsgauntlet::report
