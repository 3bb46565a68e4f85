// The command `report`.
#pragma once

#include "cli/command.hpp"

#include <functional>

namespace wsgauntlet::cli {

/// See Command::add.
[[nodiscard]] std::function<int()> addReport(CLI::App& app, const Invocation& invocation);

}  // namespace wsgauntlet::cli
