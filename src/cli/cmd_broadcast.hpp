// The commands `broadcastserver` and `broadcastclient`.
#pragma once

#include "cli/command.hpp"

#include <functional>

namespace wsgauntlet::cli {

/// See Command::add, for each of them.
[[nodiscard]] std::function<int()> addBroadcastServer(CLI::App& app, const Invocation& invocation);
[[nodiscard]] std::function<int()> addBroadcastClient(CLI::App& app, const Invocation& invocation);

}  // namespace wsgauntlet::cli
