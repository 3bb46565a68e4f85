// The commands of the program.
#pragma once

#include <functional>
#include <span>
#include <string>

namespace CLI {
class App;
}

namespace wsgauntlet::cli {

/// How the program was called.
struct Invocation {
  bool originalSpelling = false;  ///< `-m MODE …`, as the original is called
};

/// A command. `add` registers its flags with a parser and gives back the function that runs it,
/// which returns an exit status and may throw InputError.
struct Command {
  const char* name;
  const char* description;
  bool isMode;  ///< also reached by `-m`
  std::function<int()> (*add)(CLI::App& app, const Invocation& invocation);
  const char* details = "";   ///< some sentences for help and reference
  const char* usage = "";     ///< how it is called, a line for each way; empty: made from its flags
  const char* examples = "";  ///< whole commands, a line each
  bool isPeer = false;        ///< a peer for tests of others, rather than a test
};

/// All commands, in the order of the help.
[[nodiscard]] std::span<const Command> commands();

}  // namespace wsgauntlet::cli
