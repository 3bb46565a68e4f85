// The opening handshake of a server that deviates on purpose, and what both roles share of it.
#include "mutants/handshake_fields.hpp"
#include "mutants/mutant_peer.hpp"
#include "websocket/handshake.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace wsgauntlet::mutants {
namespace {

constexpr int kBadRequest = 400;
constexpr int kUpgradeRequired = 426;

using websocket::equalsIgnoringCase;
using websocket::ExtensionElement;
using websocket::HttpFields;
using websocket::HttpHead;

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

std::string inHex(std::string_view text) {
  std::string out;
  for (const char c : text) out += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return out;
}

}  // namespace

/// The value of a field, read as carelessly as the rule demands.
std::optional<std::string> MutantPeer::valueOf(const HttpHead& head, std::string_view name) const {
  const bool exact = is(Mutation::caseOfNames) || is(Mutation::caseOfAnswer);
  std::optional<std::string> value;
  for (const auto& [field, text] : head.fields) {
    if (exact ? field != name : !equalsIgnoringCase(field, name)) continue;
    value = value ? *value + ", " + text : text;
  }
  return value;
}

/// Whether a peer that reads blanks carelessly goes on.
bool MutantPeer::areBlanksFine() const {
  const bool needsBlank = is(Mutation::blankBehindColon) || is(Mutation::answerBlank);
  const bool keepsBlanks = is(Mutation::noTrim) || is(Mutation::answerNoTrim);
  for (std::size_t at = block_.find('\n'); at + 2 < block_.size();) {
    const std::size_t lineEnd = block_.find("\r\n", at + 1);
    const std::size_t colon = block_.find(':', at);
    if (lineEnd == Octets::npos || colon > lineEnd) break;
    const OctetView value = OctetView(block_).substr(colon + 1, lineEnd - colon - 1);
    if (needsBlank && !value.empty() && value.front() != ' ') return false;
    const bool more = value.starts_with("  ") || value.starts_with(" \t") ||
                      value.starts_with("\t") || (value.size() > 1 && value.ends_with(' '));
    if (keepsBlanks && more) return false;
    at = lineEnd + 1;
  }
  return true;
}

std::string MutantPeer::head(const std::string& startLine, HttpFields fields) const {
  if (is(Mutation::moreFields)) {
    fields.insert(fields.begin(), {"X-First", "1"});
    fields.emplace_back("X-Last", "a, b; c=\"d\"");
    fields.emplace_back("Date", "Sat, 21 Nov 2026 12:00:00 GMT");
  }
  if (is(Mutation::reverseFields)) std::reverse(fields.begin(), fields.end());
  const std::string end = is(Mutation::lfAnswer) || is(Mutation::lfRequest) ? "\n" : "\r\n";
  const std::string colon =
      is(Mutation::blankInAnswer) || is(Mutation::blankInRequest) ? " : " : ": ";
  std::string out = startLine + end;
  for (auto& [name, value] : fields) {
    for (std::size_t i = 0; i < name.size(); ++i) {
      const auto c = static_cast<unsigned char>(name[i]);
      if (is(Mutation::lowerNames) || (is(Mutation::oddNames) && i % 2 == 0)) {
        name[i] = static_cast<char>(std::tolower(c));
      } else if (is(Mutation::upperNames) || is(Mutation::oddNames)) {
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

void MutantPeer::readRequest() {
  if (unread_.starts_with("\r\n") && !is(Mutation::noEmptyLine)) unread_.erase(0, 2);
  const std::size_t headEnd = websocket::findHeaderEnd(unread_);
  if (headEnd == Octets::npos) {
    if (is(Mutation::requestInOneRead)) refuse(400, "Bad Request");
    return;
  }
  if (is(Mutation::dropsEarly) && unread_.size() > headEnd) return end();
  if (is(Mutation::headOf1Kib) && headEnd > 1024) return refuse(431, "Too Large");
  block_ = unread_.substr(0, headEnd);
  const HttpHead head = websocket::parseHead(block_);
  unread_.erase(0, headEnd);
  if (is(Mutation::headOf20Fields) && head.fields.size() > 20) return refuse(431, "Too Many");
  if (is(Mutation::longHead500) && (headEnd > 1024 || head.fields.size() > 20)) {
    return refuse(500, "Too Long");
  }
  if (is(Mutation::oneConnectionField) && head.find("Connection").size() > 1) return end();
  if (is(Mutation::refusesOffers) && !head.find(kExtensions).empty())
    return refuse(400, "Bad Request");
  const std::optional<int> status = refusalOf(head);
  if (!status) {
    accept(head);
  } else if (status == kUpgradeRequired) {
    refuse(*status, "Upgrade Required", true);
  } else {
    refuse(*status, "Bad Request");
  }
}

/// The key of a request: a field that occurs twice has a list for its value.
std::optional<std::string> MutantPeer::keyOf(const HttpHead& head) const {
  auto key = valueOf(head, kKey);
  if (is(Mutation::firstKey) && key) *key = key->substr(0, key->find(','));
  return key;
}

/// Whether all lines are fields, or continue the field before.
bool MutantPeer::areLinesFine() const {
  for (std::size_t at = block_.find('\n'); at + 1 < block_.size();) {
    const std::size_t lineEnd = block_.find('\n', at + 1);
    const OctetView line = OctetView(block_).substr(at + 1, lineEnd - at - 1);
    const bool isFolded = line.starts_with(' ') || line.starts_with('\t');
    const bool isField = line.size() <= 1 || line.find(':') != OctetView::npos;
    if (isFolded ? is(Mutation::foldsRefused) : !isField && !is(Mutation::anyLine)) return false;
    at = lineEnd;
  }
  return true;
}

/// Whether the start line and Host are those of a request for this server.
bool MutantPeer::isTargetFine(const HttpHead& head) const {
  const auto words = websocket::splitWords(head.startLine);
  if (words.size() != 3) return false;
  if (words[0] != "GET" && !is(Mutation::anyMethod)) return false;
  const bool isHigher = words[2] == "HTTP/1.2" && !is(Mutation::http11Exact);
  if (words[2] != "HTTP/1.1" && !isHigher && !(is(Mutation::http10) && words[2] == "HTTP/1.0")) {
    return false;
  }
  if (words[1].find('#') != std::string_view::npos && !is(Mutation::anyTarget)) return false;
  if (is(Mutation::noAbsoluteForm) && !words[1].starts_with('/')) return false;
  if (head.blankBeforeColon && !is(Mutation::blankBeforeColon)) return false;
  const auto hosts = head.find("Host");
  if (hosts.empty() && !is(Mutation::noHost) && !is(Mutation::blankBeforeColon)) return false;
  if (hosts.size() > 1 && !is(Mutation::twoHosts)) return false;
  return hosts.empty() || hosts[0].find(' ') == std::string_view::npos || is(Mutation::anyHost);
}

/// Whether the lists that the request has are lists.
bool MutantPeer::areListsFine(const HttpHead& head) const {
  if (head.joined(kProtocol) == "" && !is(Mutation::emptySubprotocol)) return false;
  const auto extensions = head.joined(kExtensions);
  if (!extensions || is(Mutation::ignoresBadGrammar) || is(Mutation::takesBadGrammar)) return true;
  const auto offers = websocket::parseExtensions(*extensions);
  return offers.ok() && !offers.value->empty();
}

std::optional<int> MutantPeer::refusalOf(const HttpHead& head) const {
  if (!isTargetFine(head) || !areLinesFine() || !areListsFine(head)) return kBadRequest;
  const auto upgrade = valueOf(head, "Upgrade");
  const bool webSocket = upgrade && has(*upgrade, "websocket");
  const bool prefix = upgrade && websocket::toLower(*upgrade).starts_with("websocket");
  if (!webSocket && !(is(Mutation::noUpgrade) && !upgrade) &&
      !(is(Mutation::anyUpgrade) && upgrade) && !(is(Mutation::upgradePrefix) && prefix)) {
    return kBadRequest;
  }
  if (is(Mutation::caseOfUpgrade) && *upgrade != "WebSocket") return kBadRequest;
  const auto connection = valueOf(head, "Connection");
  const bool contains =
      connection && websocket::toLower(*connection).find("upgrade") != std::string::npos;
  if (!(connection && has(*connection, "upgrade")) &&
      !(is(Mutation::noConnection) && !connection) &&
      !(is(Mutation::anyConnection) && connection) &&
      !(is(Mutation::connectionSubstring) && contains)) {
    return kBadRequest;
  }
  if (is(Mutation::connectionExact) && *connection != "Upgrade") return kBadRequest;
  auto version = valueOf(head, kVersion);
  if (is(Mutation::firstVersion) && version) *version = version->substr(0, version->find(','));
  const bool hasZeros = version && version->starts_with('0') && version->size() > 1;
  const int number = version && (!hasZeros || is(Mutation::version013))
                         ? websocket::parseNumber(*version, 999).value_or(-1)
                         : -1;
  if (number != 13 && !(is(Mutation::noVersion) && !version) &&
      !(is(Mutation::anyVersion) && version) && !(is(Mutation::higherVersions) && number > 13) &&
      !(is(Mutation::version7) && number == 7) &&
      !(is(Mutation::lowerVersions) && number >= 0 && number < 13)) {
    return version ? kUpgradeRequired : kBadRequest;
  }
  const auto key = keyOf(head);
  const bool lengthFits = key && key->size() == 24 && key->ends_with("==");
  if (!key && !is(Mutation::noKey)) return kBadRequest;
  if (key && !is(Mutation::anyKey) &&
      !(is(Mutation::anyKeyLength) && !key->empty() && isBase64(*key)) &&
      !(lengthFits && isBase64(*key))) {
    return kBadRequest;
  }
  const bool order = is(Mutation::fieldOrder);
  for (const auto& [name, value] : head.fields) {
    if (order && equalsIgnoringCase(name, "Connection")) return kBadRequest;
    if (order && equalsIgnoringCase(name, "Upgrade")) break;
  }
  if (is(Mutation::needsOrigin) && head.find("Origin").empty()) return kBadRequest;
  if (is(Mutation::needsUserAgent) && head.find("User-Agent").empty()) return kBadRequest;
  if (!areBlanksFine()) return kBadRequest;
  return std::nullopt;
}

void MutantPeer::refuse(int status, const std::string& reason, bool version) {
  deaf_ = true;
  if (is(Mutation::refusesSilently)) return;
  if (is(Mutation::refusesWithoutAnswer)) return end();
  HttpFields fields{{"Content-Length", "0"}, {"Connection", "close"}};
  std::string body;
  if (version && !is(Mutation::noVersionInRefusal)) fields.emplace_back(kVersion, "13");
  if (is(Mutation::refusesWith200)) status = 200;
  if (is(Mutation::refusesWith403) && !version) status = 403;
  if (is(Mutation::refusesWithPage)) {
    body = "<html>This is no WebSocket handshake.</html>";
    fields[0].second = std::to_string(body.size());
  }
  write(head(fmt::format("HTTP/1.1 {} {}", status, reason), fields) + body);
  end();
}

/// The value of Sec-WebSocket-Extensions; empty for none.
std::string MutantPeer::answeredExtensions(const HttpHead& head) {
  std::string header = head.joined(kExtensions).value_or("");
  if (is(Mutation::unaskedExtension)) return "x-unasked";
  if (is(Mutation::echoesExtensions)) return header;
  if (is(Mutation::noExtension) || header.find("permessage-deflate") == std::string::npos)
    return {};
  auto offers = websocket::parseExtensions(header);
  if (!offers.ok()) {
    if (!is(Mutation::takesBadGrammar)) return {};
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
      if (!known && is(Mutation::takesUnknownParameters)) continue;
      if (twice && is(Mutation::takesParametersTwice)) continue;
      if (bits && is(Mutation::takesAnyBits)) {
        const int number = websocket::parseNumber(parameter.value.value_or(""), 15).value_or(15);
        parameter.value = std::to_string(std::max(8, number));
      }
      if (!bits && known && is(Mutation::takesValues)) parameter.value.reset();
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
  if (is(Mutation::unaskedClientBits) && header.find("client_max") == std::string::npos) {
    answer += "; client_max_window_bits=12";
  }
  if (is(Mutation::ignoresHint) && header.find("client_max_window_bits=") != std::string::npos) {
    answer += "; client_max_window_bits=15";
  }
  if (is(Mutation::noServerBitsInAnswer)) cut("server_max_window_bits");
  if (is(Mutation::noServerContextInAnswer)) cut("server_no_context_takeover");
  if (is(Mutation::largerServerBits) && parameters.serverMaxWindowBits < 15) {
    cut("server_max_window_bits");
    answer += fmt::format("; server_max_window_bits={}", parameters.serverMaxWindowBits + 1);
  }
  if (is(Mutation::twoAnswers)) answer += ", permessage-deflate";
  if (is(Mutation::bitsWithoutValue)) answer += "; server_max_window_bits";
  if (is(Mutation::echoesOffer)) answer = header;
  agree(parameters);
  return answer;
}

void MutantPeer::accept(const HttpHead& request) {
  const std::string key = keyOf(request).value_or("");
  std::string acceptKey = websocket::acceptKey(key);
  if (is(Mutation::wrongAccept)) acceptKey = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";
  if (is(Mutation::acceptWithoutGuid)) acceptKey = key;
  if (is(Mutation::acceptInHex)) acceptKey = inHex(acceptKey);
  HttpFields fields{{"Server", "odd"}, {"Upgrade", "WebSocket"}, {"Connection", "Upgrade"}};
  if (is(Mutation::lowerUpgrade)) set(fields, "Upgrade", "websocket");
  if (is(Mutation::keepAlive)) set(fields, "Connection", "keep-alive, Upgrade");
  if (is(Mutation::wrongUpgradeInAnswer)) set(fields, "Upgrade", "tcp");
  if (is(Mutation::wrongConnectionInAnswer)) set(fields, "Connection", "keep-alive");
  if (is(Mutation::noUpgradeInAnswer)) drop(fields, "Upgrade");
  if (is(Mutation::noConnectionInAnswer)) drop(fields, "Connection");
  if (!is(Mutation::noAccept)) fields.emplace_back(kAccept, acceptKey);
  if (is(Mutation::twoAccepts)) fields.emplace_back(kAccept, acceptKey);
  if (is(Mutation::lengthInAnswer)) fields.emplace_back("Content-Length", "0");
  if (is(Mutation::keyInAnswer)) fields.emplace_back(kKey, key);
  if (is(Mutation::foldedAnswer)) fields.emplace_back("X-Folded", "one\r\n two");
  const std::string protocols = request.joined(kProtocol).value_or("");
  const auto offered = websocket::splitList(protocols, ',');
  if (is(Mutation::unaskedSubprotocol)) fields.emplace_back(kProtocol, "x-unasked");
  if (is(Mutation::allSubprotocols) && !offered.empty()) fields.emplace_back(kProtocol, protocols);
  const std::string small = websocket::toLower(protocols);
  if ((is(Mutation::chat) && std::find(offered.begin(), offered.end(), "chat") != offered.end()) ||
      (is(Mutation::subprotocolWithoutCase) && has(protocols, "chat")) ||
      (is(Mutation::subprotocolSubstring) && small.find("chat") != std::string::npos)) {
    fields.emplace_back(kProtocol, "chat");
  }
  if (is(Mutation::firstSubprotocol) && !offered.empty()) {
    fields.emplace_back(kProtocol, std::string(offered[0]));
  }
  const std::string extensions = answeredExtensions(request);
  if (!extensions.empty()) fields.emplace_back(kExtensions, extensions);
  const std::string line = is(Mutation::status200)      ? "HTTP/1.1 200 OK"
                           : is(Mutation::http10Answer) ? "HTTP/1.0 101 Switching Protocols"
                           : is(Mutation::otherPhrase)
                               ? "HTTP/1.1 101 Web Socket Protocol Handshake"
                           : is(Mutation::noPhrase) ? "HTTP/1.1 101 "
                                                    : "HTTP/1.1 101 Switching Protocols";
  write(head(line, fields));
  open_ = true;
  if (!unread_.empty()) readFrames();
}

}  // namespace wsgauntlet::mutants
