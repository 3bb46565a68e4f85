#include "cli/spec_reader.hpp"

#include "base/error.hpp"
#include "cli/option_table.hpp"

#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::cli {
namespace {

using nlohmann::json;

/// A URL that this build can serve. TLS and Unix sockets are refused rather than taken for TCP.
websocket::Url parseSupportedUrl(const std::string& text) {
  websocket::Url url = websocket::parseUrl(text);
  if (url.secure || !url.socketPath.empty()) {
    throw InputError("URL \"" + text +
                     "\": only ws:// is supported so far, not TLS or Unix sockets");
  }
  return url;
}

/// Reads values of a spec file and collects what is wrong.
class SpecReader {
 public:
  explicit SpecReader(const JsonSource& source) : source_(source) {}

  void problem(const std::string& pointer, const std::string& message) {
    problems_.push_back({source_.place(pointer), message});
  }

  void finish() {
    if (!problems_.empty()) throw InputError(std::move(problems_));
  }

  bool isObject() {
    if (source_.root().is_object()) return true;
    problem("", "expected an object with the keys of a spec file");
    return false;
  }

  std::string text(const json& object, const std::string& base, const std::string& key,
                   const std::string& otherwise) {
    if (!object.contains(key) || object[key].is_null()) return otherwise;
    if (object[key].is_string()) return object[key].get<std::string>();
    problem(base + "/" + key, "expected a text, got " + object[key].dump());
    return otherwise;
  }

  std::vector<std::string> texts(const json& object, const std::string& base,
                                 const std::string& key) {
    std::vector<std::string> list;
    if (!object.contains(key) || object[key].is_null()) return list;
    const std::string pointer = base + "/" + key;
    if (!object[key].is_array()) {
      problem(pointer, "expected a list of texts, like [\"1.*\", \"5.19\"]");
      return list;
    }
    for (std::size_t i = 0; i < object[key].size(); ++i) {
      const json& item = object[key][i];
      if (item.is_string()) {
        list.push_back(item.get<std::string>());
      } else {
        problem(fmt::format("{}/{}", pointer, i), "expected a text, got " + item.dump());
      }
    }
    return list;
  }

  void options(const json& object, const std::string& base, websocket::Options& options,
               std::vector<std::string>& warnings) {
    if (!object.contains("options") || object["options"].is_null()) return;
    const std::string pointer = base + "/options";
    if (!object["options"].is_object()) {
      problem(pointer, "expected an object with protocol options");
      return;
    }
    for (const auto& [name, value] : object["options"].items()) {
      bool known = false;
      const std::string wrong = setOption(options, name, value, known);
      const std::string where = pointer + "/" + name;
      if (!known) {
        warnings.push_back(format({source_.place(where), unknownOption(name)}));
      } else if (!wrong.empty()) {
        problem(where, wrong);
      }
    }
  }

  void exclusions(CommonSpec& spec) {
    const json& root = source_.root();
    const std::string key = "exclude-agent-cases";
    if (!root.contains(key) || root[key].is_null()) return;
    if (!root[key].is_object()) {
      problem("/" + key, "expected an object: agent pattern to list of case patterns");
      return;
    }
    for (const auto& [agent, unused] : root[key].items()) {
      spec.exclusions.emplace_back(agent, texts(root[key], "/" + key, agent));
    }
  }

  void common(CommonSpec& spec, const std::string& outdir) {
    const json& root = source_.root();
    spec.outdir = text(root, "", "outdir", outdir);
    if (!root.contains("cases")) {
      problem("", R"(the key "cases" is missing: a list of case patterns, like ["*"])");
    }
    spec.cases = texts(root, "", "cases");
    spec.casesPlace = source_.place("/cases");
    spec.suites = texts(root, "", "suites");
    spec.excludeCases = texts(root, "", "exclude-cases");
    exclusions(spec);
    options(root, "", spec.options, spec.warnings);
  }

  /// A URL, or nothing and a problem.
  std::optional<websocket::Url> url(const json& object, const std::string& base) {
    const std::string text = this->text(object, base, "url", "");
    if (text.empty()) {
      if (!object.contains("url") || object["url"].is_string()) {
        problem(base, "the key \"url\" is missing: a text like \"ws://127.0.0.1:9001\"");
      }
      return std::nullopt;
    }
    try {
      return parseSupportedUrl(text);
    } catch (const InputError& error) {
      problem(base + "/url", error.what());
      return std::nullopt;
    }
  }

  void server(const json& entry, const std::string& pointer, ClientSpecFile& spec) {
    if (!entry.is_object()) {
      problem(pointer, "expected an object like {\"agent\": \"mine\", \"url\": \"ws://…\"}");
      return;
    }
    roles::ServerSpec server;
    const auto where = url(entry, pointer);
    server.agent = text(entry, pointer, "agent", "");
    server.origin = text(entry, pointer, "origin", "");
    server.protocols = texts(entry, pointer, "protocols");
    server.options = spec.options;
    options(entry, pointer, server.options, spec.warnings);
    if (!where) return;
    server.urlText = entry["url"].get<std::string>();
    server.url = *where;
    spec.servers.push_back(std::move(server));
  }

 private:
  static std::string unknownOption(const std::string& name) {
    std::vector<std::string> names;
    for (const OptionInfo& info : optionInfos()) names.emplace_back(info.name);
    const std::string meant = nearest(name, names);
    return "unknown option, ignored" +
           (meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant));
  }

  const JsonSource& source_;
  std::vector<Problem> problems_;
};

}  // namespace

ClientSpecFile readClientSpec(const JsonSource& source) {
  SpecReader reader(source);
  ClientSpecFile spec;
  if (reader.isObject()) {
    const json& root = source.root();
    reader.common(spec, "./reports/servers/");
    if (root.contains("servers") && !root["servers"].is_array()) {
      reader.problem("/servers", "expected a list of servers");
    } else if (root.contains("servers")) {
      for (std::size_t i = 0; i < root["servers"].size(); ++i) {
        reader.server(root["servers"][i], fmt::format("/servers/{}", i), spec);
      }
    }
  }
  reader.finish();
  return spec;
}

ServerSpecFile readServerSpec(const JsonSource& source) {
  SpecReader reader(source);
  ServerSpecFile spec;
  if (reader.isObject()) {
    const json& root = source.root();
    reader.common(spec, "./reports/clients/");
    if (const auto url = reader.url(root, "")) spec.url = *url;
    spec.protocols = reader.texts(root, "", "protocols");
    spec.key = reader.text(root, "", "key", "");
    spec.cert = reader.text(root, "", "cert", "");
  }
  reader.finish();
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

roles::ServerSpec serverFromUrl(const std::string& url, const websocket::Options& options) {
  roles::ServerSpec server;
  server.urlText = url;
  server.url = parseSupportedUrl(url);
  server.options = options;
  return server;
}

}  // namespace wsgauntlet::cli
