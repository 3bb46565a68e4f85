#include "cli/cmd_mass_connect.hpp"

#include "base/atomic_file.hpp"
#include "cli/checks.hpp"
#include "cli/console_log.hpp"
#include "cli/exit_status.hpp"
#include "cli/flag_error.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "cli/spec_reader.hpp"
#include "cli/transport_flags.hpp"
#include "net/descriptors.hpp"
#include "net/loop.hpp"
#include "roles/mass_connect.hpp"

#include <filesystem>
#include <memory>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::cli {
namespace {

struct MassConnectFlags {
  OriginalFlags original;
  ConnectFlags connect;
  std::optional<std::size_t> connections;
  std::optional<std::size_t> batchSize;
  std::optional<double> batchDelay;
  std::optional<double> retryDelay;
  std::optional<double> hold;
  std::optional<double> patience;
};

MassConnectSpecFile loadMassConnectSpec(const MassConnectFlags& flags, bool originalSpelling) {
  MassConnectSpecFile file;
  const std::string& url = flags.original.wsuri;
  if (!originalSpelling && !url.empty() && flags.original.spec.empty()) {
    passOverSpec("massconnect");
  } else {
    const std::string path = findSpec(flags.original.spec, "massconnect", defaultMassConnectSpec());
    file = readMassConnectSpec(JsonSource::fromFile(path));
  }
  if (!url.empty() && (file.servers.empty() || !originalSpelling)) {
    MassConnectSpecFile::Server server;
    server.urlText = server.name = url;
    server.url = requireUrl(flags.original);
    file.servers = {std::move(server)};
  }
  if (file.servers.empty()) {
    throw InputError(
        "no server: use -w ws://127.0.0.1:9000, or put \"servers\" into the spec file");
  }
  return file;
}

roles::MassConnectSpec finishSpec(const MassConnectFlags& flags, MassConnectSpecFile file) {
  roles::MassConnectSpec spec = std::move(file.spec);
  if (flags.connections) spec.connections = *flags.connections;
  if (flags.batchSize) spec.batchSize = *flags.batchSize;
  if (flags.batchDelay) spec.batchDelay = fromSeconds(*flags.batchDelay / 1000);
  if (flags.retryDelay) spec.retryDelay = fromSeconds(*flags.retryDelay / 1000);
  if (flags.hold) spec.hold = fromSeconds(*flags.hold);
  if (flags.patience) spec.patience = fromSeconds(*flags.patience);
  spec.seed = chooseSeed("");
  for (MassConnectSpecFile::Server& server : file.servers) {
    // A server that is busy with thousands of others may take its time.
    server.options.openHandshakeTimeout = spec.patience;
    server.options.closeHandshakeTimeout = spec.patience;
    server.options.serverConnectionDropTimeout = spec.patience;
    applyConnectFlags(flags.connect, flags.original, server.tlsSettings, server);
    spec.servers.push_back(std::move(server));
  }
  return spec;
}

void printFigures(const roles::MassConnectFigures& figures) {
  say("{}: {} of {} connected, {:.0f} connects per second\n"
      "  time to open in ms: 50 % {:.1f}, 90 % {:.1f}, 99 % {:.1f}, longest {:.1f}\n"
      "  dropped by the server while held: {}; ended with a whole closing handshake: {}\n",
      figures.name, figures.connected, figures.wanted, figures.perSecond(), figures.p50,
      figures.p90, figures.p99, figures.longest, figures.dropped, figures.clean);
  if (figures.failed + figures.lost > 0) {
    say("  reason of the last failed attempt: {}\n", figures.lastReason);
  }
}

std::string toJson(const std::vector<roles::MassConnectFigures>& all) {
  nlohmann::ordered_json list = nlohmann::json::array();
  for (const roles::MassConnectFigures& one : all) {
    list.push_back({{"name", one.name},
                    {"uri", one.url},
                    {"connections", one.wanted},
                    {"connected", one.connected},
                    {"seconds", one.seconds},
                    {"connectsPerSecond", one.perSecond()},
                    {"failed", one.failed},
                    {"lost", one.lost},
                    {"lastReason", one.lastReason},
                    {"timeToOpenMs",
                     {{"p50", one.p50}, {"p90", one.p90}, {"p99", one.p99}, {"max", one.longest}}},
                    {"dropped", one.dropped},
                    {"clean", one.clean}});
  }
  return list.dump(2, ' ', true, nlohmann::json::error_handler_t::replace) + "\n";
}

int runMassConnect(const MassConnectFlags& flags, bool originalSpelling) {
  MassConnectSpecFile file = loadMassConnectSpec(flags, originalSpelling);
  ConsoleLog log;
  for (const std::string& warning : file.warnings) log.error("warning: " + warning);
  net::raiseDescriptorLimit();
  net::Loop loop;
  roles::MassConnect run(loop, finishSpec(flags, std::move(file)), log);
  int status = incomplete;
  loop.onTermination([&](int) { loop.stop(); });
  run.start([&](const std::vector<roles::MassConnectFigures>& all) {
    status = success;
    for (const roles::MassConnectFigures& one : all) {
      printFigures(one);
      if (!one.complete()) status = incomplete;
    }
    const std::string& outfile = flags.original.outfile;
    if (!outfile.empty()) forFlag("--outfile", [&] { replaceFile(outfile, toJson(all)); });
    loop.stop();
  });
  loop.run();
  return originalSpelling ? success : status;
}

}  // namespace

std::function<int()> addMassConnect(CLI::App& app, const Invocation& invocation) {
  const auto flags = std::make_shared<MassConnectFlags>();
  addOriginalFlags(
      app, flags->original,
      {{"--wsuri", heading::target, kConnectHelp},
       {"--spec", heading::target, "Spec file; default: massconnect.json, or none if there is -w"},
       {"--outfile", heading::reports, "Write the figures to this file, as JSON"}});
  beginGroup(app, heading::run);
  const auto add = [&app](const char* name, auto& target, const char* help, const char* kind) {
    return app.add_option(name, target, help)->type_name(kind);
  };
  add("--connections", flags->connections, "Connections to hold in parallel", "N")
      ->check(between(1, 1000000));
  add("--hold", flags->hold, "How long all connections are held open", "SECONDS")
      ->check(between(0, 86400));
  add("--batch-size", flags->batchSize, "Connections that are started together", "N")
      ->check(between(1, 1000000));
  add("--batch-delay", flags->batchDelay, "Milliseconds between batches", "MS")
      ->check(between(0, 86400e3));
  add("--retry-delay", flags->retryDelay, "Milliseconds before a failed attempt is repeated", "MS")
      ->check(between(0, 86400e3));
  add("--patience", flags->patience, "The run ends when nothing connects for this time", "SECONDS")
      ->check(between(0.1, 86400));
  addConnectFlags(app, flags->connect);
  return
      [flags, original = invocation.originalSpelling] { return runMassConnect(*flags, original); };
}

}  // namespace wsgauntlet::cli
