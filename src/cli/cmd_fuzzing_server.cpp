#include "cli/command.hpp"
#include "cli/common_flags.hpp"
#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "cli/gate_flags.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "cli/peer_process.hpp"
#include "cli/run_file.hpp"
#include "cli/spec_reader.hpp"
#include "cli/transport_flags.hpp"
#include "gate/console.hpp"
#include "net/descriptors.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "report/store/folder.hpp"
#include "roles/fuzzing_server.hpp"
#include "websocket/url.hpp"

#include <filesystem>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

struct FuzzingServerFlags {
  OriginalFlags original;
  RunFlags run;
  ListenFlags listen;
  std::string client;
  GateFlags gate;
};

ServerSpecFile loadServerSpec(const FuzzingServerFlags& flags, bool originalSpelling) {
  const bool withUrl = !flags.original.wsuri.empty();
  const bool urlIsEnough =
      !originalSpelling && flags.original.spec.empty() &&
      (withUrl || (!flags.client.empty() && !std::filesystem::exists("fuzzingserver.json")));
  ServerSpecFile spec;
  if (urlIsEnough) {
    passOverSpec("fuzzingserver");
    spec.outdir = "./reports/clients";
    spec.cases = {"*"};
  } else {
    const std::string path = findSpec(flags.original.spec, "fuzzingserver", defaultServerSpec());
    spec = readServerSpec(JsonSource::fromFile(path));
  }
  if (withUrl) {
    spec.url = requireUrl(flags.original);
  } else if (urlIsEnough) {
    // A client that we start ourselves gets our URL: any free port will do.
    spec.url.port = 0;
  }
  return spec;
}

/// What a gate looks at: the cases that the client was to run, by the name it gave itself.
int verdictOfClients(const report::Records& records, std::size_t cases) {
  bool missing = records.empty();
  for (const auto& [agent, results] : records) {
    for (const auto& [id, record] : results) {
      if (report::isFailure(record)) return casesFailed;
    }
    missing = missing || results.size() < cases;
  }
  return missing ? incomplete : success;
}

/// A port that was asked for must be free. Otherwise it is that of the original, if that is free,
/// and none when we start the client: then nobody looks.
void chooseWebPort(const FuzzingServerFlags& flags, roles::FuzzingServerSpec& spec) {
  constexpr std::uint16_t kDefault = 8080;
  spec.webPageRequired = flags.original.webport.has_value();
  if (!spec.webPageRequired) {
    if (flags.client.empty()) spec.webPort = kDefault;
    return;
  }
  const auto port = static_cast<std::uint16_t>(*flags.original.webport);
  if (port == 0) return;
  net::requireListenable({spec.listen.host, port});
  spec.webPort = port;
}

void greetClients(ConsoleLog& log, const Selection& selection, const roles::FuzzingServer& server,
                  bool secure, std::uint64_t seed, bool originalSpelling) {
  log.line("");
  log.line(fmt::format("wsgauntlet " WSGAUNTLET_VERSION
                       " WebSocket 25.10.1/0.10.9 Fuzzing Server (Port {}{})",
                       server.port(), secure ? " TLS" : ""));
  log.line(
      fmt::format("Ok, will run {} test cases for any clients connecting", selection.part.size()));
  if (originalSpelling) log.line("Cases = " + listIds(selection.part));
  log.line(fmt::format("Seed = {}", seed));
}

int runFuzzingServer(const FuzzingServerFlags& flags, bool originalSpelling) {
  const std::uint64_t seed = chooseSeed(flags.run.seed);
  ServerSpecFile file = loadServerSpec(flags, originalSpelling);
  const SharedCatalogue loaded = loadCatalogue(
      flags.run.caseFolders, flags.run.suites.empty() ? file.suites : flags.run.suites);
  const suite::Catalogue& catalogue = *loaded;
  const auto corpora = loadCorpora(flags.run.testdata);
  const Selection selection = selectCases(catalogue, flags.run, file, suite::AppliesTo::clients);
  checkGateFlags(flags.gate, catalogue);
  applyOptions(flags.listen.options, file.options);
  applyHeaders(flags.listen.headers, file.headers);
  const Listening listening =
      listeningAt(file.url, flags.listen, flags.original, file.tlsSettings, file.options);
  net::requireListenable(listening.address);
  roles::FuzzingServerSpec spec;
  spec.listen = listening.address;
  chooseWebPort(flags, spec);
  report::Folder folder(flags.run.outdir.empty() ? file.outdir : flags.run.outdir);
  if (flags.run.resume) folder.load(catalogue);

  spec.cases = selection.part;
  spec.tls = listening.tls;
  spec.exclusions = std::move(file.exclusions);
  spec.options = file.options;
  spec.protocols = flags.listen.protocols.empty() ? file.protocols : flags.listen.protocols;
  spec.headers = file.headers;
  spec.seed = seed;
  spec.timeoutScale = flags.run.timeoutScale;
  spec.corpora = corpora.get();

  FailFast failFast(flags.gate, catalogue);
  spec.endsRun = [&](const play::Result& result) { return failFast.endsRun(result); };

  const roles::AgentExclusions exclusions = spec.exclusions;
  net::raiseDescriptorLimit();
  ConsoleLog log;
  const auto excluded = [&exclusions](const std::string& agent, const suite::CaseId& id) {
    return roles::isExcluded(exclusions, agent, id);
  };
  RunFile runFile(folder, true, selection, {});
  net::Loop loop;
  roles::FuzzingServer server(loop, std::move(spec), folder, log);
  for (const std::string& warning : file.warnings) log.error("warning: " + warning);
  greetClients(log, selection, server, listening.tls != nullptr, seed, originalSpelling);
  announce(listening, server.port(), flags.listen);
  if (const auto web = server.webPort()) {
    log.line(fmt::format("Web page {}://{}/", listening.tls ? "https" : "http",
                         websocket::hostAndPort(listening.host, *web)));
  }

  std::unique_ptr<PeerProcess> peer;
  std::optional<int> peerStatus;
  if (!flags.client.empty()) {
    const std::string url = listening.url(server.port());
    peer = std::make_unique<PeerProcess>(loop, withPlaceholder(flags.client, "url", url),
                                         [&](int status) {
                                           peerStatus = status;
                                           loop.stop();
                                         });
  }
  loop.onTermination([&](int) { loop.stop(); });
  loop.run();
  if (peer) peer->stop();
  bool written = server.writeReports() && server.unwritten() == 0;
  written = runFile.end(written, excluded, log) && written;

  say("{}", gate::summary(folder.records(), selection.part));
  say("Reports are in {}\n",
      (std::filesystem::absolute(folder.path()) / "index.html").lexically_normal().string());
  if (!failFast.reason().empty()) log.error(failFast.reason());
  if (server.unwritten() > 0) log.error(describeLost(server.unwritten()));
  const bool gates = flags.gate.given() || (peer && flags.gate.wanted(originalSpelling));
  if (!peer && !gates) return written ? success : incomplete;
  int status = verdictOfClients(folder.records(), selection.part.size());
  if (gates) {
    status = runGate(
        flags.gate, folder.records(), selection.part,
        {catalogue,
         folder.path().string(),
         repeatWith("wsgauntlet fuzzingserver"),
         {},
         excluded,
         failFast.reason().empty() ? std::vector<std::string>{} : std::vector{failFast.reason()}});
  }
  if (!written && status == success) status = incomplete;
  if (peerStatus && *peerStatus != 0) {
    log.error(fmt::format("the client under test has ended with status {}", *peerStatus));
  }
  if (peer && status != success) peer->showOutput();
  return originalSpelling && !gates && written ? success : status;
}

}  // namespace

std::function<int()> addFuzzingServer(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<FuzzingServerFlags>();
  addOriginalFlags(app, flags->original,
                   {{"--wsuri", heading::target,
                     "Where to listen, such as ws://127.0.0.1:9001; port 0 is any free port"},
                    {"--spec", heading::target,
                     "Spec file; default: fuzzingserver.json, or none if there is -w"},
                    {"--webport", heading::target,
                     "Port of the web page, 0 for none; default: 8080 if that is free"}});
  beginGroup(app, heading::target);
  app.add_option("--run", flags->client,
                 "Command that runs the client under test; {url} in it is our URL. The run ends "
                 "with this command")
      ->type_name("COMMAND");
  addListenFlags(app, flags->listen, heading::target);
  addRunFlags(app, flags->run);
  addGateFlags(app, flags->gate);
  return [flags, original = invocation.originalSpelling] {
    return runFuzzingServer(*flags, original);
  };
}

}  // namespace wsgauntlet::cli
