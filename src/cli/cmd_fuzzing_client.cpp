#include "cli/cmd_fuzzing_client.hpp"

#include "cli/checks.hpp"
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
#include "net/loop.hpp"
#include "report/store/folder.hpp"
#include "roles/fuzzing_client.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

struct FuzzingClientFlags {
  OriginalFlags original;
  RunFlags run;
  ConnectFlags connect;
  int jobs = 500;
  double connectRetry = 10;
  std::string start;
  gate::GateSettings gate;
};

/// The spec: from the file that was named, or from the command line, or from the file in the
/// current folder.
ClientSpecFile loadClientSpec(const FuzzingClientFlags& flags, bool originalSpelling) {
  const std::string& url = flags.original.wsuri;
  ClientSpecFile spec;
  if (!originalSpelling && !url.empty() && flags.original.spec.empty()) {
    passOverSpec("fuzzingclient");
    spec.outdir = "./reports/servers";
    spec.cases = {"*"};
  } else {
    const std::string path = findSpec(flags.original.spec, "fuzzingclient", defaultClientSpec());
    spec = readClientSpec(JsonSource::fromFile(path));
  }
  // The original uses -w only where the spec has no servers.
  if (!url.empty() && (spec.servers.empty() || !originalSpelling)) {
    ClientSpecFile::Server server = spec.defaults;
    server.urlText = url;
    server.url = requireUrl(flags.original);
    spec.servers = {std::move(server)};
  } else if (!url.empty()) {
    spec.warnings.push_back(fmt::format(
        "-w {} is not used: the spec file has servers, which win over it with -m", url));
  }
  if (spec.servers.empty()) {
    throw InputError(
        "no server to test: use -w ws://127.0.0.1:9001, or put \"servers\": [{\"url\": "
        "\"ws://127.0.0.1:9001\"}] into the spec file");
  }
  return spec;
}

std::string listUrls(const std::vector<roles::ServerSpec>& servers) {
  std::string text;
  for (const roles::ServerSpec& server : servers) {
    text += fmt::format("{}'{}'", text.empty() ? "" : ", ", server.urlText);
  }
  return "[" + text + "]";
}

/// What an earlier run has left, without failures that it could not confirm.
std::map<std::string, std::set<suite::CaseId>> finishedCases(const report::Records& records) {
  std::map<std::string, std::set<suite::CaseId>> finished;
  for (const auto& [agent, cases] : records) {
    std::set<suite::CaseId>& ofAgent = finished[agent];
    for (const auto& [id, record] : cases) {
      if (record.run != play::Run::unrepeated) ofAgent.insert(id);
    }
  }
  return finished;
}

/// How many cases may run at the same time: each needs a file descriptor, and some are for others.
int jobsWithin(std::size_t descriptors, int wanted) {
  constexpr std::size_t kOwn = 24;
  const std::size_t room = descriptors > kOwn ? descriptors - kOwn : 1;
  return static_cast<int>(std::min(room, static_cast<std::size_t>(wanted)));
}

void greet(ConsoleLog& log, const roles::FuzzingClientSpec& spec, bool originalSpelling) {
  log.line("");
  log.line(
      "wsgauntlet " WSGAUNTLET_VERSION
      " Fuzzing WebSocket Client (Autobahn Testsuite Version 25.10.1 / Autobahn Version 0.10.9)");
  log.line(fmt::format("Ok, will run {} test cases against {} servers", spec.cases.size(),
                       spec.servers.size()));
  if (originalSpelling) log.line("Cases = " + listIds(spec.cases));
  log.line("Servers = " + listUrls(spec.servers));
  log.line(fmt::format("Seed = {}", spec.seed));
}

/// A URL with port 0 is one for the server that we start: it gets a free port, as `{port}`.
void choosePorts(ClientSpecFile& file, std::string& command) {
  for (ClientSpecFile::Server& server : file.servers) {
    if (server.url.port != 0) continue;
    server.url.port = net::freePort();
    const std::string port = std::to_string(server.url.port);
    server.urlText = withPlaceholder(server.urlText, "port", port);
    if (const auto at = server.urlText.find(":0"); at != std::string::npos) {
      server.urlText.replace(at + 1, 1, port);
    }
    command = withPlaceholder(command, "port", port);
  }
}

roles::FuzzingClientSpec runSpec(const FuzzingClientFlags& flags, ClientSpecFile& file,
                                 const Selection& selection) {
  roles::FuzzingClientSpec spec;
  for (ClientSpecFile::Server& server : file.servers) {
    applyConnectFlags(flags.connect, flags.original, server.tlsSettings, server);
    spec.servers.push_back(std::move(server));
  }
  spec.cases = selection.part;
  spec.selection = selection.all;
  spec.exclusions = std::move(file.exclusions);
  spec.jobs = jobsWithin(net::raiseDescriptorLimit(), flags.jobs);
  spec.connectRetry = fromSeconds(flags.connectRetry);
  spec.timeoutScale = flags.run.timeoutScale;
  return spec;
}

std::string whyInterrupted(const std::optional<int>& peerStatus) {
  if (!peerStatus) return "interrupted: the reports hold what was done so far; --resume goes on";
  return fmt::format("the server under test has ended in the middle of the run, with status {}",
                     *peerStatus);
}

std::vector<std::string> agentsOf(const roles::FuzzingClientSpec& spec) {
  std::vector<std::string> agents;
  for (const roles::ServerSpec& server : spec.servers) {
    if (!server.agent.empty()) agents.push_back(server.agent);
  }
  return agents;
}

/// Runs the cases, with the server under test if a command starts it, and returns how that ended.
gate::RunEnd run(roles::FuzzingClientSpec spec, const std::string& command, report::Folder& folder,
                 ConsoleLog& log, std::unique_ptr<PeerProcess>& peer) {
  net::Loop loop;
  std::optional<int> peerStatus;
  if (!command.empty()) {
    peer = std::make_unique<PeerProcess>(loop, command, [&](int status) {
      peerStatus = status;
      loop.stop();
    });
  }
  roles::FuzzingClient client(loop, std::move(spec), folder, log);
  loop.onTermination([&](int) { loop.stop(); });
  bool finished = false;
  client.start([&] {
    finished = true;
    loop.stop();
  });
  loop.run();
  if (peer) peer->stop();
  if (!finished) client.interrupt();
  gate::RunEnd end;
  if (!finished) end.interrupted = whyInterrupted(peerStatus);
  end.hasIndex = client.writeReports();
  const roles::RunOutcome outcome = client.outcome();
  end.missing = outcome.missing;
  end.unrepeated = outcome.unrepeated;
  end.unwritten = outcome.unwritten;
  return end;
}

int runFuzzingClient(const FuzzingClientFlags& flags, bool originalSpelling) {
  const std::uint64_t seed = chooseSeed(flags.run.seed);
  ClientSpecFile file = loadClientSpec(flags, originalSpelling);
  std::string command = flags.start;
  choosePorts(file, command);
  const SharedCatalogue catalogue = loadCatalogue(
      flags.run.caseFolders, flags.run.suites.empty() ? file.suites : flags.run.suites);
  const auto corpora = loadCorpora(flags.run.testdata);
  const Selection selection = selectCases(*catalogue, flags.run, file, suite::AppliesTo::servers);
  checkGateFlags(flags.gate, *catalogue);
  roles::FuzzingClientSpec spec = runSpec(flags, file, selection);
  spec.corpora = corpora.get();
  spec.seed = seed;
  spec.corrections = usesCorrections(flags.run, originalSpelling);
  report::Folder folder(flags.run.outdir.empty() ? file.outdir : flags.run.outdir);
  if (flags.run.resume) folder.load(*catalogue);
  spec.finished = finishedCases(folder.records());
  gate::FailFast failFast(flags.gate, *catalogue);
  spec.endsRun = [&](const play::Result& result) { return failFast.endsRun(result); };
  const roles::AgentExclusions exclusions = spec.exclusions;
  const auto excluded = [&](const std::string& agent, const suite::CaseId& id) {
    return roles::isExcluded(exclusions, agent, id);
  };
  const std::vector<std::string> agents = agentsOf(spec);
  const std::string url = spec.servers.front().urlText;

  ConsoleLog log;
  for (const std::string& warning : file.warnings) log.error("warning: " + warning);
  greet(log, spec, originalSpelling);
  if (spec.jobs < flags.jobs) {
    log.line(fmt::format("Only {} cases at the same time: the system allows no more open files",
                         spec.jobs));
  }
  report::RunFile runFile(folder.path(), runRecord(selection, false, agents));
  std::unique_ptr<PeerProcess> peer;
  gate::RunEnd end = run(std::move(spec), command, folder, log, peer);
  end.failFast = failFast.reason();

  const report::Records records = folder.records();
  const int status = exitStatus(
      gate::endRun({flags.gate, flags.gate.wanted(originalSpelling), !originalSpelling}, end,
                   {*catalogue, records, selection.part, folder.path().string(),
                    gate::repeatWith("wsgauntlet fuzzingclient -w " + url), agents, excluded},
                   runFile, {printText, [&](const std::string& line) { log.error(line); }}));
  if (peer && status != success) peer->showOutput();
  return status;
}

}  // namespace

std::function<int()> addFuzzingClient(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<FuzzingClientFlags>();
  addOriginalFlags(app, flags->original,
                   {{"--wsuri", heading::target, "Server to test, such as ws://127.0.0.1:9001"},
                    {"--spec", heading::target,
                     "Spec file; default: fuzzingclient.json, or none if there is -w"}});
  beginGroup(app, heading::target);
  app.add_option("--start", flags->start,
                 "Command that starts the server before the run, and is ended after it; {port} in "
                 "it is a free port if -w has port 0")
      ->type_name("COMMAND");
  app.add_option("--connect-retry", flags->connectRetry,
                 "Seconds during which a refused connection is tried again")
      ->type_name("SECONDS")
      ->capture_default_str()
      ->check(between(0, 3600));
  beginGroup(app, heading::run);
  app.add_option("-j,--jobs", flags->jobs,
                 "Maximum number of cases in parallel, 1 to 1000; fewer if the server answers late")
      ->type_name("N")
      ->capture_default_str()
      ->check(between(1, 1000));
  addRunFlags(app, flags->run);
  addGateFlags(app, flags->gate);
  addConnectFlags(app, flags->connect);
  return [flags, original = invocation.originalSpelling] {
    return runFuzzingClient(*flags, original);
  };
}

}  // namespace wsgauntlet::cli
