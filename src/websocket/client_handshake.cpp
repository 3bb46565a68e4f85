#include "websocket/client_handshake.hpp"

#include "base/text.hpp"
#include "websocket/handshake.hpp"
#include "websocket/url.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

constexpr int kMaxStatus = 9999;
constexpr int kSwitchingProtocols = 101;
constexpr int kRfcVersion = 13;

// Each check gives the text of the rule that is broken, or nothing.

std::string checkStatusLine(const std::string& line) {
  const std::vector<std::string_view> words = splitWords(line);
  if (words.size() < 2) return fmt::format("Bad HTTP response status line '{}'", line);
  if (words[0] != "HTTP/1.1") return fmt::format("Unsupported HTTP version ('{}')", words[0]);
  const std::optional<int> status = parseNumber(words[1], kMaxStatus);
  if (!status) return fmt::format("Bad HTTP status code ('{}')", words[1]);
  if (*status == kSwitchingProtocols) return {};
  // The words of the phrase are without blanks in between: texts that tools know.
  const std::string phrase = fmt::format("{}", fmt::join(words.begin() + 2, words.end(), ""));
  return fmt::format("WebSocket connection upgrade failed ({}{}{})", *status,
                     phrase.empty() ? "" : " - ", phrase);
}

std::string checkUpgrade(const HttpHead& head) {
  const std::optional<std::string> upgrade = head.joined("Upgrade");
  if (!upgrade) return "HTTP Upgrade header missing";
  if (!equalsIgnoringCase(*upgrade, "websocket")) {
    return fmt::format("HTTP Upgrade header different from 'websocket' (case-insensitive) : {}",
                       *upgrade);
  }
  const std::optional<std::string> connection = head.joined("Connection");
  if (!connection) return "HTTP Connection header missing";
  const std::vector<std::string_view> tokens = splitList(*connection, ',');
  const bool named = std::any_of(tokens.begin(), tokens.end(), [](std::string_view token) {
    return equalsIgnoringCase(token, "upgrade");
  });
  if (named) return {};
  return fmt::format(
      "HTTP Connection header does not include 'upgrade' value (case-insensitive) : {}",
      *connection);
}

std::string appearsMoreThanOnce(std::string_view name) {
  return fmt::format("HTTP {} header appears more than once in opening handshake reply", name);
}

std::string checkAccept(const HttpHead& head, const std::string& key) {
  const std::vector<std::string_view> values = head.find("Sec-WebSocket-Accept");
  if (values.empty()) {
    return "HTTP Sec-WebSocket-Accept header missing in opening handshake reply";
  }
  if (values.size() > 1) return appearsMoreThanOnce("Sec-WebSocket-Accept");
  const std::string expected = acceptKey(key);
  if (values.front() == expected) return {};
  return fmt::format("HTTP Sec-WebSocket-Accept bogus value : expected {} / got {}", expected,
                     values.front());
}

std::string takeElement(const ExtensionElement& element, const ClientRequest& request,
                        ResponseVerdict& verdict) {
  if (element.name != kPermessageDeflate && element.name != "permessage-bzip2") {
    return fmt::format(
        "server wants to use extension '{}' we did not request, haven't implemented or did not "
        "enable",
        element.name);
  }
  const bool offered =
      std::any_of(request.extensions.begin(), request.extensions.end(),
                  [&](const ExtensionElement& offer) { return offer.name == element.name; });
  if (element.name != kPermessageDeflate || !offered) {
    return "WebSocket permessage-compress extension response from server denied by client";
  }
  if (verdict.deflate) return "multiple occurrence of a permessage-compress extension";
  Checked<DeflateAnswer> answer = acceptResponse(element, request.extensions);
  if (!answer.ok()) return answer.error;
  verdict.deflate = answer.value->parameters;
  verdict.mismatch = std::move(answer.value->mismatch);
  return {};
}

std::string takeExtensions(const HttpHead& head, const ClientRequest& request,
                           ResponseVerdict& verdict) {
  const std::vector<std::string_view> values = head.find("Sec-WebSocket-Extensions");
  if (values.empty()) return {};
  if (values.size() > 1) return appearsMoreThanOnce("Sec-WebSocket-Extensions");
  Checked<std::vector<ExtensionElement>> parsed = parseExtensions(values.front());
  if (!parsed.ok()) {
    return fmt::format("could not parse HTTP Sec-WebSocket-Extensions header: {}", parsed.error);
  }
  for (const ExtensionElement& element : *parsed.value) {
    if (std::string error = takeElement(element, request, verdict); !error.empty()) return error;
  }
  verdict.extensions = std::move(*parsed.value);
  return {};
}

std::string takeSubprotocol(const HttpHead& head, const ClientRequest& request,
                            ResponseVerdict& verdict) {
  const std::vector<std::string_view> values = head.find("Sec-WebSocket-Protocol");
  if (values.empty()) return {};
  if (values.size() > 1) return appearsMoreThanOnce("Sec-WebSocket-Protocol");
  const std::string_view selected = values.front();
  const std::vector<std::string>& offered = request.protocols;
  if (!selected.empty() && std::find(offered.begin(), offered.end(), selected) == offered.end()) {
    std::string list;
    for (const std::string& protocol : offered) {
      list += fmt::format("{}'{}'", list.empty() ? "" : ", ", protocol);
    }
    return fmt::format(
        "subprotocol selected by server ({}) not in subprotocol list requested by client ([{}])",
        selected, list);
  }
  verdict.subprotocol = selected;
  return {};
}

}  // namespace

std::optional<int> handshakeVersion(int draft) {
  if (draft >= 10 && draft <= 12) return 8;
  if (draft >= 13 && draft <= 18) return kRfcVersion;
  return std::nullopt;
}

std::string buildRequest(const ClientRequest& request) {
  std::string out = fmt::format("GET {} HTTP/1.1\r\n", request.resource);
  const auto add = [&](std::string_view name, std::string_view value) {
    fmt::format_to(std::back_inserter(out), "{}: {}\r\n", name, value);
  };
  if (request.userAgent) add("User-Agent", *request.userAgent);
  add("Host",
      request.authority.empty() ? hostAndPort(request.host, request.port) : request.authority);
  add("Upgrade", "WebSocket");
  add("Connection", "Upgrade");
  add("Pragma", "no-cache");
  add("Cache-Control", "no-cache");
  for (const auto& [name, value] : request.extraHeaders) add(name, value);
  add("Sec-WebSocket-Key", request.key);
  if (!request.origin.empty()) {
    add(request.version == 10 ? "Sec-WebSocket-Origin" : "Origin", request.origin);
  }
  if (!request.protocols.empty()) {
    add("Sec-WebSocket-Protocol", fmt::format("{}", fmt::join(request.protocols, ",")));
  }
  if (!request.extensions.empty()) add("Sec-WebSocket-Extensions", serialize(request.extensions));
  add("Sec-WebSocket-Version",
      fmt::format("{}", handshakeVersion(request.version).value_or(kRfcVersion)));
  return out + "\r\n";
}

ResponseVerdict checkResponse(const HttpHead& head, const ClientRequest& request) {
  ResponseVerdict verdict;
  std::string& failure = verdict.failure;
  failure = checkStatusLine(head.startLine);
  if (failure.empty()) failure = checkUpgrade(head);
  if (failure.empty()) failure = checkAccept(head, request.key);
  if (failure.empty()) failure = takeExtensions(head, request, verdict);
  if (failure.empty()) failure = takeSubprotocol(head, request, verdict);
  failure = terminalText(failure);
  return verdict;
}

}  // namespace wsgauntlet::websocket
