// The page of the fuzzing server. Its files lie under assets/ and are built into the program.
#pragma once

#include <string_view>

namespace wsgauntlet::web {

/// The content of a file of assets/; empty when there is none of that name.
[[nodiscard]] std::string_view asset(std::string_view name);

}  // namespace wsgauntlet::web
