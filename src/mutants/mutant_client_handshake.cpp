// The opening handshake of a client that deviates on purpose.
#include "mutants/handshake_fields.hpp"
#include "mutants/mutant_peer.hpp"
#include "websocket/handshake.hpp"

#include <fmt/format.h>

namespace wsgauntlet::mutants {

using websocket::equalsIgnoringCase;
using websocket::ExtensionElement;
using websocket::HttpFields;
using websocket::HttpHead;

void MutantPeer::sendRequest() {
  key_ = is(Mutation::fixedKey) ? "dGhlIHNhbXBsZSBub25jZQ==" : websocket::makeKey(random_);
  if (is(Mutation::shortKey)) key_ = "AAECAwQFBgc=";
  if (is(Mutation::keyNoBase64)) key_ = "this-is-no-base64-at-all";
  HttpFields fields{{"Host", request_->host}, {"User-Agent", request_->agent}};
  if (is(Mutation::noAgent)) drop(fields, "User-Agent");
  if (is(Mutation::noHostSent)) drop(fields, "Host");
  if (is(Mutation::twoHostsSent)) fields.emplace_back("Host", request_->host);
  if (!is(Mutation::noUpgradeSent)) fields.emplace_back("Upgrade", "websocket");
  if (!is(Mutation::noConnectionSent)) {
    fields.emplace_back("Connection",
                        is(Mutation::connectionList) ? "keep-alive, Upgrade" : "Upgrade");
  }
  if (!is(Mutation::noKeySent)) fields.emplace_back(kKey, key_);
  if (is(Mutation::twoKeys)) fields.emplace_back(kKey, key_);
  if (!is(Mutation::noVersionSent))
    fields.emplace_back(kVersion, is(Mutation::version8) ? "8" : "13");
  if (is(Mutation::acceptInRequest)) fields.emplace_back(kAccept, websocket::acceptKey(key_));
  if (is(Mutation::withOrigin)) fields.emplace_back("Origin", "http://example.com");
  if (offersSubprotocols()) fields.emplace_back(kProtocol, "chat, superchat");
  if (!is(Mutation::noExtension)) {
    fields.emplace_back(kExtensions, is(Mutation::badOffer)
                                         ? "permessage-deflate; x-unknown"
                                         : "permessage-deflate; client_max_window_bits");
  }
  write(head(fmt::format("{} {}{} HTTP/{}", is(Mutation::postRequest) ? "POST" : "GET",
                         request_->target, is(Mutation::fragmentInTarget) ? "#part" : "",
                         is(Mutation::http10Request) ? "1.0" : "1.1"),
             fields));
}

void MutantPeer::readResponse() {
  const std::size_t headEnd = websocket::findHeaderEnd(unread_);
  if (headEnd == Octets::npos) {
    if (is(Mutation::answerInOneRead)) end();
    return;
  }
  block_ = unread_.substr(0, headEnd);
  const HttpHead head = websocket::parseHead(block_);
  if (block_.starts_with("HTTP/1.1 100 ") && !is(Mutation::noInterimAnswer)) {
    unread_.erase(0, headEnd);
    return readResponse();
  }
  const bool tooLong = is(Mutation::answerOf1Kib) && headEnd > 1024;
  unread_.erase(0, headEnd);
  if (tooLong || !isResponseFine(head) || !areBlanksFine()) {
    deaf_ = true;
    if (!is(Mutation::keepsTcp)) end();
    return;
  }
  open_ = true;
  if (is(Mutation::dropsFirstFrames)) unread_.clear();
  if (!unread_.empty()) readFrames();
}

bool MutantPeer::isResponseFine(const HttpHead& head) {
  const auto words = websocket::splitWords(head.startLine);
  if (!is(Mutation::anyStatus) &&
      (words.size() < 2 || words[0] != "HTTP/1.1" || words[1] != "101")) {
    return false;
  }
  if (is(Mutation::reasonPhrase) && !head.startLine.ends_with(" Switching Protocols")) return false;
  const auto upgrade = valueOf(head, "Upgrade");
  if (!(upgrade && equalsIgnoringCase(*upgrade, "websocket")) &&
      !(is(Mutation::noUpgradeNeeded) && !upgrade) &&
      !(is(Mutation::anyUpgradeAnswer) && upgrade)) {
    return false;
  }
  if (is(Mutation::upgradeExact) && *upgrade != "WebSocket") return false;
  const auto connection = valueOf(head, "Connection");
  if (!(connection && has(*connection, "upgrade")) &&
      !(is(Mutation::noConnectionNeeded) && !connection) &&
      !(is(Mutation::anyConnectionAnswer) && connection)) {
    return false;
  }
  if (is(Mutation::connectionExactAnswer) && *connection != "Upgrade") return false;
  auto accept = valueOf(head, kAccept);
  if (is(Mutation::firstAccept) && accept) *accept = accept->substr(0, accept->find(','));
  if (is(Mutation::lastAccept) && accept && accept->find(' ') != std::string::npos) {
    accept->erase(0, accept->find(' ') + 1);
  }
  const std::string right = websocket::acceptKey(key_);
  const bool fits =
      accept == right || is(Mutation::anyAccept) ||
      (is(Mutation::acceptWithoutCase) && accept && equalsIgnoringCase(*accept, right)) ||
      (is(Mutation::acceptPrefix) && accept && accept->starts_with(right)) ||
      (is(Mutation::noAcceptNeeded) && !accept);
  if (!fits) return false;
  if (is(Mutation::answerOrder) && head.fields.size() > 1) {
    for (const auto& [name, value] : head.fields) {
      if (equalsIgnoringCase(name, "Connection")) return false;
      if (equalsIgnoringCase(name, "Upgrade")) break;
    }
  }
  const auto protocol = head.joined(kProtocol);
  if (protocol && !isSubprotocolFine(*protocol)) return false;
  return areAnsweredExtensionsFine(head);
}

bool MutantPeer::isSubprotocolFine(const std::string& answered) const {
  if (is(Mutation::anySubprotocol)) return true;
  if (answered.empty()) return is(Mutation::emptySubprotocolAnswer);
  const std::string selected =
      is(Mutation::anyCaseSubprotocol) ? websocket::toLower(answered) : answered;
  const bool isLonger = is(Mutation::anyLongerSubprotocol) && selected.starts_with("chat");
  return offersSubprotocols() && (selected == "chat" || selected == "superchat" || isLonger);
}

bool MutantPeer::areAnsweredExtensionsFine(const HttpHead& head) {
  const auto header = head.joined(kExtensions);
  if (!header || (header->empty() && is(Mutation::emptyExtensions))) return true;
  const auto answers = websocket::parseExtensions(*header);
  if (is(Mutation::anyExtension) ||
      (is(Mutation::anyDeflateAnswer) && header->starts_with("permessage-deflate"))) {
    return true;
  }
  if (!answers.ok() || answers.value->size() != 1 || is(Mutation::noExtension)) return false;
  const ExtensionElement& answer = answers.value->front();
  const auto offers = websocket::parseExtensions("permessage-deflate; client_max_window_bits");
  if (answer.name != "permessage-deflate") return false;
  const auto accepted = websocket::acceptResponse(answer, *offers.value);
  if (!accepted.ok() || !accepted.value->mismatch.empty()) return false;
  agree(accepted.value->parameters);
  return true;
}

}  // namespace wsgauntlet::mutants
