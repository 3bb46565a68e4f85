#include "cli/cmd_fuzzing_server.hpp"

#include "cli/common_flags.hpp"
#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "cli/gate_flags.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "cli/peer_process.hpp"
#include "cli/spec_reader.hpp"
#include "cli/transport_flags.hpp"
#include "gate/run_end.hpp"
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
  gate::GateSettings gate;
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
                  const Listening& listening, std::uint64_t seed, bool originalSpelling) {
  log.line("");
  log.line(fmt::format("wsgauntlet " WSGAUNTLET_VERSION
                       " WebSocket 25.10.1/0.10.9 Fuzzing Server (Port {}{})",
                       server.port(), listening.tls ? " TLS" : ""));
  log.line(
      fmt::format("Ok, will run {} test cases for any clients connecting", selection.part.size()));
  if (originalSpelling) log.line("Cases = " + listIds(selection.part));
  log.line(fmt::format("Seed = {}", seed));
}

roles::FuzzingServerSpec serverRunSpec(const FuzzingServerFlags& flags, const ServerSpecFile& file,
                                       const Listening& listening, const Selection& selection) {
  roles::FuzzingServerSpec spec;
  spec.listen = listening.address;
  chooseWebPort(flags, spec);
  spec.cases = selection.part;
  spec.tls = listening.tls;
  spec.exclusions = file.exclusions;
  spec.options = file.options;
  spec.protocols = flags.listen.protocols.empty() ? file.protocols : flags.listen.protocols;
  spec.headers = file.headers;
  spec.timeoutScale = flags.run.timeoutScale;
  return spec;
}

/// Serves until a signal, a client, `--fail-fast` or the end of the client that we have started.
void serve(net::Loop& loop, const std::string& client, const std::string& url, ConsoleLog& log,
           std::unique_ptr<PeerProcess>& peer) {
  std::optional<int> status;
  if (!client.empty()) {
    peer = std::make_unique<PeerProcess>(loop, withPlaceholder(client, "url", url), [&](int ended) {
      status = ended;
      loop.stop();
    });
  }
  loop.onTermination([&](int) { loop.stop(); });
  loop.run();
  if (peer) peer->stop();
  if (status && *status != 0) {
    log.error(fmt::format("the client under test has ended with status {}", *status));
  }
}

int runFuzzingServer(const FuzzingServerFlags& flags, bool originalSpelling) {
  const std::uint64_t seed = chooseSeed(flags.run.seed);
  ServerSpecFile file = loadServerSpec(flags, originalSpelling);
  const SharedCatalogue catalogue = loadCatalogue(
      flags.run.caseFolders, flags.run.suites.empty() ? file.suites : flags.run.suites);
  const auto corpora = loadCorpora(flags.run.testdata);
  const Selection selection = selectCases(*catalogue, flags.run, file, suite::AppliesTo::clients);
  checkGateFlags(flags.gate, *catalogue);
  applyOptions(flags.listen.options, file.options);
  applyHeaders(flags.listen.headers, file.headers);
  const Listening listening =
      listeningAt(file.url, flags.listen, flags.original, file.tlsSettings, file.options);
  net::requireListenable(listening.address);
  roles::FuzzingServerSpec spec = serverRunSpec(flags, file, listening, selection);
  spec.corpora = corpora.get();
  spec.seed = seed;
  spec.corrections = usesCorrections(flags.run, originalSpelling);
  report::Folder folder(flags.run.outdir.empty() ? file.outdir : flags.run.outdir);
  if (flags.run.resume) folder.load(*catalogue);
  gate::FailFast failFast(flags.gate, *catalogue);
  spec.endsRun = [&](const play::Result& result) { return failFast.endsRun(result); };
  const auto excluded = [&](const std::string& agent, const suite::CaseId& id) {
    return roles::isExcluded(file.exclusions, agent, id);
  };

  net::raiseDescriptorLimit();
  ConsoleLog log;
  report::RunFile runFile(folder.path(), runRecord(selection, true, {}));
  net::Loop loop;
  roles::FuzzingServer server(loop, std::move(spec), folder, log);
  for (const std::string& warning : file.warnings) log.error("warning: " + warning);
  greetClients(log, selection, server, listening, seed, originalSpelling);
  announce(listening, server.port(), flags.listen);
  if (const auto web = server.webPort()) {
    log.line(fmt::format("Web page {}://{}/", listening.tls ? "https" : "http",
                         websocket::hostAndPort(listening.host, *web)));
  }
  std::unique_ptr<PeerProcess> peer;
  serve(loop, flags.client, listening.url(server.port()), log, peer);

  gate::RunEnd end;
  end.hasIndex = server.writeReports();
  end.unwritten = server.unwritten();
  end.failFast = failFast.reason();
  const report::Records records = folder.records();
  end.missing = gate::missingResults(records, selection.part, excluded);
  const bool gates = flags.gate.given() || (peer && flags.gate.wanted(originalSpelling));
  const int status = exitStatus(
      gate::endRun({flags.gate, gates, peer && !originalSpelling}, end,
                   {*catalogue,
                    records,
                    selection.part,
                    folder.path().string(),
                    gate::repeatWith("wsgauntlet fuzzingserver"),
                    {},
                    excluded},
                   runFile, {printText, [&](const std::string& line) { log.error(line); }}));
  if (peer && status != success) peer->showOutput();
  return status;
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
