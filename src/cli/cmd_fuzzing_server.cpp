#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "cli/command.hpp"
#include "cli/common_flags.hpp"
#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "cli/spec_reader.hpp"
#include "net/loop.hpp"
#include "report/console.hpp"
#include "report/folder.hpp"
#include "roles/fuzzing_server.hpp"

namespace wsgauntlet::cli {
namespace {

struct Flags {
  OriginalFlags original;
  RunFlags run;
};

ServerSpecFile readSpec(const Flags& flags, bool originalSpelling) {
  const bool urlIsEnough = !originalSpelling && !flags.original.wsuri.empty() &&
                           flags.original.spec.empty() &&
                           !std::filesystem::exists("fuzzingserver.json");
  ServerSpecFile spec;
  if (urlIsEnough) {
    spec.outdir = "./reports/clients";
    spec.cases = {"*"};
  } else {
    const std::string path = findSpec(flags.original.spec, "fuzzingserver", defaultServerSpec());
    spec = readServerSpec(JsonSource::fromFile(path));
  }
  if (!flags.original.wsuri.empty()) spec.url = websocket::parseUrl(flags.original.wsuri);
  return spec;
}

int runFuzzingServer(const Flags& flags, bool originalSpelling) {
  ServerSpecFile file = readSpec(flags, originalSpelling);
  roles::FuzzingServerSpec spec;
  const suite::Catalogue& catalogue = loadCatalogue(flags.run.caseFolders);
  spec.cases = selectCases(catalogue, flags.run, file.cases, file.excludeCases);
  spec.port = file.url.port;
  spec.exclusions = std::move(file.exclusions);
  spec.options = file.options;
  spec.protocols = file.protocols;
  spec.seed = chooseSeed(flags.run.seed);
  spec.timeoutScale = flags.run.timeoutScale;
  const suite::Corpora corpora = loadCorpora(flags.run.testdata);
  spec.corpora = &corpora;
  const std::vector<const suite::Case*> cases = spec.cases;
  report::Folder folder(flags.run.outdir.empty() ? file.outdir : flags.run.outdir);

  ConsoleLog log;
  net::Loop loop;
  const std::uint64_t seed = spec.seed;
  roles::FuzzingServer server(loop, std::move(spec), folder, log);
  for (const std::string& warning : file.warnings) log.error("warning: " + warning);
  log.line("");
  log.line(fmt::format("wsgauntlet " WSGAUNTLET_VERSION
                       " WebSocket 25.10.1/0.10.9 Fuzzing Server (Port {})",
                       server.port()));
  log.line(fmt::format("Ok, will run {} test cases for any clients connecting", cases.size()));
  if (originalSpelling) log.line("Cases = " + listIds(cases));
  log.line(fmt::format("Seed = {}", seed));
  log.line(fmt::format("Listening on ws://127.0.0.1:{}", server.port()));

  loop.onTermination([&](int) { loop.stop(); });
  loop.run();
  server.writeReports();
  fmt::print("{}", report::summary(folder.records(), cases));
  fmt::print("Reports are in {}\n",
             (std::filesystem::absolute(folder.path()) / "index.html").lexically_normal().string());
  return success;
}

}  // namespace

std::function<int()> addFuzzingServer(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<Flags>();
  addOriginalFlags(app, flags->original);
  addRunFlags(app, flags->run);
  return [flags, original = invocation.originalSpelling] {
    return runFuzzingServer(*flags, original);
  };
}

}  // namespace wsgauntlet::cli
