#include "play/opening.hpp"

#include "websocket/handshake.hpp"
#include "websocket/url.hpp"

#include <algorithm>
#include <cctype>

namespace wsgauntlet::play {
namespace {

using Lines = std::vector<std::pair<std::string, std::string>>;  // name and value

std::string fill(std::string text, const Placeholders& placeholders) {
  for (const auto& [name, value] : placeholders) {
    for (std::size_t at = text.find(name); at != std::string::npos;
         at = text.find(name, at + value.size())) {
      text.replace(at, name.size(), value);
    }
  }
  return text;
}

void replaceField(Lines& lines, const suite::HandshakeEdit::Field& field) {
  const auto isIt = [&](const auto& line) {
    return websocket::equalsIgnoringCase(line.first, field.name);
  };
  auto at = std::find_if(lines.begin(), lines.end(), isIt);
  if (at != lines.end()) at = lines.erase(at);
  for (const std::string& value : field.values) at = lines.insert(at, {field.name, value}) + 1;
}

std::string inLetters(std::string name, suite::HandshakeEdit::Letters letters) {
  using Letters = suite::HandshakeEdit::Letters;
  for (std::size_t i = 0; i < name.size(); ++i) {
    const auto c = static_cast<unsigned char>(name[i]);
    const bool upper = letters == Letters::upper || (letters == Letters::mixed && i % 2 == 1);
    if (letters != Letters::asTheyAre) {
      name[i] = static_cast<char>(upper ? std::toupper(c) : std::tolower(c));
    }
  }
  return name;
}

/// The text with small letters for capital ones and the other way round.
std::string swapCase(std::string text) {
  for (char& c : text) {
    const auto octet = static_cast<unsigned char>(c);
    c = static_cast<char>(std::isupper(octet) != 0 ? std::tolower(octet) : std::toupper(octet));
  }
  return text;
}

/// True when a text of the edit names the placeholder.
bool names(const suite::HandshakeEdit& edit, std::string_view placeholder) {
  const auto has = [&](const std::string& text) { return text.find(placeholder) != text.npos; };
  const auto any = [&](const std::vector<std::string>& texts) {
    return std::any_of(texts.begin(), texts.end(), has);
  };
  return any(edit.before) || any(edit.after) ||
         std::any_of(edit.fields.begin(), edit.fields.end(),
                     [&](const auto& field) { return any(field.values); });
}

}  // namespace

bool needsSubprotocol(const suite::HandshakeEdit& edit) {
  return names(edit, "{protocol");
}

std::string offeredSubprotocol(const Octets& request) {
  const std::string list =
      websocket::parseHead(request).joined("Sec-WebSocket-Protocol").value_or("");
  const auto offered = websocket::splitList(list, ',');
  return offered.empty() ? std::string() : std::string(offered.front());
}

std::string editHandshake(const std::string& usual, const suite::HandshakeEdit& edit,
                          const Placeholders& placeholders) {
  const websocket::HttpHead head = websocket::parseHead(usual);
  Lines lines(head.fields.begin(), head.fields.end());
  for (const auto& field : edit.fields) replaceField(lines, field);
  if (edit.reverse) std::reverse(lines.begin(), lines.end());

  std::string out = edit.startLine.value_or(head.startLine) + edit.lineEnd;
  for (const std::string& line : edit.before) out += line + edit.lineEnd;
  for (const auto& [name, value] : lines) {
    out += inLetters(name, edit.letters) + ": " + value + edit.lineEnd;
  }
  for (const std::string& line : edit.after) out += line + edit.lineEnd;
  if (edit.finished) out += edit.lineEnd;
  return fill(std::move(out), placeholders) + edit.behind.octets();
}

void editRequest(websocket::ClientRequest& request, const suite::HandshakeEdit& edit) {
  const std::string known = request.protocols.empty() ? "" : request.protocols.front();
  request.octets = editHandshake(websocket::buildRequest(request), edit,
                                 {{"{target}", request.resource},
                                  {"{host}", websocket::hostAndPort(request.host, request.port)},
                                  {"{key}", request.key},
                                  {"{protocol}", known},
                                  {"{protocol-swapped}", swapCase(known)}});
  request.chop = edit.chop;
  const websocket::HttpHead head = websocket::parseHead(*request.octets);
  if (const auto keys = head.find("Sec-WebSocket-Key"); !keys.empty()) request.key = keys.front();
  request.protocols.clear();
  const std::string offered = head.joined("Sec-WebSocket-Protocol").value_or("");
  for (const std::string_view protocol : websocket::splitList(offered, ',')) {
    request.protocols.emplace_back(protocol);
  }
  auto extensions =
      websocket::parseExtensions(head.joined("Sec-WebSocket-Extensions").value_or(""));
  request.extensions.clear();
  if (extensions.ok()) request.extensions = std::move(*extensions.value);
}

std::string editResponse(const std::string& usual, const Octets& request,
                         const suite::HandshakeEdit& edit) {
  const websocket::HttpHead head = websocket::parseHead(request);
  const auto keys = head.find("Sec-WebSocket-Key");
  const std::string key(keys.empty() ? std::string_view() : keys.front());
  const std::string accept = websocket::acceptKey(key);
  const auto words = websocket::splitWords(head.startLine);
  const std::string protocol = offeredSubprotocol(request);
  return editHandshake(usual, edit,
                       {{"{accept}", accept},
                        {"{accept-swapped}", swapCase(accept)},
                        {"{accept-cut}", accept.substr(0, accept.size() - 1)},
                        {"{accept-of-other}", websocket::acceptKey("AAAAAAAAAAAAAAAAAAAAAA==")},
                        {"{key}", key},
                        {"{protocol}", protocol},
                        {"{protocol-swapped}", swapCase(protocol)},
                        {"{host}", head.joined("Host").value_or("")},
                        {"{target}", words.size() > 1 ? std::string(words[1]) : "/"}});
}

std::vector<websocket::AcceptRule> acceptRules(const suite::Case& testCase) {
  std::vector<websocket::AcceptRule> rules;
  if (!testCase.deflate) return rules;
  for (const suite::Deflate::Rule& rule : testCase.deflate->accept) {
    rules.push_back({rule.needsClientMaxWindowBits, rule.clientNoContextTakeover,
                     rule.clientMaxWindowBits, testCase.deflate->needsFullWindow,
                     suite::requirementOf(testCase) != nullptr});
  }
  return rules;
}

std::optional<websocket::DeflateParameters> answeredDeflate(const Octets& request,
                                                            const std::string& response) {
  const auto extensionsOf = [](OctetView block) {
    const auto value = websocket::parseHead(block).joined("Sec-WebSocket-Extensions");
    return websocket::parseExtensions(value.value_or(""));
  };
  const auto offers = extensionsOf(request);
  const auto answers = extensionsOf(response);
  if (!offers.ok() || !answers.ok()) return std::nullopt;
  for (const websocket::ExtensionElement& answer : *answers.value) {
    if (answer.name != websocket::kPermessageDeflate) continue;
    const auto accepted = websocket::acceptResponse(answer, *offers.value);
    if (accepted.ok() && accepted.value->mismatch.empty()) return accepted.value->parameters;
  }
  return std::nullopt;
}

}  // namespace wsgauntlet::play
