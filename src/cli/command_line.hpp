// The command line as a whole.
#pragma once

#include <string>
#include <vector>

namespace wsgauntlet::cli {

/// Runs the command that the arguments ask for, and gives back its exit status. Throws InputError
/// with what is wrong, in words of commands and flags.
[[nodiscard]] int run(std::vector<std::string> arguments);

}  // namespace wsgauntlet::cli
