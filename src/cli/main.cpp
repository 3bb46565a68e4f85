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

constexpr Command kCommands[] = {
    {"fuzzingclient", "Run cases against WebSocket servers", true, addFuzzingClient,
     "Connects once for each case. What to run comes from a spec file, from the command line, or "
     "from both; the command line wins. The server has to echo every message."},
    {"fuzzingserver", "Serve cases to WebSocket clients", true, addFuzzingServer,
     "Clients ask /getCaseCount, run /runCase?case=N&agent=NAME for each case while they echo "
     "every message, and end with /updateReports?agent=NAME."},
    {"testeeserver", "Echo server that passes every case", true, addTesteeServer,
     "Accepts permessage-deflate, and fails connections with a Close frame. Calls itself "
     "wsgauntlet/VERSION; with -m it has the name of the original."},
    {"testeeclient", "Echo client that passes every case", true, addTesteeClient,
     "Runs all cases of a fuzzing server; the path of the URL is replaced. Calls itself "
     "wsgauntlet/VERSION unless --ident says otherwise; with -m it has the name of the original."},
    {"echoserver", "Echo server without compression that fails by dropping TCP", true,
     addEchoServer,
     "As testeeserver, with the option failByDrop on and without permessage-deflate."},
    {"echoclient", "Client of one connection that echoes what it gets", true, addEchoClient,
     "Ends when the connection ends."},
    {"broadcastserver", "Server that sends each message to all its clients", true,
     addBroadcastServer, "The sender gets its message too. Each second all get the text 'tick N'."},
    {"broadcastclient", "Client that says hello and prints what it hears", true, addBroadcastClient,
     "Sends 'hello from HOST[PID]' when connected and every two seconds; prints texts as they are "
     "and binary messages as hex, behind 'received:  '."},
    {"massconnect", "Hold thousands of connections, and measure how fast they open", true,
     addMassConnect,
     "Starts connections in batches until all are open, holds them, and ends them with a closing "
     "handshake. Tries that fail are repeated. Prints connects per second and percentiles of the "
     "time from the start of a connection to the end of its WebSocket handshake; --outfile takes "
     "the figures as JSON. Status 3 when not all could be opened and held."},
    {"cases", "List, show, check and export test cases", false, addCases},
    {"report", "Judge, merge, compare and render reports", false, addReport},
    {"reference", "Print the reference of commands, spec files and protocol options", false,
     addReference},
};

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

std::span<const Command> commands() {
  return kCommands;
}

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
