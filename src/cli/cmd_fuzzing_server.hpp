// The command `fuzzingserver`.
#pragma once

#include "cli/command.hpp"

#include <functional>

namespace wsgauntlet::cli {

/// See Command::add.
[[nodiscard]] std::function<int()> addFuzzingServer(CLI::App& app, const Invocation& invocation);

}  // namespace wsgauntlet::cli
