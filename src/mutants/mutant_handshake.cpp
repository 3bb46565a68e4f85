// The opening handshake of a peer that deviates on purpose.
#include "mutants/mutant_peer.hpp"
#include "websocket/handshake.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace wsgauntlet::mutants {
namespace {

using websocket::equalsIgnoringCase;
using websocket::ExtensionElement;
using websocket::HttpFields;
using websocket::HttpHead;

constexpr std::string_view kExtensions = "Sec-WebSocket-Extensions";
constexpr std::string_view kProtocol = "Sec-WebSocket-Protocol";
constexpr std::string_view kKey = "Sec-WebSocket-Key";
constexpr std::string_view kVersion = "Sec-WebSocket-Version";
constexpr std::string_view kAccept = "Sec-WebSocket-Accept";

bool has(std::string_view list, std::string_view token) {
  const auto tokens = websocket::splitList(list, ',');
  return std::any_of(tokens.begin(), tokens.end(),
                     [&](std::string_view one) { return equalsIgnoringCase(one, token); });
}

bool isBase64(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '/' || c == '=';
  });
}

void set(HttpFields& fields, std::string_view name, const std::string& value) {
  for (auto& field : fields) {
    if (field.first == name) field.second = value;
  }
}

void drop(HttpFields& fields, std::string_view name) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
}

std::string inHex(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

}  // namespace

/// The value of a field, read as carelessly as the rule demands.
std::optional<std::string> MutantPeer::valueOf(const HttpHead& head, std::string_view name) const {
  const bool exact = is("case-of-names") || is("case-of-answer");
  std::optional<std::string> value;
  for (const auto& [field, text] : head.fields) {
    if (exact ? field != name : !equalsIgnoringCase(field, name)) continue;
    value = value ? *value + ", " + text : text;
  }
  return value;
}

/// What is wrong for a peer that reads blanks carelessly.
std::string MutantPeer::faultOfBlanks() const {
  const bool needsBlank = is("blank-behind-colon") || is("answer-blank");
  const bool keepsBlanks = is("no-trim") || is("answer-no-trim");
  for (std::size_t at = block_.find('\n'); at + 2 < block_.size();) {
    const std::size_t lineEnd = block_.find("\r\n", at + 1);
    const std::size_t colon = block_.find(':', at);
    if (lineEnd == Octets::npos || colon > lineEnd) break;
    const OctetView value = OctetView(block_).substr(colon + 1, lineEnd - colon - 1);
    if (needsBlank && !value.empty() && value.front() != ' ') return "no blank";
    const bool more = value.starts_with("  ") || value.starts_with(" \t") ||
                      value.starts_with("\t") || (value.size() > 1 && value.ends_with(' '));
    if (keepsBlanks && more) return "blanks";
    at = lineEnd + 1;
  }
  return {};
}

std::string MutantPeer::head(const std::string& startLine, HttpFields fields) const {
  if (is("more-fields")) {
    fields.insert(fields.begin(), {"X-First", "1"});
    fields.emplace_back("X-Last", "a, b; c=\"d\"");
    fields.emplace_back("Date", "Sat, 21 Nov 2026 12:00:00 GMT");
  }
  if (is("reverse-fields")) std::reverse(fields.begin(), fields.end());
  const std::string end = is("lf-answer") || is("lf-request") ? "\n" : "\r\n";
  const std::string colon = is("blank-in-answer") || is("blank-in-request") ? " : " : ": ";
  std::string out = startLine + end;
  for (auto& [name, value] : fields) {
    for (std::size_t i = 0; i < name.size(); ++i) {
      const auto c = static_cast<unsigned char>(name[i]);
      if (is("lower-names") || (is("odd-names") && i % 2 == 0)) {
        name[i] = static_cast<char>(std::tolower(c));
      } else if (is("upper-names") || is("odd-names")) {
        name[i] = static_cast<char>(std::toupper(c));
      }
    }
    out += name;
    out += colon;
    out += value;
    out += end;
  }
  return out + end;
}

// ---- server

void MutantPeer::readRequest() {
  const std::size_t headEnd = websocket::findHeaderEnd(unread_);
  if (headEnd == Octets::npos) {
    if (is("request-in-one-read")) refuse(400, "Bad Request");
    return;
  }
  if (is("drops-early") && unread_.size() > headEnd) return end();
  if (is("head-of-1-kib") && headEnd > 1024) return refuse(431, "Too Large");
  block_ = unread_.substr(0, headEnd);
  const HttpHead head = websocket::parseHead(block_);
  unread_.erase(0, headEnd);
  if (is("head-of-20-fields") && head.fields.size() > 20) return refuse(431, "Too Many");
  if (is("long-head-500") && (headEnd > 1024 || head.fields.size() > 20)) {
    return refuse(500, "Too Long");
  }
  if (is("one-connection-field") && head.find("Connection").size() > 1) return end();
  if (is("refuses-offers") && !head.find(kExtensions).empty()) return refuse(400, "Bad Request");
  const std::string fault = faultOfRequest(head);
  if (fault == "version") {
    refuse(426, "Upgrade Required", true);
  } else if (!fault.empty()) {
    refuse(400, "Bad Request");
  } else {
    accept(head);
  }
}

std::string MutantPeer::faultOfRequest(const HttpHead& head) const {
  const auto words = websocket::splitWords(head.startLine);
  if (words.size() != 3) return "line";
  if (words[0] != "GET" && !is("any-method")) return "method";
  if (words[2] != "HTTP/1.1" && !(is("http-1.0") && words[2] == "HTTP/1.0"))
    return "version of HTTP";
  if (head.blankBeforeColon) return "blank";
  if (head.find("Host").empty() && !is("no-host")) return "host";
  if (head.find("Host").size() > 1) return "hosts";
  const auto upgrade = valueOf(head, "Upgrade");
  const bool webSocket = upgrade && has(*upgrade, "websocket");
  const bool prefix = upgrade && websocket::toLower(*upgrade).starts_with("websocket");
  if (!webSocket && !(is("no-upgrade") && !upgrade) && !(is("any-upgrade") && upgrade) &&
      !(is("upgrade-prefix") && prefix)) {
    return "upgrade";
  }
  if (is("case-of-upgrade") && *upgrade != "WebSocket") return "upgrade";
  const auto connection = valueOf(head, "Connection");
  const bool contains =
      connection && websocket::toLower(*connection).find("upgrade") != std::string::npos;
  if (!(connection && has(*connection, "upgrade")) && !(is("no-connection") && !connection) &&
      !(is("any-connection") && connection) && !(is("connection-substring") && contains)) {
    return "connection";
  }
  if (is("connection-exact") && *connection != "Upgrade") return "connection";
  const auto version = valueOf(head, kVersion);
  const int number = version ? websocket::parseNumber(*version, 999).value_or(-1) : -1;
  if (number != 13 && !(is("no-version") && !version) && !(is("any-version") && version) &&
      !(is("higher-versions") && number > 13) && !(is("version-7") && number == 7) &&
      !(is("lower-versions") && number >= 0 && number < 13)) {
    return version ? "version" : "no version";
  }
  const auto key = valueOf(head, kKey);
  const bool lengthFits = key && key->size() == 24 && key->ends_with("==");
  if (!key && !is("no-key")) return "no key";
  if (key && !is("any-key") && !(is("any-key-length") && !key->empty() && isBase64(*key)) &&
      !(lengthFits && isBase64(*key))) {
    return "key";
  }
  const bool order = is("field-order");
  for (const auto& [name, value] : head.fields) {
    if (order && equalsIgnoringCase(name, "Connection")) return "order";
    if (order && equalsIgnoringCase(name, "Upgrade")) break;
  }
  if (is("needs-origin") && head.find("Origin").empty()) return "origin";
  if (is("needs-user-agent") && head.find("User-Agent").empty()) return "agent";
  return faultOfBlanks();
}

void MutantPeer::refuse(int status, const std::string& reason, bool version) {
  deaf_ = true;
  if (is("refuses-silently")) return;
  if (is("refuses-without-answer")) return end();
  HttpFields fields{{"Content-Length", "0"}, {"Connection", "close"}};
  std::string body;
  if (version && !is("no-version-in-refusal")) fields.emplace_back(kVersion, "13");
  if (is("refuses-with-200")) status = 200;
  if (is("refuses-with-403") && !version) status = 403;
  if (is("refuses-with-page")) {
    body = "<html>This is no WebSocket handshake.</html>";
    fields[0].second = std::to_string(body.size());
  }
  write(head(fmt::format("HTTP/1.1 {} {}", status, reason), fields) + body);
  end();
}

/// The value of Sec-WebSocket-Extensions; empty for none.
std::string MutantPeer::answeredExtensions(const HttpHead& head) {
  std::string header = head.joined(kExtensions).value_or("");
  if (is("unasked-extension")) return "x-unasked";
  if (is("echoes-extensions")) return header;
  if (is("no-extension") || header.find("permessage-deflate") == std::string::npos) return {};
  auto offers = websocket::parseExtensions(header);
  if (!offers.ok()) {
    if (!is("takes-bad-grammar")) return {};
    agree({});
    return "permessage-deflate";
  }
  std::vector<ExtensionElement> legal;
  for (ExtensionElement offer : *offers.value) {
    if (offer.name != "permessage-deflate") continue;
    std::vector<websocket::ExtensionParameter> kept;
    for (websocket::ExtensionParameter& parameter : offer.parameters) {
      const bool known =
          parameter.name.starts_with("server_") || parameter.name.starts_with("client_");
      const bool bits = parameter.name.ends_with("_bits");
      const bool twice = std::any_of(kept.begin(), kept.end(),
                                     [&](const auto& one) { return one.name == parameter.name; });
      if (!known && is("takes-unknown-parameters")) continue;
      if (twice && is("takes-parameters-twice")) continue;
      if (bits && is("takes-any-bits")) {
        const int number = websocket::parseNumber(parameter.value.value_or(""), 15).value_or(15);
        parameter.value = std::to_string(std::max(8, number));
      }
      if (!bits && known && is("takes-values")) parameter.value.reset();
      kept.push_back(parameter);
    }
    offer.parameters = std::move(kept);
    legal.push_back(std::move(offer));
  }
  const websocket::AcceptRule rule;
  const auto agreed = websocket::negotiate(legal, std::span(&rule, 1));
  if (!agreed) return {};
  std::string answer = agreed->header;
  websocket::DeflateParameters parameters = agreed->parameters;
  const auto cut = [&](std::string_view name) {
    const auto at = answer.find(name);
    if (at == std::string::npos) return;
    answer.erase(answer.rfind(';', at), answer.find(';', at) - answer.rfind(';', at));
  };
  if (is("unasked-client-bits") && header.find("client_max") == std::string::npos) {
    answer += "; client_max_window_bits=12";
  }
  if (is("ignores-hint") && header.find("client_max_window_bits=") != std::string::npos) {
    answer += "; client_max_window_bits=15";
  }
  if (is("no-server-bits-in-answer")) cut("server_max_window_bits");
  if (is("no-server-context-in-answer")) cut("server_no_context_takeover");
  if (is("larger-server-bits") && parameters.serverMaxWindowBits < 15) {
    cut("server_max_window_bits");
    answer += fmt::format("; server_max_window_bits={}", parameters.serverMaxWindowBits + 1);
  }
  if (is("two-answers")) answer += ", permessage-deflate";
  if (is("bits-without-value")) answer += "; server_max_window_bits";
  if (is("echoes-offer")) answer = header;
  agree(parameters);
  return answer;
}

void MutantPeer::accept(const HttpHead& request) {
  const std::string key = valueOf(request, kKey).value_or("");
  std::string acceptKey = websocket::acceptKey(key);
  if (is("wrong-accept")) acceptKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  if (is("accept-without-guid")) acceptKey = key;
  if (is("accept-in-hex")) acceptKey = inHex(acceptKey);
  HttpFields fields{{"Server", "odd"}, {"Upgrade", "WebSocket"}, {"Connection", "Upgrade"}};
  if (is("lower-upgrade")) set(fields, "Upgrade", "websocket");
  if (is("keep-alive")) set(fields, "Connection", "keep-alive, Upgrade");
  if (is("wrong-upgrade-in-answer")) set(fields, "Upgrade", "tcp");
  if (is("wrong-connection-in-answer")) set(fields, "Connection", "keep-alive");
  if (is("no-upgrade-in-answer")) drop(fields, "Upgrade");
  if (is("no-connection-in-answer")) drop(fields, "Connection");
  if (!is("no-accept")) fields.emplace_back(kAccept, acceptKey);
  if (is("two-accepts")) fields.emplace_back(kAccept, acceptKey);
  if (is("length-in-answer")) fields.emplace_back("Content-Length", "0");
  if (is("key-in-answer")) fields.emplace_back(kKey, key);
  if (is("folded-answer")) fields.emplace_back("X-Folded", "one\r\n two");
  const std::string protocols = request.joined(kProtocol).value_or("");
  const auto offered = websocket::splitList(protocols, ',');
  if (is("unasked-subprotocol")) fields.emplace_back(kProtocol, "x-unasked");
  if (is("all-subprotocols") && !offered.empty()) fields.emplace_back(kProtocol, protocols);
  if (is("first-subprotocol") && !offered.empty()) {
    fields.emplace_back(kProtocol, std::string(offered[0]));
  }
  const std::string extensions = answeredExtensions(request);
  if (!extensions.empty()) fields.emplace_back(kExtensions, extensions);
  const std::string line = is("status-200")        ? "HTTP/1.1 200 OK"
                           : is("http-1.0-answer") ? "HTTP/1.0 101 Switching Protocols"
                           : is("other-phrase")    ? "HTTP/1.1 101 Web Socket Protocol Handshake"
                           : is("no-phrase")       ? "HTTP/1.1 101 "
                                                   : "HTTP/1.1 101 Switching Protocols";
  write(head(line, fields));
  open_ = true;
  if (!unread_.empty()) readFrames();
}

// ---- client

void MutantPeer::sendRequest() {
  key_ = is("fixed-key") ? "dGhlIHNhbXBsZSBub25jZQ==" : websocket::makeKey(random_);
  if (is("short-key")) key_ = "AAECAwQFBgc=";
  if (is("key-no-base64")) key_ = "this-is-no-base64-at-all";
  HttpFields fields{{"Host", request_->host}, {"User-Agent", request_->agent}};
  if (is("no-agent")) drop(fields, "User-Agent");
  if (is("no-host-sent")) drop(fields, "Host");
  if (is("two-hosts-sent")) fields.emplace_back("Host", request_->host);
  if (!is("no-upgrade-sent")) fields.emplace_back("Upgrade", "websocket");
  if (!is("no-connection-sent")) {
    fields.emplace_back("Connection", is("connection-list") ? "keep-alive, Upgrade" : "Upgrade");
  }
  if (!is("no-key-sent")) fields.emplace_back(kKey, key_);
  if (is("two-keys")) fields.emplace_back(kKey, key_);
  if (!is("no-version-sent")) fields.emplace_back(kVersion, is("version-8") ? "8" : "13");
  if (is("accept-in-request")) fields.emplace_back(kAccept, websocket::acceptKey(key_));
  if (is("with-origin")) fields.emplace_back("Origin", "http://example.com");
  if (is("offers-subprotocols")) fields.emplace_back(kProtocol, "chat, superchat");
  if (!is("no-extension")) {
    fields.emplace_back(kExtensions, is("bad-offer")
                                         ? "permessage-deflate; x-unknown"
                                         : "permessage-deflate; client_max_window_bits");
  }
  write(head(
      fmt::format("{} {}{} HTTP/{}", is("post-request") ? "POST" : "GET", request_->target,
                  is("fragment-in-target") ? "#part" : "", is("http-1.0-request") ? "1.0" : "1.1"),
      fields));
}

void MutantPeer::readResponse() {
  const std::size_t headEnd = websocket::findHeaderEnd(unread_);
  if (headEnd == Octets::npos) {
    if (is("answer-in-one-read")) end();
    return;
  }
  block_ = unread_.substr(0, headEnd);
  const HttpHead head = websocket::parseHead(block_);
  const bool tooLong = is("answer-of-1-kib") && headEnd > 1024;
  unread_.erase(0, headEnd);
  std::string fault = tooLong ? "length" : faultOfResponse(head);
  if (fault.empty()) fault = faultOfBlanks();
  if (!fault.empty()) {
    deaf_ = true;
    if (!is("keeps-tcp")) end();
    return;
  }
  open_ = true;
  if (is("drops-first-frames")) unread_.clear();
  if (!unread_.empty()) readFrames();
}

std::string MutantPeer::faultOfResponse(const HttpHead& head) {
  const auto words = websocket::splitWords(head.startLine);
  if (!is("any-status") && (words.size() < 2 || words[0] != "HTTP/1.1" || words[1] != "101")) {
    return "status";
  }
  if (is("reason-phrase") && !head.startLine.ends_with(" Switching Protocols")) return "phrase";
  const auto upgrade = valueOf(head, "Upgrade");
  if (!(upgrade && equalsIgnoringCase(*upgrade, "websocket")) &&
      !(is("no-upgrade-needed") && !upgrade) && !(is("any-upgrade-answer") && upgrade)) {
    return "upgrade";
  }
  if (is("upgrade-exact") && *upgrade != "WebSocket") return "upgrade";
  const auto connection = valueOf(head, "Connection");
  if (!(connection && has(*connection, "upgrade")) &&
      !(is("no-connection-needed") && !connection) &&
      !(is("any-connection-answer") && connection)) {
    return "connection";
  }
  if (is("connection-exact-answer") && *connection != "Upgrade") return "connection";
  const auto accept = valueOf(head, kAccept);
  const std::string right = websocket::acceptKey(key_);
  const bool fits = accept == right || is("any-accept") ||
                    (is("accept-without-case") && accept && equalsIgnoringCase(*accept, right)) ||
                    (is("accept-prefix") && accept && accept->starts_with(right)) ||
                    (is("no-accept-needed") && !accept);
  if (!fits) return "accept";
  if (is("answer-order") && head.fields.size() > 1) {
    for (const auto& [name, value] : head.fields) {
      if (equalsIgnoringCase(name, "Connection")) return "order";
      if (equalsIgnoringCase(name, "Upgrade")) break;
    }
  }
  const auto protocol = head.joined(kProtocol);
  const bool offered = is("offers-subprotocols") && (protocol == "chat" || protocol == "superchat");
  if (protocol && !protocol->empty() && !offered && !is("any-subprotocol")) return "subprotocol";
  return faultOfAnsweredExtensions(head);
}

std::string MutantPeer::faultOfAnsweredExtensions(const HttpHead& head) {
  const auto header = head.joined(kExtensions);
  if (!header || header->empty()) return {};
  const auto answers = websocket::parseExtensions(*header);
  if (is("any-extension") ||
      (is("any-deflate-answer") && header->starts_with("permessage-deflate"))) {
    return {};
  }
  if (!answers.ok() || answers.value->size() != 1 || is("no-extension")) return "extensions";
  const ExtensionElement& answer = answers.value->front();
  const auto offers = websocket::parseExtensions("permessage-deflate; client_max_window_bits");
  if (answer.name != "permessage-deflate") return "extension";
  const auto accepted = websocket::acceptResponse(answer, *offers.value);
  if (!accepted.ok() || !accepted.value->mismatch.empty()) return "parameters";
  agree(accepted.value->parameters);
  return {};
}

}  // namespace wsgauntlet::mutants
