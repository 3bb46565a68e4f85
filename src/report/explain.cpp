#include "report/explain.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "report/difference.hpp"
#include "report/excerpt_text.hpp"
#include "suite/describe.hpp"

#include <algorithm>
#include <cctype>
#include <vector>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

/// Frames and events in one part of an explanation, and characters of a payload.
constexpr std::size_t kMaxItems = 4;
constexpr std::size_t kMaxCharacters = 24;
constexpr std::size_t kMaxHexOctets = 12;
/// Of a reason; a peer has a say in some.
constexpr std::size_t kMaxReasonText = 200;

std::string join(const std::vector<std::string>& parts, std::string_view separator) {
  std::string out;
  for (const std::string& part : parts) {
    if (part.empty()) continue;
    if (!out.empty()) out += separator;
    out += part;
  }
  return out;
}

/// The first items, or those around the difference when it lies further after.
std::string listed(const std::vector<std::string>& items, std::size_t from, std::string_view noun) {
  if (items.empty()) return "nothing";
  const std::size_t begin = items.size() <= kMaxItems || from < kMaxItems ? 0 : from - 1;
  std::vector<std::string> shown;
  if (begin > 0) shown.push_back(fmt::format("{} {}", begin, noun));
  for (std::size_t i = begin; i < items.size() && i < begin + kMaxItems; ++i) {
    shown.push_back(items[i]);
  }
  if (begin + kMaxItems < items.size()) {
    shown.push_back(fmt::format("{} more", items.size() - begin - kMaxItems));
  }
  return join(shown, ", ");
}

struct EventWords {
  std::string operator()(const play::MessageEvent& event) const {
    return fmt::format("{}{}{}", event.payload.length == 0 ? "empty " : "",
                       event.binary ? "binary" : "text", quoted(event.payload));
  }
  std::string operator()(const play::PongEvent& event) const {
    return fmt::format("{}pong{}", event.payload.length == 0 ? "empty " : "",
                       quoted(event.payload));
  }
  std::string operator()(const play::TimeoutEvent& event) const {
    return fmt::format("end of wait {}", terminalText(event.tag));
  }
  std::string operator()(const suite::ExpectMessage& event) const {
    return (*this)(play::MessageEvent{play::Excerpt(event.payload), event.binary});
  }
  std::string operator()(const suite::ExpectPong& event) const {
    return (*this)(play::PongEvent{play::Excerpt(event.payload)});
  }
  std::string operator()(const suite::ExpectTimeout& event) const {
    return (*this)(play::TimeoutEvent{event.tag});
  }
};

template <typename Events>
std::vector<std::string> words(const Events& events) {
  std::vector<std::string> out;
  out.reserve(events.size());
  for (const auto& event : events) out.push_back(std::visit(EventWords{}, event));
  return out;
}

/// A Close frame is read by its code (RFC 6455 section 5.5.1).
std::string closeWords(const play::Excerpt& payload) {
  if (payload.length < 2) return quoted(payload);
  const auto high = static_cast<std::uint8_t>(payload.head[0]);
  const auto low = static_cast<std::uint8_t>(payload.head[1]);
  play::Excerpt reason;
  reason.head = payload.head.substr(2);
  reason.length = payload.length - 2;
  return fmt::format(" {}{}", high * 256 + low, quoted(reason));
}

std::string frameWords(const play::FrameSentRow& frame) {
  play::Excerpt payload = frame.payload;
  if (frame.repeatTo) payload.length = *frame.repeatTo;
  std::string out = suite::opcodeName(frame.opcode);
  if (!frame.fin) out += " (FIN 0)";
  if (frame.rsv != 0) out += fmt::format(" (RSV {})", frame.rsv);
  return out + (frame.opcode == 8 ? closeWords(payload) : quoted(payload));
}

/// The frames of the script. The Close frame that answers the peer's is not part of it, nor is one
/// that ends a case after other frames.
std::string sentWords(const play::Result& result) {
  std::vector<std::string> frames;
  bool lastIsClose = false;
  for (const play::WireLogRow& row : result.wireLog) {
    if (const auto* frame = std::get_if<play::FrameSentRow>(&row.what)) {
      frames.push_back(frameWords(*frame));
      lastIsClose = frame->opcode == 8;
    }
  }
  if (lastIsClose && (frames.size() > 1 || !result.closing.closedByMe)) frames.pop_back();
  return frames.empty() ? "" : listed(frames, 0, "frames");
}

std::string withoutFullStop(std::string text) {
  if (!text.empty() && text.back() == '.') text.pop_back();
  return terminalText(text);
}

std::string descriptionWords(const suite::Case& testCase) {
  std::string text = withoutFullStop(testCase.description);
  for (const std::string_view first : {"A ", "An ", "One "}) {
    if (text.starts_with(first)) text.front() = static_cast<char>(std::tolower(text.front()));
  }
  return text;
}

/// What the fuzzer did. The wire log does not show what was in a frame that was written in parts.
std::string deedWords(const play::Result& result) {
  const auto inParts = [](const suite::Step& step) {
    return std::holds_alternative<suite::BeginFrame>(step.action);
  };
  return std::ranges::any_of(result.testCase->script, inParts) ? descriptionWords(*result.testCase)
                                                               : sentWords(result);
}

std::string codeList(const std::vector<std::uint16_t>& codes) {
  return fmt::format("{}", fmt::join(codes, " or "));
}

std::string notCleanReason(const websocket::Closing& closing) {
  if (closing.wasNotCleanReason) {
    return shortened(terminalText(*closing.wasNotCleanReason), kMaxReasonText);
  }
  return closing.wasClean ? "" : "the closing handshake was not completed";
}

std::string wrongCloser(const play::Result& result) {
  const websocket::Closing& closing = result.closing;
  if (!result.testCase->close.byFuzzer) {
    if (!closing.failedByMe && !closing.closedByMe) return "";
    const auto& codes = result.testCase->close.codes;
    return fmt::format("the peer did not fail the connection{}, so the fuzzer did",
                       codes.empty() ? "" : fmt::format(" with code {}", codeList(codes)));
  }
  if (closing.remoteCloseCode) {
    return fmt::format("the peer closed first, with code {}{}", *closing.remoteCloseCode,
                       quoted(play::Excerpt(closing.remoteCloseReason.value_or(""))));
  }
  const std::string reason = notCleanReason(closing);
  return reason.empty() ? "the peer closed first" : reason;
}

std::string closingWords(const play::Result& result) {
  const websocket::Closing& closing = result.closing;
  switch (result.behaviorClose) {
    case play::BehaviorClose::failed:
      return wrongCloser(result);
    case play::BehaviorClose::unclean:
      return notCleanReason(closing);
    case play::BehaviorClose::wrongCode:
      return fmt::format("closed with code {}, expected {} or none",
                         closing.remoteCloseCode.value_or(0),
                         codeList(result.testCase->close.codes));
    case play::BehaviorClose::failedByClient:
      return "the peer left the TCP connection open after the closing handshake";
    default:
      return "";
  }
}

/// The result text says more than a comparison of events for cases that measure and for those with
/// rules of their own.
bool resultTells(const play::Result& result) {
  return result.behavior == play::Behavior::failed &&
         (suite::alternativesOf(*result.testCase).empty() || !firstDifference(result)) &&
         result.result != result.resultClose && !result.result.starts_with("Actual events");
}

}  // namespace

std::string quoted(const play::Excerpt& payload) {
  if (payload.length == 0) return "";
  play::Excerpt whole = payload;
  whole.length = whole.head.size();
  std::string text = terminalText(whole.head);
  if (!payload.cut() && isUtf8(payload.head) && countCodePoints(text) <= kMaxCharacters) {
    return fmt::format(" \"{}\"", text);
  }
  const std::string shown = excerptText(payload).decoded
                                ? fmt::format("\"{}\"", shortened(text, kMaxCharacters))
                                : "0x" + toHex(payload.head.substr(0, kMaxHexOctets));
  const bool marked = shown.starts_with("\"") || payload.length <= kMaxHexOctets;
  return fmt::format(" {}{} ({} octet{})", shown, marked ? "" : "…", payload.length,
                     payload.length == 1 ? "" : "s");
}

Explanation explain(const play::Result& result) {
  Explanation why;
  // The result of a case that is judged by level says it all in one sentence.
  if (suite::requirementOf(*result.testCase) != nullptr &&
      result.behavior != play::Behavior::unimplemented) {
    why.remark = withoutFullStop(result.result);
    return why;
  }
  if (!result.opened) {
    why.remark = "the opening handshake was not completed";
    if (result.closing.wasNotCleanReason) why.remark += ": " + notCleanReason(result.closing);
    return why;
  }
  why.sent = deedWords(result);
  if (const auto difference = firstDifference(result);
      difference && result.behavior == play::Behavior::failed) {
    const auto& events = suite::alternativesOf(*result.testCase)[difference->alternative].events;
    why.expected = listed(words(events), difference->event, "as expected");
    why.received = listed(words(result.received), difference->event, "as expected");
  }
  why.remark =
      join({resultTells(result) ? withoutFullStop(result.result) : "", closingWords(result)}, "; ");
  return why;
}

std::string sentence(const Explanation& why) {
  const auto part = [](std::string_view verb, const std::string& text) {
    return text.empty() ? "" : fmt::format("{} {}", verb, text);
  };
  return join({part("sent", why.sent), part("expected", why.expected),
               part("received", why.received), why.remark},
              "; ");
}

}  // namespace wsgauntlet::report
