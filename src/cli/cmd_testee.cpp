#include "cli/cmd_testee.hpp"

#include "cli/checks.hpp"
#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "cli/help.hpp"
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
  MutationFlags mutation;
};

struct TesteeClientFlags {
  OriginalFlags original;
  ConnectFlags connect;
  bool noDeflate = false;
  MutationFlags mutation;
};

bool fitsTo(const mutants::MutationFacts& one, mutants::MutationFacts::Peers peers) {
  return one.peers == mutants::MutationFacts::Peers::both || one.peers == peers;
}

/// The deviations that --unusual (which are right) or --break knows for these peers.
std::vector<std::string> namesFor(bool right, mutants::MutationFacts::Peers peers) {
  std::vector<std::string> names;
  for (const mutants::MutationFacts& one : mutants::mutations()) {
    if (one.isRight == right && fitsTo(one, peers)) names.emplace_back(one.name);
  }
  return names;
}

/// The deviation that the flags ask for. Throws InputError.
mutants::Mutation mutation(const MutationFlags& flags, mutants::MutationFacts::Peers peers) {
  if (!flags.broken.empty() && !flags.unusual.empty()) {
    throw InputError("--break and --unusual: give one of them");
  }
  const std::string& name = flags.broken.empty() ? flags.unusual : flags.broken;
  if (name.empty()) return {};
  const mutants::MutationFacts* found = mutants::findMutation(name);
  const bool fits =
      found != nullptr && found->isRight == flags.broken.empty() && fitsTo(*found, peers);
  if (!fits) {
    throw InputError(fmt::format("{}: there is no '{}' for this kind of peer{}; 'list' shows all",
                                 flags.broken.empty() ? "--unusual" : "--break", name,
                                 suggestion(name, namesFor(flags.broken.empty(), peers))));
  }
  return found->id;
}

/// Lists the deviations when the flags ask for that.
bool listed(const MutationFlags& flags, mutants::MutationFacts::Peers peers) {
  if (flags.broken != "list" && flags.unusual != "list") return false;
  for (const mutants::MutationFacts& one : mutants::mutations()) {
    if (fitsTo(one, peers) && one.isRight == (flags.unusual == "list")) {
      say("{:<30} {:<9} {}\n", one.name, one.layer, one.what);
    }
  }
  return true;
}

void addMutationFlags(CLI::App& app, MutationFlags& flags) {
  beginGroup(app, heading::behaviour);
  app.add_option("--break", flags.broken, "Break one rule of the protocol; 'list' shows the rules")
      ->type_name("RULE");
  app.add_option("--unusual", flags.unusual,
                 "Behave in an unusual way that conforms; 'list' shows the ways")
      ->type_name("NAME");
}

int serveEcho(const TesteeServerFlags& flags, bool originalSpelling, websocket::Options options) {
  if (listed(flags.mutation, mutants::MutationFacts::Peers::servers)) return success;
  Listening listening;
  roles::ServeSpec spec = serveSpec(flags.original, flags.listen, std::move(options), listening);
  spec.name = roles::testeeName(originalSpelling);
  spec.compression = !flags.noDeflate;
  spec.mutation = mutation(flags.mutation, mutants::MutationFacts::Peers::servers);
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
  spec.url = requireUrl(flags.original);
  spec.urlText = flags.original.wsuri;
  applyConnectFlags(flags.connect, flags.original, {}, spec);
  const std::string& ident = flags.original.ident;
  spec.agent = ident.empty() ? roles::testeeName(originalSpelling) : ident;
  spec.compression = !flags.noDeflate;
  spec.mutation = mutation(flags.mutation, mutants::MutationFacts::Peers::clients);
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
  if (listed(flags.mutation, mutants::MutationFacts::Peers::clients)) return success;
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
  addOriginalFlags(app, flags->original, {{"--wsuri", heading::connection, kListenHelp}});
  addListenFlags(app, flags->listen, heading::connection);
  addMutationFlags(app, flags->mutation);
  app.add_flag("--no-deflate", flags->noDeflate, "Do not accept permessage-deflate");
  return
      [flags, original = invocation.originalSpelling] { return serveEcho(*flags, original, {}); };
}

std::function<int()> addTesteeClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<TesteeClientFlags>();
  addOriginalFlags(
      app, flags->original,
      {{"--wsuri", heading::connection, "Fuzzing server, such as ws://127.0.0.1:9001"},
       {"--ident", heading::connection, "Our name in the reports; default: wsgauntlet/VERSION"}});
  addConnectFlags(app, flags->connect);
  addMutationFlags(app, flags->mutation);
  app.add_flag("--no-deflate", flags->noDeflate, "Do not offer permessage-deflate");
  return
      [flags, original = invocation.originalSpelling] { return runTesteeClient(*flags, original); };
}

std::function<int()> addEchoServer(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<TesteeServerFlags>();
  addOriginalFlags(app, flags->original, {{"--wsuri", heading::connection, kListenHelp}});
  addListenFlags(app, flags->listen, heading::connection);
  flags->noDeflate = true;
  return [flags, original = invocation.originalSpelling] {
    websocket::Options options;
    options.failByDrop = true;
    return serveEcho(*flags, original, options);
  };
}

std::function<int()> addEchoClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<TesteeClientFlags>();
  addOriginalFlags(app, flags->original,
                   {{"--wsuri", heading::connection, kConnectHelp},
                    {"--ident", heading::connection, "Our User-Agent field"}});
  addConnectFlags(app, flags->connect);
  flags->noDeflate = true;
  return
      [flags, original = invocation.originalSpelling] { return runEchoClient(*flags, original); };
}

}  // namespace wsgauntlet::cli
