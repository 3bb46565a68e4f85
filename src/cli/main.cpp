#include "base/error.hpp"
#include "cli/command.hpp"
#include "cli/exit_status.hpp"
#include "cli/original_spelling.hpp"
#include "cli/output.hpp"
#include "cli/version.hpp"

#include <algorithm>
#include <cstdio>
#include <exception>
#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

int run(std::vector<std::string> arguments) {
  Invocation invocation;
  if (const auto mode = takeMode(arguments)) {
    invocation.originalSpelling = true;
    arguments.insert(arguments.begin(), *mode);
  } else if (isVersionQuery(arguments)) {
    say("Autobahn 0.10.9\nAutobahnTestSuite 25.10.1\nwsgauntlet {}\n", WSGAUNTLET_VERSION);
    return success;
  }

  CLI::App app("Conformance fuzzer for WebSocket implementations", "wsgauntlet");
  app.set_version_flag("--version", [] { return versionText(); });
  app.require_subcommand(1);
  app.footer("The spelling of the original works too: wsgauntlet -m fuzzingclient -s spec.json");
  std::map<const CLI::App*, std::function<int()>> runners;
  for (const Command& command : commands()) {
    CLI::App* sub = app.add_subcommand(command.name, command.description);
    sub->footer(command.details);
    runners[sub] = command.add(*sub, invocation);
  }
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::ParseError& error) {
    // A call for help or for the version comes as an error too, with status 0.
    if (error.get_exit_code() == 0) return app.exit(error);
    throw InputError(std::string(error.what()) + " (--help tells what there is)");
  }
  return runners.at(app.get_subcommands().front())();
}

}  // namespace

}  // namespace wsgauntlet::cli

int main(int argc, char** argv) {
  using namespace wsgauntlet;
  cli::prepareOutput();
  try {
    const int status = cli::run({argv + 1, argv + argc});
    return status == cli::success && !cli::outputIsComplete() ? cli::incomplete : status;
  } catch (const InputError& error) {
    cli::say(stderr, "wsgauntlet: error: {}\n", error.what());
    return cli::badInput;
  } catch (const std::exception& error) {
    cli::say(stderr, "wsgauntlet: internal error: {}\n", error.what());
    return cli::internalError;
  }
}
