// The command `reference`.
#pragma once

#include "cli/command.hpp"

#include <functional>

namespace wsgauntlet::cli {

/// See Command::add.
[[nodiscard]] std::function<int()> addReference(CLI::App& app, const Invocation& invocation);

}  // namespace wsgauntlet::cli
