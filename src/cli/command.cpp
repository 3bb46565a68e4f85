#include "cli/command.hpp"

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

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

}  // namespace wsgauntlet::cli
