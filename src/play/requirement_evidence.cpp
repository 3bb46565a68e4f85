#include "play/requirement_evidence.hpp"

#include "base/text.hpp"
#include "play/mask_pattern.hpp"
#include "websocket/close_code.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::play {
namespace {

using suite::Check;
using websocket::equalsIgnoringCase;

constexpr int kMaxStatus = 9999;

/// True when one of `values` is the text; `4xx` means a class of status codes.
bool isOneOf(std::string_view text, const std::vector<std::string>& values) {
  return std::any_of(values.begin(), values.end(), [&](const std::string& one) {
    if (one.ends_with("xx")) return text.size() == one.size() && text.front() == one.front();
    return equalsIgnoringCase(one, text);
  });
}

std::string breachOfField(const Check& check, const RequirementEvidence& evidence) {
  if (evidence.seen.handshake.empty()) return {};
  const auto value = evidence.head.joined(check.name);
  if (!value) return fmt::format("{}, without {}", evidence.handshakeWords(), check.name);
  const auto tokens = websocket::splitList(*value, ',');
  const bool has = check.values.empty() ||
                   std::any_of(tokens.begin(), tokens.end(),
                               [&](const auto& token) { return isOneOf(token, check.values); });
  return has ? "" : fmt::format("sent {}: {}", check.name, excerpt(*value));
}

std::string breachOfCloseCode(const Check& check, const RequirementEvidence& evidence) {
  const auto& code = evidence.seen.closeCode;
  if (!code || isOneOf(std::to_string(*code), check.values)) return {};
  return fmt::format("closed with code {}", *code);
}

/// The first octets of the payload of the Close frame that a step sends; none when it sends none.
std::optional<Octets> closePayload(const suite::Step& step) {
  if (const auto* frame = std::get_if<FrameToSend>(&step.action)) {
    if (frame->opcode == websocket::kClose) return Octets(frame->payload.head(2));
  } else if (const auto* close = std::get_if<suite::SendClose>(&step.action)) {
    Octets payload;
    if (close->code) {
      payload += static_cast<char>(*close->code >> 8U);
      payload += static_cast<char>(*close->code & 0xFFU);
    }
    return payload;
  }
  return std::nullopt;
}

}  // namespace

std::string excerpt(OctetView text) {
  constexpr std::size_t kShown = 100;
  return terminalText(text.substr(0, kShown)) + (text.size() > kShown ? "…" : "");
}

std::optional<int> RequirementEvidence::status() const {
  const auto words = websocket::splitWords(head.startLine);
  if (words.size() < 2) return std::nullopt;
  return websocket::parseNumber(words[1], kMaxStatus);
}

std::string RequirementEvidence::handshakeWords() const {
  if (seen.isServer) return fmt::format("requested '{}'", excerpt(head.startLine));
  if (!seen.handshake.empty()) return fmt::format("answered '{}'", excerpt(head.startLine));
  return seen.closing.wasOpenHandshakeTimeout ? "was silent" : "ended TCP without an answer";
}

bool RequirementEvidence::closedFirst() const {
  return !seen.closing.closedByMe && (seen.closeFrames > 0 || seen.peerEndedTcp);
}

std::string RequirementEvidence::closingWords() const {
  if (seen.closeFrames == 0) return "ended TCP without a Close frame";
  if (!seen.closeCode) return "closed the connection without a code";
  std::string text = fmt::format("closed the connection with code {}", *seen.closeCode);
  if (!seen.closeReason.empty()) text += fmt::format(" ({})", excerpt(seen.closeReason));
  return text;
}

bool RequirementEvidence::hasCloseCode(const std::vector<std::uint16_t>& codes) const {
  return seen.closeCode && std::find(codes.begin(), codes.end(), *seen.closeCode) != codes.end();
}

std::vector<std::uint16_t> RequirementEvidence::sentCloseCodes() const {
  std::vector<std::uint16_t> codes;
  for (const suite::Step& step : rule.script) {
    if (const auto payload = closePayload(step)) {
      if (const auto code = websocket::closeCodeOf(*payload)) codes.push_back(*code);
    }
  }
  return codes;
}

bool RequirementEvidence::sentClose() const {
  return std::any_of(rule.script.begin(), rule.script.end(),
                     [](const suite::Step& step) { return closePayload(step).has_value(); });
}

std::uint64_t RequirementEvidence::largestMessage() const {
  std::uint64_t largest = 0;
  for (const suite::Step& step : rule.script) {
    if (const auto* frame = std::get_if<FrameToSend>(&step.action)) {
      largest = std::max(largest, frame->payload.size());
    } else if (const auto* message = std::get_if<suite::SendMessage>(&step.action)) {
      largest = std::max(largest, message->payload.size());
    }
  }
  const auto alternatives = suite::alternativesOf(rule);
  if (alternatives.empty()) return largest;  // what is compressed, or in fragments, grows
  for (const suite::ExpectedEvent& event : alternatives.front().events) {
    const auto* message = std::get_if<suite::ExpectMessage>(&event);
    if (message != nullptr) largest = std::max(largest, message->payload.size());
  }
  return largest;
}

std::string breachOf(const Check& check, const RequirementEvidence& evidence) {
  const RequirementObservation& seen = evidence.seen;
  const std::size_t fields = check.name.empty() ? 0 : evidence.head.find(check.name).size();
  switch (check.kind) {
    case Check::Kind::answered:
      return seen.handshake.empty() ? evidence.handshakeWords() : "";
    case Check::Kind::status:
      if (seen.handshake.empty()) return {};
      if (evidence.status() && isOneOf(std::to_string(*evidence.status()), check.values)) return {};
      return evidence.handshakeWords();
    case Check::Kind::field:
      return breachOfField(check, evidence);
    case Check::Kind::noField:
      if (fields == 0) return {};
      return fmt::format("sent {}: {}", check.name, excerpt(*evidence.head.joined(check.name)));
    case Check::Kind::oneField:
      return fields <= 1 ? "" : fmt::format("sent {} {} times", check.name, fields);
    case Check::Kind::wellFormed:
      return {};
    case Check::Kind::freshKey:
      return seen.keyIsFresh ? "" : "sent a Sec-WebSocket-Key that it had used before";
    case Check::Kind::freshMasks:
      return patternOf(seen.masks);
    case Check::Kind::closeCode:
      return breachOfCloseCode(check, evidence);
    case Check::Kind::oneClose:
      return seen.closeFrames <= 1 ? "" : fmt::format("sent {} Close frames", seen.closeFrames);
    case Check::Kind::tcpEnd:
      return seen.peerEndedTcp ? "" : "did not end TCP";
    case Check::Kind::noEcho:
      return seen.messages == 0 && seen.wrongMessage.empty() ? "" : "sent a message";
  }
  return {};
}

}  // namespace wsgauntlet::play
