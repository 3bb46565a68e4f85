// The commands `testeeserver`, `testeeclient`, `echoserver` and `echoclient`.
#pragma once

#include "cli/command.hpp"

#include <functional>

namespace wsgauntlet::cli {

/// See Command::add, for each of them.
[[nodiscard]] std::function<int()> addTesteeServer(CLI::App& app, const Invocation& invocation);
[[nodiscard]] std::function<int()> addTesteeClient(CLI::App& app, const Invocation& invocation);
[[nodiscard]] std::function<int()> addEchoServer(CLI::App& app, const Invocation& invocation);
[[nodiscard]] std::function<int()> addEchoClient(CLI::App& app, const Invocation& invocation);

}  // namespace wsgauntlet::cli
