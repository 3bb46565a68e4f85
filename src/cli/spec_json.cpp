#include "cli/spec_json.hpp"

#include "cli/option_table.hpp"
#include "cli/request_fields.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

std::string unknownOption(const std::string& name) {
  std::vector<std::string> names;
  for (const OptionInfo& info : optionInfos()) names.emplace_back(info.name);
  return "unknown option, ignored" + hint(name, names);
}

/// Calls `set` with a text, if there is one. What it throws is a problem of this place.
template <typename Set>
void take(const std::optional<SpecNode>& node, const Set& set) {
  const auto value = node ? node->text() : std::nullopt;
  if (!value || value->empty()) return;
  try {
    set(*value);
  } catch (const InputError& error) {
    node->fail(error.what());
  }
}

}  // namespace

std::vector<std::string> SpecNode::texts() const {
  std::vector<std::string> list;
  for (const SpecNode& element : elements(R"(a list of texts, like ["1.*", "5.19"])")) {
    if (auto text = element.text()) list.push_back(*std::move(text));
  }
  return list;
}

void warnOfKeys(const SpecNode& object, std::span<const SpecKey> known,
                std::vector<std::string>& warnings) {
  std::vector<std::string> names;
  for (const SpecKey& key : known) names.emplace_back(key.name);
  for (const auto& [name, value] : object.value().items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    const std::string meant = hint(name, names);
    if (meant.empty()) continue;
    const Place place = object.problems().place(object.child(value, name).pointer());
    warnings.push_back(format({place, "unknown key, ignored" + meant}));
  }
}

void readTexts(SpecReader& object, SpecReader::Key key, std::vector<std::string>& target) {
  if (const auto node = object.find(key)) target = node->texts();
}

void readOptions(SpecReader& object, websocket::Options& options,
                 std::vector<std::string>& warnings) {
  const auto node = object.find("options");
  if (!node || !SpecReader(*node, "\"options\"").valid()) return;
  for (const auto& [name, value] : node->value().items()) {
    const SpecNode option = node->child(value, name);
    bool known = false;
    const std::string wrong = setOption(options, name, value, known);
    if (!known) {
      warnings.push_back(format({option.problems().place(option.pointer()), unknownOption(name)}));
    } else if (!wrong.empty()) {
      option.fail(wrong);
    }
  }
}

void readHeaders(SpecReader& object, websocket::HttpFields& fields) {
  const auto node = object.find("headers");
  if (!node) return;
  if (!node->value().is_object())
    return node->failExpected(R"(an object like {"X-Name": "value"})");
  for (const auto& [name, value] : node->value().items()) {
    const SpecNode field = node->child(value, name);
    const auto text = field.text();
    if (!text) continue;
    try {
      addField(fields, name, *text);
    } catch (const InputError& error) {
      field.fail(error.what());
    }
  }
}

std::optional<websocket::Url> readUrl(SpecReader& object, SpecReader::Key key) {
  std::optional<websocket::Url> url;
  const auto node = object.find(key);
  if (!node || node->value() == "") {
    object.node().fail(
        fmt::format(R"(the key "{}" is missing: a text like "ws://127.0.0.1:9001")", key));
  }
  take(node, [&](const std::string& value) { url = websocket::parseUrl(value); });
  return url;
}

void readTls(SpecReader& object, net::TlsSettings& settings) {
  object.text("cert", settings.certFile);
  object.text("key", settings.keyFile);
  object.boolean("tls-verify", settings.verify);
  object.text("tls-ca", settings.caFile);
  object.text("tls-version", settings.version);
  object.boolean("tls-self-signed", settings.selfSigned);
}

void readRequest(SpecReader& object, roles::ConnectSpec& spec) {
  object.text("hostname", spec.hostname);
  object.text("origin", spec.origin);
  take(object.find("origin"),
       [](const std::string& value) { websocket::requireField("Origin", value); });
  readHeaders(object, spec.headers);
  take(object.find("proxy"),
       [&](const std::string& value) { spec.proxy = net::parseProxy(value); });
  take(object.find("basic-auth"),
       [&](const std::string& value) { addBasicAuth(spec.headers, value); });
  take(object.find("bearer-token"),
       [&](const std::string& value) { addBearerToken(spec.headers, value); });
  const auto protocols = object.find("protocols");
  if (!protocols) return;
  spec.protocols.clear();
  for (const SpecNode& element : protocols->elements("a list of subprotocols")) {
    auto protocol = element.text();
    if (!protocol) continue;
    if (!websocket::isToken(*protocol)) element.fail("a subprotocol is a token without blanks");
    spec.protocols.push_back(*std::move(protocol));
  }
}

}  // namespace wsgauntlet::cli
