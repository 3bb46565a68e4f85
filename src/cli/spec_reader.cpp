#include "cli/spec_reader.hpp"

#include "cli/spec_json.hpp"

#include <utility>

#include <nlohmann/json.hpp>

namespace wsgauntlet::cli {
namespace {

void readExclusions(SpecReader& file, roles::AgentExclusions& exclusions) {
  const auto node = file.find("exclude-agent-cases");
  if (!node) return;
  if (!node->value().is_object()) {
    return node->failExpected("an object: agent pattern to list of case patterns");
  }
  for (const auto& [agent, patterns] : node->value().items()) {
    const SpecNode list = node->child(patterns, agent);
    exclusions.emplace_back(agent, list.leftOut() ? std::vector<std::string>() : list.texts());
  }
}

void readCommon(SpecReader& file, CommonSpec& spec) {
  file.text("outdir", spec.outdir);
  if (file.valid() && !file.has("cases")) {
    file.node().fail(R"(the key "cases" is missing: a list of case patterns, like ["*"])");
  }
  readTexts(file, "cases", spec.cases);
  spec.casesPlace = file.node().problems().place("/cases");
  readTexts(file, "suites", spec.suites);
  readTexts(file, "exclude-cases", spec.excludeCases);
  readExclusions(file, spec.exclusions);
  readOptions(file, spec.options, spec.warnings);
  readTls(file, spec.tlsSettings);
}

/// Calls `read` with each entry of `servers` that is an object.
template <typename Read>
void forEachServer(SpecReader& file, std::span<const SpecKey> keys,
                   std::vector<std::string>& warnings, const Read& read) {
  const auto servers = file.find("servers");
  if (!servers) return;
  for (const SpecNode& entry : servers->elements("a list of servers")) {
    SpecReader server(entry, "a server");
    if (!server.valid()) continue;
    warnOfKeys(entry, keys, warnings);
    read(server);
  }
}

/// Reads the object that is a spec file. Throws InputError with all that `read` notes.
template <typename Read>
void readSpecFile(const JsonSource& source, std::span<const SpecKey> keys,
                  std::vector<std::string>& warnings, const Read& read) {
  ProblemList problems(source);
  const SpecNode root(problems, source.root());
  SpecReader file(root, "a spec file");
  if (file.valid()) {
    warnOfKeys(root, keys, warnings);
    read(file);
  }
  std::move(problems).throwIfAny();
}

void readMassConnectOptions(SpecReader& file, roles::MassConnectSpec& spec,
                            std::vector<std::string>& warnings) {
  const auto node = file.find("options");
  if (!node) return;
  SpecReader options(*node, "\"options\"");
  if (!options.valid()) return;
  warnOfKeys(*node, massConnectOptionKeys(), warnings);
  const auto count = [&](const char* key, std::size_t& target) {
    const auto at = options.find(key);
    const auto value = at ? at->number(1, 1000000) : std::nullopt;
    if (value) target = static_cast<std::size_t>(*value);
  };
  const auto time = [&](const char* key, Duration& target, double min, double unit) {
    const auto at = options.find(key);
    const auto value = at ? at->number(min, 86400 / unit) : std::nullopt;
    if (value) target = fromSeconds(*value * unit);
  };
  count("connections", spec.connections);
  count("batchsize", spec.batchSize);
  time("batchdelay", spec.batchDelay, 0, 1e-3);
  time("retrydelay", spec.retryDelay, 0, 1e-3);
  time("hold", spec.hold, 0, 1);
  time("patience", spec.patience, 0.1, 1);
}

}  // namespace

ClientSpecFile readClientSpec(const JsonSource& source) {
  ClientSpecFile spec;
  spec.outdir = "./reports/servers/";
  readSpecFile(source, fuzzingClientKeys(), spec.warnings, [&](SpecReader& file) {
    readCommon(file, spec);
    spec.defaults.options = spec.options;
    spec.defaults.tlsSettings = spec.tlsSettings;
    readRequest(file, spec.defaults);
    forEachServer(file, serverKeys(), spec.warnings, [&](SpecReader& entry) {
      ClientSpecFile::Server server = spec.defaults;
      const auto url = readUrl(entry, "url");
      entry.text("agent", server.agent);
      readOptions(entry, server.options, spec.warnings);
      readTls(entry, server.tlsSettings);
      readRequest(entry, server);
      if (!url) return;
      entry.text("url", server.urlText);
      server.url = *url;
      spec.servers.push_back(std::move(server));
    });
  });
  return spec;
}

ServerSpecFile readServerSpec(const JsonSource& source) {
  ServerSpecFile spec;
  spec.outdir = "./reports/clients/";
  readSpecFile(source, fuzzingServerKeys(), spec.warnings, [&](SpecReader& file) {
    readCommon(file, spec);
    if (const auto url = readUrl(file, "url")) spec.url = *url;
    readTexts(file, "protocols", spec.protocols);
    readHeaders(file, spec.headers);
  });
  return spec;
}

MassConnectSpecFile readMassConnectSpec(const JsonSource& source) {
  MassConnectSpecFile spec;
  readSpecFile(source, massConnectKeys(), spec.warnings, [&](SpecReader& file) {
    readMassConnectOptions(file, spec.spec, spec.warnings);
    forEachServer(file, massConnectServerKeys(), spec.warnings, [&](SpecReader& entry) {
      MassConnectSpecFile::Server server;
      const auto url = readUrl(entry, "uri");
      readTls(entry, server.tlsSettings);
      readRequest(entry, server);
      if (!url) return;
      entry.text("uri", server.urlText);
      server.name = server.urlText;
      entry.text("name", server.name);
      server.url = *url;
      spec.servers.push_back(std::move(server));
    });
  });
  return spec;
}

std::string defaultClientSpec() {
  return R"(
{
   "outdir": "./reports/servers",
   "servers": [
      {
         "url": "ws://127.0.0.1:9001"
      }
   ],
   "cases": ["*"],
   "exclude-cases": [],
   "exclude-agent-cases": {}
}
)";
}

std::string defaultServerSpec() {
  return R"(
{
   "url": "ws://127.0.0.1:9001",
   "outdir": "./reports/clients",
   "cases": ["*"],
   "exclude-cases": [],
   "exclude-agent-cases": {}
}
)";
}

std::string defaultMassConnectSpec() {
  return R"(
{
   "options": {
      "connections": 10000,
      "batchsize": 100,
      "batchdelay": 10,
      "retrydelay": 10
   },
   "servers": [
      {
         "name": "AutobahnPython",
         "uri": "ws://127.0.0.1:9000",
         "desc": "Autobahn WebSocket Python on localhost"
      }
   ]
}
)";
}

}  // namespace wsgauntlet::cli
