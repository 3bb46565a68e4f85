#include "cli/command.hpp"
#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "cli/output.hpp"
#include "cli/transport_flags.hpp"
#include "mutants/mutations.hpp"
#include "net/descriptors.hpp"
#include "net/loop.hpp"
#include "roles/names.hpp"
#include "roles/testee.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

struct MutationFlags {
  std::string broken;
  std::string unusual;
};

struct TesteeServerFlags {
  OriginalFlags original;
  ListenFlags listen;
  bool noDeflate = false;
  MutationFlags odd;
};

struct TesteeClientFlags {
  OriginalFlags original;
  ConnectFlags connect;
  bool noDeflate = false;
  MutationFlags odd;
};

/// The deviation that the flags ask for. Throws InputError.
mutants::Mutation mutation(const MutationFlags& flags, mutants::MutationFacts::Peers peers) {
  if (!flags.broken.empty() && !flags.unusual.empty()) {
    throw InputError("--break and --unusual: give one of them");
  }
  const std::string& name = flags.broken.empty() ? flags.unusual : flags.broken;
  if (name.empty()) return {};
  const mutants::MutationFacts* found = mutants::findMutation(name);
  const bool fits = found != nullptr && found->isRight == flags.broken.empty() &&
                    (found->peers == mutants::MutationFacts::Peers::both || found->peers == peers);
  if (!fits) {
    throw InputError(fmt::format("{}: there is no \"{}\" for this kind of peer; \"list\" shows all",
                                 flags.broken.empty() ? "--unusual" : "--break", name));
  }
  return found->id;
}

/// Lists the deviations when the flags ask for that.
bool listed(const MutationFlags& flags, mutants::MutationFacts::Peers peers) {
  if (flags.broken != "list" && flags.unusual != "list") return false;
  for (const mutants::MutationFacts& one : mutants::mutations()) {
    const bool fits = one.peers == mutants::MutationFacts::Peers::both || one.peers == peers;
    if (fits && one.isRight == (flags.unusual == "list")) {
      say("{:<30} {:<9} {}\n", one.name, one.layer, one.what);
    }
  }
  return true;
}

void addOddFlags(CLI::App& app, MutationFlags& flags) {
  app.add_option("--break", flags.broken, "Break one rule of the protocol; \"list\" shows them");
  app.add_option("--unusual", flags.unusual,
                 "Behave in a right but unusual way; \"list\" shows them");
}

int serveEcho(const TesteeServerFlags& flags, bool originalSpelling, websocket::Options options) {
  if (listed(flags.odd, mutants::MutationFacts::Peers::servers)) return success;
  Listening listening;
  roles::ServeSpec spec = serveSpec(flags.original, flags.listen, std::move(options), listening);
  spec.name = roles::testeeName(originalSpelling);
  spec.compression = !flags.noDeflate;
  spec.mutation = mutation(flags.odd, mutants::MutationFacts::Peers::servers);
  net::Loop loop;
  ConsoleLog log;
  net::raiseDescriptorLimit();
  const roles::PlainServer server(loop, std::move(spec), log, roles::echo());
  announce(listening, server.port(), flags.listen);
  loop.onTermination([&](int) { loop.stop(); });
  loop.run();
  return success;
}

roles::TesteeClientSpec clientSpec(const TesteeClientFlags& flags, bool originalSpelling) {
  roles::TesteeClientSpec spec;
  spec.urlText = requireUrl(flags.original);
  spec.url = websocket::parseUrl(spec.urlText);
  applyConnectFlags(flags.connect, flags.original, {}, spec);
  const std::string& ident = flags.original.ident;
  spec.agent = ident.empty() ? roles::testeeName(originalSpelling) : ident;
  spec.compression = !flags.noDeflate;
  spec.mutation = mutation(flags.odd, mutants::MutationFacts::Peers::clients);
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

int runTesteeClient(const TesteeClientFlags& flags, bool originalSpelling) {
  if (listed(flags.odd, mutants::MutationFacts::Peers::clients)) return success;
  net::Loop loop;
  ConsoleLog log;
  roles::TesteeClient client(loop, clientSpec(flags, originalSpelling), log);
  return runClient(loop, originalSpelling,
                   [&](std::function<void(bool)> done) { client.start(std::move(done)); });
}

int runEchoClient(const TesteeClientFlags& flags, bool originalSpelling) {
  const roles::TesteeClientSpec spec = clientSpec(flags, originalSpelling);
  net::Loop loop;
  ConsoleLog log;
  return runClient(loop, originalSpelling, [&](std::function<void(bool)> done) {
    roles::runEchoClient(loop, spec, log, std::move(done));
  });
}

}  // namespace

std::function<int()> addTesteeServer(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<TesteeServerFlags>();
  addOriginalFlags(app, flags->original);
  addListenFlags(app, flags->listen);
  app.add_flag("--no-deflate", flags->noDeflate, "Do not accept permessage-deflate");
  addOddFlags(app, flags->odd);
  return
      [flags, original = invocation.originalSpelling] { return serveEcho(*flags, original, {}); };
}

std::function<int()> addTesteeClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<TesteeClientFlags>();
  addOriginalFlags(app, flags->original);
  addConnectFlags(app, flags->connect);
  app.add_flag("--no-deflate", flags->noDeflate, "Do not offer permessage-deflate");
  addOddFlags(app, flags->odd);
  return
      [flags, original = invocation.originalSpelling] { return runTesteeClient(*flags, original); };
}

std::function<int()> addEchoServer(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<TesteeServerFlags>();
  addOriginalFlags(app, flags->original);
  addListenFlags(app, flags->listen);
  flags->noDeflate = true;
  return [flags, original = invocation.originalSpelling] {
    websocket::Options options;
    options.failByDrop = true;
    return serveEcho(*flags, original, options);
  };
}

std::function<int()> addEchoClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<TesteeClientFlags>();
  addOriginalFlags(app, flags->original);
  addConnectFlags(app, flags->connect);
  flags->noDeflate = true;
  return
      [flags, original = invocation.originalSpelling] { return runEchoClient(*flags, original); };
}

}  // namespace wsgauntlet::cli
