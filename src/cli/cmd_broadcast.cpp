#include "cli/cmd_broadcast.hpp"

#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "cli/help.hpp"
#include "cli/transport_flags.hpp"
#include "net/descriptors.hpp"
#include "net/loop.hpp"
#include "roles/broadcast.hpp"
#include "roles/names.hpp"

#include <memory>

namespace wsgauntlet::cli {
namespace {

struct BroadcastServerFlags {
  OriginalFlags original;
  ListenFlags listen;
};

struct BroadcastClientFlags {
  OriginalFlags original;
  ConnectFlags connect;
};

int runBroadcastServer(const BroadcastServerFlags& flags, bool originalSpelling) {
  Listening listening;
  roles::ServeSpec spec = serveSpec(flags.original, flags.listen, {}, listening);
  spec.name = roles::testeeName(originalSpelling);
  spec.compression = false;
  net::Loop loop;
  ConsoleLog log;
  net::raiseDescriptorLimit();
  const roles::BroadcastServer server(loop, std::move(spec), log);
  announce(listening, server.port(), flags.listen);
  loop.onTermination([&](int) { loop.stop(); });
  loop.run();
  return success;
}

int runBroadcastClient(const BroadcastClientFlags& flags, bool originalSpelling) {
  roles::BroadcastClientSpec spec;
  spec.url = requireUrl(flags.original);
  spec.urlText = flags.original.wsuri;
  applyConnectFlags(flags.connect, flags.original, {}, spec);
  spec.seed = chooseSeed("");
  net::Loop loop;
  ConsoleLog log;
  bool reached = true;
  loop.onTermination([&](int) { loop.stop(); });
  roles::runBroadcastClient(loop, spec, log, [&](bool wasReached) {
    reached = wasReached;
    loop.stop();
  });
  loop.run();
  return reached || originalSpelling ? success : incomplete;
}

}  // namespace

std::function<int()> addBroadcastServer(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<BroadcastServerFlags>();
  addOriginalFlags(app, flags->original, {{"--wsuri", heading::connection, kListenHelp}});
  addListenFlags(app, flags->listen, heading::connection);
  return [flags, original = invocation.originalSpelling] {
    return runBroadcastServer(*flags, original);
  };
}

std::function<int()> addBroadcastClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<BroadcastClientFlags>();
  addOriginalFlags(app, flags->original, {{"--wsuri", heading::connection, kConnectHelp}});
  addConnectFlags(app, flags->connect);
  return [flags, original = invocation.originalSpelling] {
    return runBroadcastClient(*flags, original);
  };
}

}  // namespace wsgauntlet::cli
