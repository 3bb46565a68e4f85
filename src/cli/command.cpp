#include "cli/command.hpp"

#include "cli/cmd_broadcast.hpp"
#include "cli/cmd_cases.hpp"
#include "cli/cmd_fuzzing_client.hpp"
#include "cli/cmd_fuzzing_server.hpp"
#include "cli/cmd_mass_connect.hpp"
#include "cli/cmd_reference.hpp"
#include "cli/cmd_report.hpp"
#include "cli/cmd_testee.hpp"

namespace wsgauntlet::cli {
namespace {

constexpr bool kMode = true;
constexpr bool kPeer = true;

constexpr Command kCommands[] = {
    {"fuzzingclient", "Run cases against WebSocket servers", kMode, addFuzzingClient,
     "The server has to echo every message. Each case has a connection of its own. Flags win over "
     "the spec file.",
     "-w URL [flags]\n-s FILE [flags]",
     "wsgauntlet fuzzingclient -w ws://127.0.0.1:9001 --cases '1.*,5.19'\n"
     "wsgauntlet fuzzingclient --start 'node server.js {port}' -w ws://127.0.0.1:0"},
    {"fuzzingserver", "Serve cases to WebSocket clients", kMode, addFuzzingServer,
     "Clients ask /getCaseCount, run /runCase?case=N&agent=NAME for each case while they echo "
     "every message, and end with /updateReports?agent=NAME.",
     "-w URL [flags]\n-s FILE [flags]",
     "wsgauntlet fuzzingserver -w ws://127.0.0.1:9001\n"
     "wsgauntlet fuzzingserver --run 'node client.js {url}' --cases '1.*,5.19'"},
    {"massconnect", "Hold thousands of connections, measure how fast they open", kMode,
     addMassConnect,
     "Starts connections in batches until all are open, holds them, and ends them with a closing "
     "handshake. Failed attempts are repeated. Prints connects per second and percentiles of the "
     "time from the start of a connection to the end of its WebSocket handshake. Status 3 when not "
     "all could be opened and held.",
     "-w URL [flags]\n-s FILE [flags]",
     "wsgauntlet massconnect -w ws://127.0.0.1:9001 --connections 10000 --hold 10"},
    {"report", "Judge, merge, compare and show reports", false, addReport, "", "",
     "wsgauntlet report gate reports/servers --fail-on strict\n"
     "wsgauntlet report serve reports/servers"},
    {"cases", "List, show, check and export test cases", false, addCases, "", "",
     "wsgauntlet cases list '5.*'\n"
     "wsgauntlet cases show 5.19"},
    {"reference", "Show the reference of commands, spec files and options", false, addReference, "",
     "", "wsgauntlet reference spec-files"},
    {"testeeserver", "Echo server that passes every case", kMode, addTesteeServer,
     "Accepts permessage-deflate, and fails connections with a Close frame. Its name is "
     "wsgauntlet/VERSION; with -m it is the name that wstest has.",
     "-w URL [flags]",
     "wsgauntlet testeeserver -w ws://127.0.0.1:9001\n"
     "wsgauntlet testeeserver -w ws://127.0.0.1:9001 --break ignores-rsv",
     kPeer},
    {"testeeclient", "Echo client that passes every case", kMode, addTesteeClient,
     "Runs all cases of a fuzzing server; the path of the URL is replaced. Its name is "
     "wsgauntlet/VERSION unless --ident gives another; with -m it is the name that wstest has.",
     "-w URL [flags]", "wsgauntlet testeeclient -w ws://127.0.0.1:9001 --ident me", kPeer},
    {"echoserver", "Echo server without compression that drops TCP on errors", kMode, addEchoServer,
     "Like testeeserver, with the option failByDrop and without permessage-deflate.",
     "-w URL [flags]", "wsgauntlet echoserver -w ws://127.0.0.1:9001", kPeer},
    {"echoclient", "Client of one connection that echoes every message", kMode, addEchoClient,
     "Ends when the connection ends.", "-w URL [flags]",
     "wsgauntlet echoclient -w ws://127.0.0.1:9001", kPeer},
    {"broadcastserver", "Server that sends each message to all its clients", kMode,
     addBroadcastServer,
     "The sender gets its message too. All clients get the text 'tick N' every second.",
     "-w URL [flags]", "wsgauntlet broadcastserver -w ws://127.0.0.1:9001", kPeer},
    {"broadcastclient", "Client that says hello and prints each message", kMode, addBroadcastClient,
     "Sends 'hello from HOST[PID]' when connected and every two seconds. Prints each message after "
     "'received:  ': text as it is, binary as hex.",
     "-w URL [flags]", "wsgauntlet broadcastclient -w ws://127.0.0.1:9001", kPeer},
};

}  // namespace

std::span<const Command> commands() {
  return kCommands;
}

}  // namespace wsgauntlet::cli
