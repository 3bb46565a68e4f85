#include "websocket/server_handshake.hpp"

#include "websocket/url.hpp"

#include <algorithm>
#include <optional>
#include <unordered_set>

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

constexpr int kMaxVersion = 255;
constexpr int kMaxAfterSeconds = 86400;

// Each check gives the refusal, or nothing when its rule is kept.
using Refusal = std::optional<Refused>;

Refused badRequest(std::string reason) {
  return {400, std::move(reason), {}};
}

Refused refuseRepeated(std::string_view name) {
  return badRequest(
      fmt::format("HTTP {} header appears more than once in opening handshake request", name));
}

bool listHas(std::string_view list, std::string_view token) {
  const std::vector<std::string_view> tokens = splitList(list, ',');
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](std::string_view each) { return equalsIgnoringCase(each, token); });
}

Refusal checkRequestLine(const std::string& line, Accepted& out) {
  const std::vector<std::string_view> words = splitWords(line);
  if (words.size() != 3) {
    return badRequest(fmt::format("Bad HTTP request status line '{}'", line));
  }
  if (words[0] != "GET") {
    return Refused{405, fmt::format("HTTP method '{}' not allowed", words[0]), {{"Allow", "GET"}}};
  }
  if (words[2] != "HTTP/1.1") {
    return Refused{505, fmt::format("Unsupported HTTP version '{}'", words[2]), {}};
  }
  std::optional<RequestTarget> target = parseTarget(words[1]);
  if (!target) {
    return badRequest(fmt::format("Bad HTTP request resource - could not parse '{}'", words[1]));
  }
  if (target->fragment) {
    return badRequest(fmt::format("HTTP requested resource contains a fragment identifier '{}'",
                                  *target->fragment));
  }
  out.target = std::move(*target);
  out.parameters = decodeForm(out.target.query);
  return std::nullopt;
}

Refusal checkHost(const HttpHead& head, Accepted& out) {
  const std::vector<std::string_view> values = head.find("Host");
  if (values.empty()) return badRequest("HTTP Host header missing in opening handshake request");
  if (values.size() > 1) return refuseRepeated("Host");
  out.host = values.front();
  const std::size_t colon = out.host.rfind(':');
  if (colon == std::string::npos || out.host.ends_with(']')) return std::nullopt;
  const std::string_view port = trim(std::string_view(out.host).substr(colon + 1));
  if (parseNumber(port, kMaxPort)) return std::nullopt;
  return badRequest(fmt::format("invalid port '{}' in HTTP Host header '{}'", port, out.host));
}

Refusal checkUpgradeRequest(const HttpHead& head) {
  const std::string upgrade = head.joined("Upgrade").value_or("");
  if (!listHas(upgrade, "websocket")) {
    return badRequest(fmt::format(
        "HTTP Upgrade headers do not include 'websocket' value (case-insensitive) : {}", upgrade));
  }
  const std::optional<std::string> connection = head.joined("Connection");
  if (!connection) return badRequest("HTTP Connection header missing");
  if (listHas(*connection, "upgrade")) return std::nullopt;
  return badRequest(
      fmt::format("HTTP Connection headers do not include 'upgrade' value (case-insensitive) : {}",
                  *connection));
}

/// The versions that are both implemented and allowed, the newest first.
std::vector<int> supportedVersions(const ServerPolicy& policy) {
  std::vector<int> versions;
  for (const int version : {13, 8}) {
    if (std::find(policy.versions.begin(), policy.versions.end(), version) !=
        policy.versions.end()) {
      versions.push_back(version);
    }
  }
  return versions;
}

Refusal checkVersion(const HttpHead& head, const ServerPolicy& policy, Accepted& out) {
  const std::vector<std::string_view> values = head.find("Sec-WebSocket-Version");
  if (values.empty()) {
    return badRequest("WebSocket connection denied - Hixie76 protocol mode disabled.");
  }
  if (values.size() > 1) return refuseRepeated("Sec-WebSocket-Version");
  const std::optional<int> version = parseNumber(values.front(), kMaxVersion);
  if (!version) {
    return badRequest(fmt::format(
        "could not parse HTTP Sec-WebSocket-Version header '{}' in opening handshake request",
        values.front()));
  }
  out.version = *version;
  const std::vector<int> supported = supportedVersions(policy);
  if (std::find(supported.begin(), supported.end(), *version) != supported.end()) {
    return std::nullopt;
  }
  const std::string list = fmt::format("{}", fmt::join(supported, ","));
  return Refused{
      400,
      fmt::format("WebSocket version {} not supported (supported versions: {})", *version, list),
      {{"Sec-WebSocket-Version", list}}};
}

Refusal checkProtocols(const HttpHead& head, Accepted& out) {
  const std::string list = head.joined("Sec-WebSocket-Protocol").value_or("");
  std::unordered_set<std::string_view> seen;
  for (const std::string_view protocol : splitList(list, ',')) {
    if (!seen.insert(protocol).second) {
      return badRequest(fmt::format(
          "duplicate protocol '{}' specified in HTTP Sec-WebSocket-Protocol header", protocol));
    }
    out.protocols.emplace_back(protocol);
  }
  return std::nullopt;
}

/// Matches the beginning of the text with a pattern in which `*` means anything.
bool matchesBeginning(std::string_view pattern, std::string_view text) {
  std::size_t at = 0;
  bool anywhere = false;  // after a star
  while (!pattern.empty()) {
    const std::size_t star = std::min(pattern.find('*'), pattern.size());
    const std::string_view part = pattern.substr(0, star);
    const std::size_t found = anywhere ? text.find(part, at) : at;
    if (found == std::string_view::npos || text.substr(found, part.size()) != part) return false;
    at = found + part.size();
    anywhere = true;
    pattern.remove_prefix(std::min(star + 1, pattern.size()));
  }
  return true;
}

Refusal checkOrigin(const HttpHead& head, const ServerPolicy& policy, Accepted& out) {
  const std::string_view name = out.version < 13 ? "Sec-WebSocket-Origin" : "Origin";
  const std::vector<std::string_view> values = head.find(name);
  if (values.size() > 1) return refuseRepeated(name);
  if (!values.empty()) out.origin = values.front();
  const bool allowed = std::any_of(
      policy.allowedOrigins.begin(), policy.allowedOrigins.end(),
      [&](const std::string& pattern) { return matchesBeginning(pattern, out.origin); });
  if (allowed) return std::nullopt;
  return badRequest(
      fmt::format("WebSocket connection denied: origin '{}' not allowed", out.origin));
}

Refusal checkKey(const HttpHead& head, Accepted& out) {
  constexpr std::string_view kBase64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  constexpr std::size_t kLength = 24;
  const std::vector<std::string_view> values = head.find("Sec-WebSocket-Key");
  if (values.empty()) return badRequest("HTTP Sec-WebSocket-Key header missing");
  if (values.size() > 1) return refuseRepeated("Sec-WebSocket-Key");
  const std::string_view key = values.front();
  if (key.size() != kLength) {
    return badRequest(
        fmt::format("bad Sec-WebSocket-Key (length must be 24 ASCII chars) '{}'", key));
  }
  if (!key.ends_with("==")) {
    return badRequest(fmt::format("bad Sec-WebSocket-Key (invalid base64 encoding) '{}'", key));
  }
  const std::size_t bad = key.substr(0, kLength - 2).find_first_not_of(kBase64);
  if (bad != std::string_view::npos) {
    return badRequest(fmt::format(
        "bad character '{}' in Sec-WebSocket-Key (invalid base64 encoding) '{}'", key[bad], key));
  }
  out.key = key;
  return std::nullopt;
}

Refusal checkExtensions(const HttpHead& head, Accepted& out) {
  // A client may spread its offers over several headers (RFC 6455 section 11.3.2).
  const std::string header = head.joined("Sec-WebSocket-Extensions").value_or("");
  Checked<std::vector<ExtensionElement>> parsed = parseExtensions(header);
  if (!parsed.ok()) {
    return badRequest(fmt::format(
        "could not parse HTTP Sec-WebSocket-Extensions header in opening handshake request: {}",
        parsed.error));
  }
  out.extensions = std::move(*parsed.value);
  return std::nullopt;
}

std::optional<std::string> firstOf(const FormFields& fields, std::string_view name) {
  for (const auto& [fieldName, value] : fields) {
    if (fieldName == name) return value;
  }
  return std::nullopt;
}

/// The answer to a plain GET.
RequestVerdict answerWeb(const FormFields& parameters, const ServerPolicy& policy) {
  if (!policy.webStatus) {
    return Refused{426, "HTTP Upgrade header missing", {{"Upgrade", "websocket"}}};
  }
  const std::optional<std::string> redirect = firstOf(parameters, "redirect");
  if (!redirect) return StatusPage{};
  // Neither another scheme nor a line break gets into a header or a page.
  const bool web = redirect->starts_with("http://") || redirect->starts_with("https://");
  const bool clean = std::all_of(redirect->begin(), redirect->end(), [](char c) {
    return static_cast<unsigned char>(c) > 0x20 && static_cast<unsigned char>(c) < 0x7F;
  });
  if (!web || !clean) {
    return badRequest(fmt::format("cannot redirect to '{}': not a http or https URL", *redirect));
  }
  const std::optional<std::string> after = firstOf(parameters, "after");
  if (!after) return Redirect{*redirect};
  const std::optional<int> seconds = parseNumber(*after, kMaxAfterSeconds);
  if (!seconds) return badRequest(fmt::format("'{}' is not a number of seconds", *after));
  return StatusPage{*redirect, *seconds};
}

}  // namespace

RequestVerdict checkRequest(const HttpHead& head, const ServerPolicy& policy) {
  Accepted accepted;
  Refusal refusal = checkRequestLine(head.startLine, accepted);
  if (!refusal && head.blankBeforeColon) {
    refusal = badRequest("there is a blank between the name of a HTTP header and its colon");
  }
  if (!refusal) refusal = checkHost(head, accepted);
  if (!refusal && head.find("Upgrade").empty()) return answerWeb(accepted.parameters, policy);
  if (!refusal) refusal = checkUpgradeRequest(head);
  if (!refusal) refusal = checkVersion(head, policy, accepted);
  if (!refusal) refusal = checkProtocols(head, accepted);
  if (!refusal) refusal = checkOrigin(head, policy, accepted);
  if (!refusal) refusal = checkKey(head, accepted);
  if (!refusal) refusal = checkExtensions(head, accepted);
  if (!refusal && policy.maxConnectionsReached) {
    refusal = Refused{503, "maximum number of connections reached", {}};
  }
  if (refusal) return std::move(*refusal);
  return accepted;
}

}  // namespace wsgauntlet::websocket
