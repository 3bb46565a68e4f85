#include "cli/command.hpp"
#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "cli/transport_flags.hpp"
#include "net/descriptors.hpp"
#include "net/loop.hpp"
#include "roles/names.hpp"
#include "roles/testee.hpp"

#include <memory>

#include <CLI/CLI.hpp>

namespace wsgauntlet::cli {
namespace {

struct ServerFlags {
  OriginalFlags original;
  ListenFlags listen;
  bool noDeflate = false;
};

struct ClientFlags {
  OriginalFlags original;
  ConnectFlags connect;
  bool noDeflate = false;
};

int serveEcho(const ServerFlags& flags, websocket::Options options) {
  Listening listening;
  roles::ServeSpec spec = serveSpec(flags.original, flags.listen, std::move(options), listening);
  spec.compression = !flags.noDeflate;
  net::Loop loop;
  ConsoleLog log;
  net::raiseDescriptorLimit();
  const roles::PlainServer server(loop, std::move(spec), log, roles::echo());
  announce(listening, server.port(), flags.listen);
  loop.onTermination([&](int) { loop.stop(); });
  loop.run();
  return success;
}

roles::TesteeClientSpec clientSpec(const ClientFlags& flags) {
  roles::TesteeClientSpec spec;
  spec.urlText = requireUrl(flags.original);
  spec.url = websocket::parseUrl(spec.urlText);
  applyConnectFlags(flags.connect, flags.original, {}, spec);
  spec.agent = flags.original.ident.empty() ? roles::kTesteeName : flags.original.ident;
  spec.compression = !flags.noDeflate;
  spec.seed = chooseSeed("");
  return spec;
}

/// Runs the loop until a client is done.
template <typename Start>
int runClient(net::Loop& loop, bool originalSpelling, const Start& start) {
  bool reachedServer = false;
  loop.onTermination([&](int) {
    reachedServer = true;
    loop.stop();
  });
  start([&](bool reached) {
    reachedServer = reached;
    loop.stop();
  });
  loop.run();
  return reachedServer || originalSpelling ? success : incomplete;
}

int runTesteeClient(const ClientFlags& flags, bool originalSpelling) {
  net::Loop loop;
  ConsoleLog log;
  roles::TesteeClient client(loop, clientSpec(flags), log);
  return runClient(loop, originalSpelling,
                   [&](std::function<void(bool)> done) { client.start(std::move(done)); });
}

int runEchoClient(const ClientFlags& flags, bool originalSpelling) {
  const roles::TesteeClientSpec spec = clientSpec(flags);
  net::Loop loop;
  ConsoleLog log;
  return runClient(loop, originalSpelling, [&](std::function<void(bool)> done) {
    roles::runEchoClient(loop, spec, log, std::move(done));
  });
}

}  // namespace

std::function<int()> addTesteeServer(CLI::App& app, const Invocation&) {
  const auto flags = std::make_shared<ServerFlags>();
  addOriginalFlags(app, flags->original);
  addListenFlags(app, flags->listen);
  app.add_flag("--no-deflate", flags->noDeflate, "Do not accept permessage-deflate");
  return [flags] { return serveEcho(*flags, {}); };
}

std::function<int()> addTesteeClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<ClientFlags>();
  addOriginalFlags(app, flags->original);
  addConnectFlags(app, flags->connect);
  app.add_flag("--no-deflate", flags->noDeflate, "Do not offer permessage-deflate");
  return
      [flags, original = invocation.originalSpelling] { return runTesteeClient(*flags, original); };
}

std::function<int()> addEchoServer(CLI::App& app, const Invocation&) {
  const auto flags = std::make_shared<ServerFlags>();
  addOriginalFlags(app, flags->original);
  addListenFlags(app, flags->listen);
  flags->noDeflate = true;
  return [flags] {
    websocket::Options options;
    options.failByDrop = true;
    return serveEcho(*flags, options);
  };
}

std::function<int()> addEchoClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<ClientFlags>();
  addOriginalFlags(app, flags->original);
  addConnectFlags(app, flags->connect);
  flags->noDeflate = true;
  return
      [flags, original = invocation.originalSpelling] { return runEchoClient(*flags, original); };
}

}  // namespace wsgauntlet::cli
