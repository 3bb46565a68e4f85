#include "suite/describe.hpp"

#include "base/clock.hpp"
#include "base/hex.hpp"
#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::size_t kShownOctets = 48;

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

/// `"Hello"` or `hex 00fe`, with a mark where it is cut.
std::string excerpt(OctetView head, std::uint64_t length) {
  const OctetView shown = head.substr(0, kShownOctets);
  const bool cut = shown.size() < length;
  const char* mark = cut ? "…" : "";
  const OctetView text = cut ? wholeCodePoints(shown) : shown;
  if (isPrintable(text)) return fmt::format("\"{}\"{}", text, mark);
  return fmt::format("hex {}{}", toHex(shown), mark);
}

std::string count(std::uint64_t number, std::string_view unit) {
  return fmt::format("{} {}{}", number, unit, number == 1 ? "" : "s");
}

std::string octetCount(std::uint64_t number) {
  return count(number, "octet");
}

std::string withPayload(const Payload& payload) {
  return payload.empty() ? ", no payload" : ", payload " + describe(payload);
}

std::string closingContent(const std::optional<std::uint16_t>& code,
                           const std::optional<Octets>& reason) {
  std::string text = code ? fmt::format(", code {}", *code) : ", no code";
  if (reason) text += ", reason " + describeOctets(*reason, reason->size());
  return text;
}

std::string typeName(bool binary) {
  return binary ? "binary" : "text";
}

std::string describeFrame(const FrameToSend& frame) {
  std::string text = "send " + opcodeName(frame.opcode);
  if (!frame.fin) text += ", not final";
  if (frame.rsv != 0) text += fmt::format(", RSV {}", frame.rsv);
  text += withPayload(frame.repeatTo ? frame.payload.repeatedTo(*frame.repeatTo) : frame.payload);
  if (frame.declaredLength) text += fmt::format(", declared length {}", *frame.declaredLength);
  if (frame.mask) text += fmt::format(", mask {:02x}", fmt::join(*frame.mask, ""));
  if (frame.masked) text += *frame.masked ? ", masked" : ", not masked";
  if (frame.lengthOctets != 0) text += fmt::format(", length in {} bits", frame.lengthOctets * 8);
  if (frame.chop) text += ", in pieces of " + octetCount(*frame.chop);
  if (frame.sync) text += ", as one piece";
  return text;
}

std::string describeMessage(const SendMessage& message) {
  std::string text = "send " + typeName(message.binary) + " message" + withPayload(message.payload);
  if (message.fragmentSize) text += ", in fragments of " + octetCount(*message.fragmentSize);
  if (message.sync) text += ", as one piece";
  return text;
}

std::string describeWait(const Wait& wait) {
  std::string text = fmt::format("wait {} s", formatSeconds(wait.seconds));
  if (wait.tag) text += fmt::format(", then note timeout \"{}\"", *wait.tag);
  return text;
}

std::string describeMeasure(const LargeEcho& large) {
  return fmt::format("one {} message, {}, echoed within {} s", typeName(large.binary),
                     describe(large.payload), formatSeconds(large.seconds));
}

std::string describeMeasure(const RoundTrips& trips) {
  std::string payload;
  if (const auto* slices = std::get_if<CorpusSlices>(&trips.payload)) {
    payload = fmt::format("{} from corpus {}",
                          count(slices->length, slices->codePoints ? "code point" : "octet"),
                          slices->corpus);
  } else {
    payload = describe(std::get<Payload>(trips.payload));
  }
  return fmt::format("{} round trips of {} {}s, {}, within {} s", trips.count,
                     typeName(trips.binary), trips.asFrame ? "frame" : "message", payload,
                     formatSeconds(trips.seconds));
}

std::string describeRule(const Deflate::Rule& rule) {
  std::string text =
      rule.needsClientMaxWindowBits ? "an offer with client_max_window_bits" : "any offer";
  if (rule.clientNoContextTakeover) text += ", adding client_no_context_takeover";
  if (rule.clientMaxWindowBits) {
    text += fmt::format(", adding client_max_window_bits={}", *rule.clientMaxWindowBits);
  }
  return text;
}

/// Collects the lines of a case.
class Lines {
 public:
  void heading(std::string_view text) { text_ += fmt::format("\n{}\n", text); }
  void line(std::string_view text) { text_ += fmt::format("  {}\n", text); }
  void plain(std::string_view text) { text_ += fmt::format("{}\n", text); }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

void describeHead(const Case& testCase, Lines& lines) {
  lines.plain(fmt::format("{} {}", testCase.suite, testCase.id.str()));
  lines.line(testCase.category);
  if (!testCase.subcategory.empty()) lines.line(testCase.subcategory);
  std::string sections;
  for (const SpecReference& spec : testCase.spec) {
    sections += (sections.empty() ? "" : ", ") + describe(spec);
  }
  lines.line(sections);
  lines.heading("What happens");
  lines.line(testCase.description);
  lines.heading("What is right");
  lines.line(testCase.expectation);
}

std::string describeCheck(const Check& check) {
  const auto& values = check.values;
  const std::string list = fmt::format("{}", fmt::join(values, ", "));
  switch (check.kind) {
    case Check::Kind::answered:
      return "answer the opening handshake with HTTP";
    case Check::Kind::status:
      return "answer, if at all, with the status " + list;
    case Check::Kind::field:
      return "send the field " + check.name + (values.empty() ? "" : " with " + list);
    case Check::Kind::noField:
      return "leave out the field " + check.name;
    case Check::Kind::oneField:
      return "send the field " + check.name + " at most once";
    case Check::Kind::wellFormed:
      return "keep to the grammar of its handshake";
    case Check::Kind::freshKey:
      return "choose a new Sec-WebSocket-Key for each connection";
    case Check::Kind::freshMasks:
      return "choose masking keys that nobody can foresee";
    case Check::Kind::closeCode:
      return "close with " + list + " or without a code";
    case Check::Kind::oneClose:
      return "send one Close frame at most";
    case Check::Kind::tcpEnd:
      return "end TCP";
    case Check::Kind::noEcho:
      return "send no message back";
  }
  return {};
}

std::string describeReaction(const Requirement& requirement) {
  std::string codes = fmt::format("{}", fmt::join(requirement.codes, " or "));
  switch (requirement.reaction) {
    case Reaction::echo:
      return "echo and close cleanly" + (codes.empty() ? "" : ", or fail with " + codes);
    case Reaction::fail:
      return "fail the connection" + (codes.empty() ? "" : ", with " + codes + " or no code");
    case Reaction::close:
      return "complete the closing handshake";
    case Reaction::refuse:
      return "refuse the opening handshake";
    case Reaction::answer:
      return "open the connection or refuse it";
  }
  return {};
}

void describeRequirement(const Requirement& requirement, Lines& lines) {
  lines.heading("Expected");
  lines.line(
      fmt::format("The peer {} {}.", name(requirement.level), describeReaction(requirement)));
  const auto binding = [&](const std::optional<Binding>& one, std::string_view what) {
    if (one) lines.line(fmt::format("It {} {} ({}).", name(one->level), what, one->clause));
  };
  binding(requirement.opens, "open the connection");
  binding(requirement.closeFrame, "send a Close frame with a code that suits");
  for (const Check& check : requirement.checks) {
    lines.line(fmt::format("It {} {}.", name(check.level), describeCheck(check)));
  }
  if (requirement.expected) {
    lines.line("What may come back: " + describe(*requirement.expected));
  }
}

void describeExpectation(const Case& testCase, Lines& lines) {
  if (const Requirement* requirement = requirementOf(testCase)) {
    return describeRequirement(*requirement, lines);
  }
  lines.heading("Expected");
  for (const Alternative& alternative : alternativesOf(testCase)) {
    lines.line(fmt::format("{}: {}", name(alternative.rating), describe(alternative)));
  }
  if (const auto* large = std::get_if<LargeEcho>(&testCase.criterion)) {
    lines.line(describeMeasure(*large));
  }
  if (const auto* trips = std::get_if<RoundTrips>(&testCase.criterion)) {
    lines.line(describeMeasure(*trips));
  }
  if (testCase.framesSent) {
    for (const auto& [opcode, number] : *testCase.framesSent) {
      lines.line(fmt::format("{} of {} sent", count(number, "frame"), opcodeName(opcode)));
    }
  }
  lines.line(describe(testCase.close));
  if (testCase.close.wrongCodeIsFatal) lines.line("another close code fails the case");
  const auto* events = std::get_if<ExpectedEvents>(&testCase.criterion);
  if (events != nullptr && events->informational)
    lines.line("informational: nothing the peer does fails the case");
}

void describeDeflate(const Deflate& deflate, Lines& lines) {
  lines.heading("permessage-deflate");
  for (const std::string& offer : deflate.offers) lines.line("offer " + offer);
  for (const Deflate::Rule& rule : deflate.accept) lines.line("accept " + describeRule(rule));
}

void describeScript(const std::vector<Step>& script, Lines& lines) {
  for (std::size_t i = 0; i < script.size(); ++i) {
    lines.line(fmt::format("{}. {}", i + 1, describe(script[i].action)));
  }
}

}  // namespace

std::string opcodeName(std::uint8_t opcode) {
  switch (opcode) {
    case 0:
      return "continuation";
    case 1:
      return "text";
    case 2:
      return "binary";
    case 8:
      return "close";
    case 9:
      return "ping";
    case 10:
      return "pong";
    default:
      return fmt::format("reserved opcode {}", opcode);
  }
}

std::string describeOctets(OctetView head, std::uint64_t length) {
  if (length == 0) return "no payload";
  return fmt::format("{} ({})", excerpt(head, length), octetCount(length));
}

std::string describe(const Payload& payload) {
  const Octets& base = payload.base();
  if (payload.size() <= base.size()) {
    return describeOctets(payload.head(kShownOctets), payload.size());
  }
  return fmt::format("{} repeated to {}",
                     excerpt(OctetView(base).substr(0, kShownOctets), base.size()),
                     octetCount(payload.size()));
}

std::string describe(const ExpectedEvent& event) {
  const auto with = [](const Payload& payload) {
    return (payload.empty() ? ", " : " ") + describe(payload);
  };
  return std::visit(
      Overloaded{
          [&](const ExpectMessage& message) {
            return typeName(message.binary) + " message" + with(message.payload);
          },
          [&](const ExpectPong& pong) { return "pong" + with(pong.payload); },
          [](const ExpectTimeout& timeout) { return fmt::format("timeout \"{}\"", timeout.tag); }},
      event);
}

std::string describe(const Alternative& alternative) {
  if (alternative.events.empty()) return "nothing";
  std::string text;
  const auto& events = alternative.events;
  for (std::size_t i = 0; i < events.size();) {
    const std::string one = describe(events[i]);
    const std::size_t first = i;
    while (i < events.size() && describe(events[i]) == one) ++i;
    text += (text.empty() ? "" : ", then ") + one;
    if (i - first > 1) text += fmt::format(", {} times", i - first);
  }
  return text;
}

std::string describe(const CloseExpectation& close) {
  std::string codes;
  for (const std::uint16_t code : close.codes) {
    codes += (codes.empty() ? "" : ", ") + std::to_string(code);
  }
  return fmt::format("closed by the {}, {}; the peer's code is {} or none{}",
                     close.byFuzzer ? "fuzzer" : "peer", close.clean ? "cleanly" : "cleanly or not",
                     codes, close.wrongEndpointIsFatal ? "; the wrong side fails the case" : "");
}

std::string describe(const Action& action) {
  return std::visit(
      Overloaded{
          [](const FrameToSend& frame) { return describeFrame(frame); },
          [](const SendMessage& message) { return describeMessage(message); },
          [](const SendClose& close) {
            return "start the closing handshake" + closingContent(close.code, close.reason);
          },
          [](const BeginMessage& begin) {
            return fmt::format("begin a {} message", typeName(begin.binary));
          },
          [](const BeginFrame& begin) { return "begin a frame of " + octetCount(begin.length); },
          [](const FrameData& data) {
            return "send frame data " + describe(data.payload) +
                   (data.sync ? ", as one piece" : "");
          },
          [](const EndMessage&) { return std::string("end the message"); },
          [](const Wait& wait) { return describeWait(wait); },
          [](const CloseAfter& timer) {
            return fmt::format("close after {} s", formatSeconds(timer.seconds));
          },
          [](const FailAfter& timer) {
            return fmt::format("fail after {} s", formatSeconds(timer.seconds));
          },
          [](const SwitchWireLog& wireLog) {
            return fmt::format("wire log {}{}", wireLog.on ? "on" : "off",
                               wireLog.silent ? ", without a row" : "");
          },
          [](const SetFragmentSize& set) {
            return set.size == 0 ? std::string("send messages unfragmented")
                                 : "send messages in fragments of " + octetCount(set.size);
          },
          [](const SendOctets& raw) { return "write the octets " + describe(raw.octets); },
          [](const Await& await) {
            return fmt::format("wait up to {} s for {}", formatSeconds(await.seconds),
                               describe(await.event));
          },
          [](const EndSending&) { return std::string("end our direction of TCP"); },
          [](const SwitchReading& reading) {
            return std::string(reading.on ? "read on" : "stop reading");
          },
          [](const ResetTcp&) { return std::string("reset TCP"); }},
      action);
}

std::string_view name(Level level) {
  switch (level) {
    case Level::must:
      return "MUST";
    case Level::should:
      return "SHOULD";
    case Level::may:
      return "MAY";
  }
  return {};
}

std::string describe(const SpecReference& spec) {
  return fmt::format("RFC {} section {}", spec.rfc, spec.section);
}

std::string describe(const Case& testCase) {
  Lines lines;
  describeHead(testCase, lines);
  lines.heading("Script");
  describeScript(testCase.script, lines);
  if (const Requirement* requirement = requirementOf(testCase)) {
    for (const auto& companion : requirement->companions) {
      lines.heading("Another connection, before");
      describeScript(companion->script, lines);
    }
  }
  describeExpectation(testCase, lines);
  if (testCase.deflate) describeDeflate(*testCase.deflate, lines);
  lines.heading("File");
  lines.line(fmt::format("{}:{}", testCase.place.file, testCase.place.line));
  return lines.take();
}

}  // namespace wsgauntlet::suite
