// The command `cases`.
#pragma once

#include "cli/command.hpp"

#include <functional>

namespace wsgauntlet::cli {

/// See Command::add.
[[nodiscard]] std::function<int()> addCases(CLI::App& app, const Invocation& invocation);

}  // namespace wsgauntlet::cli
