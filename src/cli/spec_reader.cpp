#include "cli/spec_reader.hpp"

#include "base/error.hpp"
#include "cli/spec_json.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::cli {
namespace {

using nlohmann::json;

void readExclusions(SpecJson& reader, CommonSpec& spec) {
  const json& root = reader.root();
  const std::string key = "exclude-agent-cases";
  if (!root.contains(key) || root[key].is_null()) return;
  if (!root[key].is_object()) {
    reader.problem("/" + key, "expected an object: agent pattern to list of case patterns");
    return;
  }
  for (const auto& [agent, unused] : root[key].items()) {
    spec.exclusions.emplace_back(agent, reader.texts(root[key], "/" + key, agent));
  }
}

void readCommon(SpecJson& reader, CommonSpec& spec, const std::string& outdir) {
  const json& root = reader.root();
  spec.outdir = reader.text(root, "", "outdir", outdir);
  if (!root.contains("cases")) {
    reader.problem("", R"(the key "cases" is missing: a list of case patterns, like ["*"])");
  }
  spec.cases = reader.texts(root, "", "cases");
  spec.casesPlace = reader.place("/cases");
  spec.suites = reader.texts(root, "", "suites");
  spec.excludeCases = reader.texts(root, "", "exclude-cases");
  readExclusions(reader, spec);
  reader.options(root, "", spec.options);
  reader.tls(root, "", spec.tlsSettings);
}

/// Calls `read` with each entry of `servers` that is an object, and its pointer.
template <typename Read>
void forEachServer(SpecJson& reader, std::span<const SpecKey> keys, const Read& read) {
  const json& root = reader.root();
  if (!root.contains("servers") || root["servers"].is_null()) return;
  if (!root["servers"].is_array()) {
    reader.problem("/servers", "expected a list of servers");
    return;
  }
  for (std::size_t i = 0; i < root["servers"].size(); ++i) {
    const json& entry = root["servers"][i];
    const std::string pointer = fmt::format("/servers/{}", i);
    if (!entry.is_object()) {
      reader.problem(pointer, "expected an object like {\"agent\": \"mine\", \"url\": \"ws://…\"}");
      continue;
    }
    reader.warnOfKeys(entry, pointer, keys);
    read(entry, pointer);
  }
}

}  // namespace

ClientSpecFile readClientSpec(const JsonSource& source) {
  ClientSpecFile spec;
  SpecJson reader(source, spec.warnings);
  if (reader.isObject()) {
    reader.warnOfKeys(reader.root(), "", fuzzingClientKeys());
    readCommon(reader, spec, "./reports/servers/");
    spec.defaults.options = spec.options;
    spec.defaults.tlsSettings = spec.tlsSettings;
    reader.request(reader.root(), "", spec.defaults);
    forEachServer(reader, serverKeys(), [&](const json& entry, const std::string& pointer) {
      ClientSpecFile::Server server = spec.defaults;
      const auto url = reader.url(entry, pointer, "url");
      server.agent = reader.text(entry, pointer, "agent");
      reader.options(entry, pointer, server.options);
      reader.tls(entry, pointer, server.tlsSettings);
      reader.request(entry, pointer, server);
      if (!url) return;
      server.urlText = entry["url"].get<std::string>();
      server.url = *url;
      spec.servers.push_back(std::move(server));
    });
  }
  reader.finish();
  return spec;
}

ServerSpecFile readServerSpec(const JsonSource& source) {
  ServerSpecFile spec;
  SpecJson reader(source, spec.warnings);
  if (reader.isObject()) {
    const json& root = reader.root();
    reader.warnOfKeys(root, "", fuzzingServerKeys());
    readCommon(reader, spec, "./reports/clients/");
    if (const auto url = reader.url(root, "", "url")) spec.url = *url;
    spec.protocols = reader.texts(root, "", "protocols");
    reader.headers(root, "", spec.headers);
  }
  reader.finish();
  return spec;
}

MassConnectSpecFile readMassConnectSpec(const JsonSource& source) {
  MassConnectSpecFile file;
  SpecJson reader(source, file.warnings);
  if (reader.isObject()) {
    const json& root = reader.root();
    reader.warnOfKeys(root, "", massConnectKeys());
    const json options = root.value("options", json::object());
    if (!options.is_object()) {
      reader.problem("/options", "expected an object with the keys connections, batchsize, …");
    } else {
      reader.warnOfKeys(options, "/options", massConnectOptionKeys());
      const auto number = [&](const char* key, double otherwise, double minimum, double maximum) {
        return reader.number(options, "/options", key, otherwise, minimum, maximum);
      };
      roles::MassConnectSpec& spec = file.spec;
      spec.connections = static_cast<std::size_t>(number("connections", 10000, 1, 1000000));
      spec.batchSize = static_cast<std::size_t>(number("batchsize", 100, 1, 1000000));
      spec.batchDelay = fromSeconds(number("batchdelay", 10, 0, 86400e3) / 1000);
      spec.retryDelay = fromSeconds(number("retrydelay", 10, 0, 86400e3) / 1000);
      spec.hold = fromSeconds(number("hold", 0, 0, 86400));
      spec.patience = fromSeconds(number("patience", 30, 0.1, 86400));
    }
    forEachServer(reader, massConnectServerKeys(),
                  [&](const json& entry, const std::string& pointer) {
                    MassConnectSpecFile::Server server;
                    const auto url = reader.url(entry, pointer, "uri");
                    reader.tls(entry, pointer, server.tlsSettings);
                    reader.request(entry, pointer, server);
                    if (!url) return;
                    server.urlText = entry["uri"].get<std::string>();
                    server.name = reader.text(entry, pointer, "name", server.urlText);
                    server.url = *url;
                    file.servers.push_back(std::move(server));
                  });
  }
  reader.finish();
  return file;
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
