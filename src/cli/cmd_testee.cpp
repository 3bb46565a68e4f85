#include "cli/command.hpp"
#include "cli/common_flags.hpp"
#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "net/loop.hpp"
#include "roles/names.hpp"
#include "roles/testee.hpp"

#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

struct Flags {
  OriginalFlags original;
  bool noDeflate = false;
};

const std::string& requireUrl(const OriginalFlags& flags) {
  if (flags.wsuri.empty()) throw InputError("a URL is missing: give -w ws://127.0.0.1:9001");
  return flags.wsuri;
}

int runTesteeServer(const Flags& flags) {
  roles::TesteeServerSpec spec;
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
  roles::TesteeClientSpec spec;
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
  return [flags] { return runTesteeServer(*flags); };
}

std::function<int()> addTesteeClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  addOriginalFlags(app, flags->original);
  app.add_flag("--no-deflate", flags->noDeflate, "Do not offer permessage-deflate");
  return
      [flags, original = invocation.originalSpelling] { return runTesteeClient(*flags, original); };
}

}  // namespace wsgauntlet::cli
