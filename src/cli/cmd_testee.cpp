#include "cli/command.hpp"
#include "cli/common_flags.hpp"
#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "net/loop.hpp"
#include "roles/names.hpp"
#include "roles/odd_rules.hpp"
#include "roles/testee.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

struct Flags {
  OriginalFlags original;
  bool noDeflate = false;
  std::string broken;
  std::string unusual;
};

/// The deviation that the flags ask for; empty for none. Throws InputError.
std::string oddRule(const Flags& flags, roles::OddRule::Peers peers) {
  if (!flags.broken.empty() && !flags.unusual.empty()) {
    throw InputError("--break and --unusual: give one of them");
  }
  const std::string& name = flags.broken.empty() ? flags.unusual : flags.broken;
  if (name.empty()) return {};
  const roles::OddRule* rule = roles::findOddRule(name);
  const bool fits = rule != nullptr && rule->isRight == flags.broken.empty() &&
                    (rule->peers == roles::OddRule::Peers::both || rule->peers == peers);
  if (!fits) {
    throw InputError(fmt::format("{}: there is no \"{}\" for this kind of peer; \"list\" shows all",
                                 flags.broken.empty() ? "--unusual" : "--break", name));
  }
  return name;
}

/// Lists the deviations when the flags ask for that.
bool listed(const Flags& flags, roles::OddRule::Peers peers) {
  if (flags.broken != "list" && flags.unusual != "list") return false;
  for (const roles::OddRule& rule : roles::oddRules()) {
    const bool fits = rule.peers == roles::OddRule::Peers::both || rule.peers == peers;
    if (fits && rule.isRight == (flags.unusual == "list")) {
      fmt::print("{:<30} {:<9} {}\n", rule.name, rule.layer, rule.what);
    }
  }
  return true;
}

void addOddFlags(CLI::App& app, Flags& flags) {
  app.add_option("--break", flags.broken, "Break one rule of the protocol; \"list\" shows them");
  app.add_option("--unusual", flags.unusual,
                 "Behave in a right but unusual way; \"list\" shows them");
}

const std::string& requireUrl(const OriginalFlags& flags) {
  if (flags.wsuri.empty()) throw InputError("a URL is missing: give -w ws://127.0.0.1:9001");
  return flags.wsuri;
}

int runTesteeServer(const Flags& flags) {
  using Peers = roles::OddRule::Peers;
  if (listed(flags, Peers::servers)) return success;
  roles::TesteeServerSpec spec;
  spec.oddRule = oddRule(flags, Peers::servers);
  spec.port = websocket::parseUrl(requireUrl(flags.original)).port;
  spec.compression = !flags.noDeflate;
  spec.seed = chooseSeed("");
  net::Loop loop;
  roles::TesteeServer server(loop, std::move(spec));
  fmt::print("Listening on ws://127.0.0.1:{}\n", server.port());
  loop.onTermination([&](int) { loop.stop(); });
  loop.run();
  return success;
}

int runTesteeClient(const Flags& flags, bool originalSpelling) {
  using Peers = roles::OddRule::Peers;
  if (listed(flags, Peers::clients)) return success;
  roles::TesteeClientSpec spec;
  spec.oddRule = oddRule(flags, Peers::clients);
  spec.urlText = requireUrl(flags.original);
  spec.url = websocket::parseUrl(spec.urlText);
  spec.agent = flags.original.ident.empty() ? roles::kTesteeName : flags.original.ident;
  spec.compression = !flags.noDeflate;
  spec.seed = chooseSeed("");
  net::Loop loop;
  ConsoleLog log;
  roles::TesteeClient client(loop, std::move(spec), log);
  bool reachedServer = false;
  loop.onTermination([&](int) { loop.stop(); });
  client.start([&](bool reached) {
    reachedServer = reached;
    loop.stop();
  });
  loop.run();
  return reachedServer || originalSpelling ? success : incomplete;
}

}  // namespace

std::function<int()> addTesteeServer(CLI::App& app, const Invocation&) {
  const auto flags = std::make_shared<Flags>();
  addOriginalFlags(app, flags->original);
  app.add_flag("--no-deflate", flags->noDeflate, "Do not accept permessage-deflate");
  addOddFlags(app, *flags);
  return [flags] { return runTesteeServer(*flags); };
}

std::function<int()> addTesteeClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  addOriginalFlags(app, flags->original);
  app.add_flag("--no-deflate", flags->noDeflate, "Do not offer permessage-deflate");
  addOddFlags(app, *flags);
  return
      [flags, original = invocation.originalSpelling] { return runTesteeClient(*flags, original); };
}

}  // namespace wsgauntlet::cli
