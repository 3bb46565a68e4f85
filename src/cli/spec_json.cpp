#include "cli/spec_json.hpp"

#include "base/error.hpp"
#include "cli/checks.hpp"
#include "cli/option_table.hpp"
#include "cli/request_fields.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::cli {
namespace {

using nlohmann::json;

std::string shownJson(const json& value) {
  return value.dump(-1, ' ', true, json::error_handler_t::replace);
}

std::string unknownOption(const std::string& name) {
  std::vector<std::string> names;
  for (const OptionInfo& info : optionInfos()) names.emplace_back(info.name);
  return "unknown option, ignored" + suggestion(name, names);
}

bool has(const json& object, const std::string& key) {
  return object.contains(key) && !object[key].is_null();
}

}  // namespace

void SpecJson::problem(const std::string& pointer, const std::string& message) {
  problems_.push_back({source_.place(pointer), message});
}

void SpecJson::finish() {
  if (!problems_.empty()) throw InputError(std::move(problems_));
}

bool SpecJson::isObject() {
  if (root().is_object()) return true;
  problem("", "expected an object with the keys of a spec file");
  return false;
}

void SpecJson::warnOfKeys(const json& object, const std::string& base,
                          std::span<const SpecKey> known) {
  std::vector<std::string> names;
  for (const SpecKey& key : known) names.emplace_back(key.name);
  for (const auto& [name, value] : object.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string near = suggestion(name, names);
    if (near.empty()) continue;
    warnings_.push_back(
        format({source_.place(fmt::format("{}/{}", base, name)), "unknown key, ignored" + near}));
  }
}

std::string SpecJson::text(const json& object, const std::string& base, const std::string& key,
                           const std::string& otherwise) {
  if (!has(object, key)) return otherwise;
  if (object[key].is_string()) return object[key].get<std::string>();
  problem(base + "/" + key, "expected a text, got " + shownJson(object[key]));
  return otherwise;
}

std::vector<std::string> SpecJson::texts(const json& object, const std::string& base,
                                         const std::string& key) {
  std::vector<std::string> list;
  if (!has(object, key)) return list;
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
      problem(fmt::format("{}/{}", pointer, i), "expected a text, got " + shownJson(item));
    }
  }
  return list;
}

bool SpecJson::flag(const json& object, const std::string& base, const std::string& key,
                    bool otherwise) {
  if (!has(object, key)) return otherwise;
  if (object[key].is_boolean()) return object[key].get<bool>();
  problem(base + "/" + key, "expected true or false, got " + shownJson(object[key]));
  return otherwise;
}

double SpecJson::number(const json& object, const std::string& base, const std::string& key,
                        double otherwise, double minimum, double maximum) {
  if (!has(object, key)) return otherwise;
  const json& value = object[key];
  if (value.is_number() && value.get<double>() >= minimum && value.get<double>() <= maximum) {
    return value.get<double>();
  }
  problem(base + "/" + key, fmt::format("expected a number from {:g} to {:g}, got {}", minimum,
                                        maximum, shownJson(value)));
  return otherwise;
}

void SpecJson::options(const json& object, const std::string& base, websocket::Options& options) {
  if (!has(object, "options")) return;
  const std::string pointer = base + "/options";
  if (!object["options"].is_object()) {
    problem(pointer, "expected an object with protocol options");
    return;
  }
  for (const auto& [name, value] : object["options"].items()) {
    bool known = false;
    const std::string wrong = setOption(options, name, value, known);
    const std::string where = fmt::format("{}/{}", pointer, name);
    if (!known) {
      warnings_.push_back(format({source_.place(where), unknownOption(name)}));
    } else if (!wrong.empty()) {
      problem(where, wrong);
    }
  }
}

void SpecJson::headers(const json& object, const std::string& base, websocket::HttpFields& fields) {
  if (!has(object, "headers")) return;
  const std::string pointer = base + "/headers";
  if (!object["headers"].is_object()) {
    problem(pointer, "expected an object like {\"X-Name\": \"value\"}");
    return;
  }
  for (const auto& [name, value] : object["headers"].items()) {
    const std::string where = fmt::format("{}/{}", pointer, name);
    if (!value.is_string()) {
      problem(where, "expected a text, got " + shownJson(value));
      continue;
    }
    try {
      addField(fields, name, value.get<std::string>());
    } catch (const InputError& error) {
      problem(where, error.what());
    }
  }
}

std::optional<websocket::Url> SpecJson::url(const json& object, const std::string& base,
                                            const std::string& key) {
  const std::string value = text(object, base, key);
  if (value.empty()) {
    if (!object.contains(key) || object[key].is_string() || object[key].is_null()) {
      problem(base,
              fmt::format("the key \"{}\" is missing: a text like \"ws://127.0.0.1:9001\"", key));
    }
    return std::nullopt;
  }
  try {
    return websocket::parseUrl(value);
  } catch (const InputError& error) {
    problem(base + "/" + key, error.what());
    return std::nullopt;
  }
}

void SpecJson::tls(const json& object, const std::string& base, net::TlsSettings& settings) {
  settings.certFile = text(object, base, "cert", settings.certFile);
  settings.keyFile = text(object, base, "key", settings.keyFile);
  settings.verify = flag(object, base, "tls-verify", settings.verify);
  settings.caFile = text(object, base, "tls-ca", settings.caFile);
  settings.version = text(object, base, "tls-version", settings.version);
  settings.selfSigned = flag(object, base, "tls-self-signed", settings.selfSigned);
}

void SpecJson::request(const json& object, const std::string& base, roles::ConnectSpec& spec) {
  spec.hostname = text(object, base, "hostname", spec.hostname);
  spec.origin = text(object, base, "origin", spec.origin);
  if (has(object, "protocols")) spec.protocols = texts(object, base, "protocols");
  headers(object, base, spec.headers);
  // Each throws with one clear line, which gets the place of its key.
  const auto take = [&](const char* key, const auto& set) {
    const std::string value = text(object, base, key);
    if (value.empty()) return;
    try {
      set(value);
    } catch (const InputError& error) {
      problem(base + "/" + key, error.what());
    }
  };
  take("origin", [](const std::string& value) { websocket::requireField("Origin", value); });
  take("proxy", [&](const std::string& value) { spec.proxy = net::parseProxy(value); });
  take("basic-auth", [&](const std::string& value) { addBasicAuth(spec.headers, value); });
  take("bearer-token", [&](const std::string& value) { addBearerToken(spec.headers, value); });
  for (std::size_t i = 0; i < spec.protocols.size(); ++i) {
    if (websocket::isToken(spec.protocols[i])) continue;
    problem(fmt::format("{}/protocols/{}", base, i), "a subprotocol is a token without blanks");
  }
}

}  // namespace wsgauntlet::cli
