// What `--help` shows: how a command is called, its flags under headings, examples.
#pragma once

#include "cli/command.hpp"

#include <functional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace wsgauntlet::cli {

/// Headings of flags. Help and reference show them in this order, the most used ones first.
namespace heading {
inline constexpr const char* arguments = "Arguments";
inline constexpr const char* target = "What to test";
inline constexpr const char* connection = "Connection";
inline constexpr const char* cases = "Which cases";
inline constexpr const char* behaviour = "Behaviour";
inline constexpr const char* reports = "Reports";
inline constexpr const char* gate = "Gate";
inline constexpr const char* run = "How to run";
inline constexpr const char* requests = "Handshake and protocol";
inline constexpr const char* tls = "TLS";
inline constexpr const char* other = "Other";
inline constexpr const char* compatibility = "Accepted for compatibility";
}  // namespace heading

/// Help for -w of modes that only listen, or only connect.
inline constexpr const char* kListenHelp =
    "Where to listen, such as ws://127.0.0.1:9001; port 0 is any free port";
inline constexpr const char* kConnectHelp = "Server, such as ws://127.0.0.1:9001";

/// All headings, in their order.
[[nodiscard]] const std::vector<std::string>& headings();

/// Flags that are added to `app` after this call are shown under `heading`.
void beginGroup(CLI::App& app, const char* heading);

/// Flags under one heading.
struct FlagGroup {
  std::string heading;
  std::vector<const CLI::Option*> flags;
};

/// The flags and arguments of a command, without headings that have none.
[[nodiscard]] std::vector<FlagGroup> flagGroups(const CLI::App& app);
/// `-w,--wsuri`, or the name of an argument.
[[nodiscard]] std::string flagNames(const CLI::Option& flag);
/// The kind of value: `URL`, `PATTERN...`; empty for a switch.
[[nodiscard]] std::string flagValue(const CLI::Option& flag);

/// The lines of a text.
[[nodiscard]] std::vector<std::string> linesOf(const std::string& text);
/// The ways to call a command, such as `wsgauntlet report gate [flags] FOLDER`. `path` is its name
/// with those of the commands above it.
[[nodiscard]] std::vector<std::string> usageOf(const CLI::App& app, const std::string& path,
                                               const Command* command);

/// Adds a command with its help to the program; what it gives back runs the command.
[[nodiscard]] std::function<int()> addCommand(CLI::App& program, const Command& command,
                                              const Invocation& invocation);
/// Sets up the help of the program itself.
void setUpHelp(CLI::App& program);

}  // namespace wsgauntlet::cli
