#include "suite/step_reader.hpp"

#include "base/hex.hpp"
#include "suite/payload_reader.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::uint64_t kMaxLength = std::uint64_t{1} << 63U;
constexpr std::uint64_t kMaxCode = 65535;
/// Of an event that comes again and again.
constexpr std::uint64_t kMaxTimes = 100000;

struct OpcodeName {
  const char* name;
  std::uint8_t opcode;
};
constexpr std::array<OpcodeName, 6> kOpcodes{
    {{"continuation", 0}, {"text", 1}, {"binary", 2}, {"close", 8}, {"ping", 9}, {"pong", 10}}};

void readPayloadInto(ObjectReader& object, Payload& payload) {
  if (const auto node = object.find("payload")) {
    if (auto read = readPayload(*node)) payload = std::move(*read);
  }
}

void readMask(ObjectReader& object, FrameToSend& frame) {
  const auto node = object.find("mask");
  const auto digits = node ? node->text() : std::nullopt;
  if (!digits) return;
  const auto octets = digits->size() == 8 ? fromHex(*digits) : std::nullopt;
  if (!octets) {
    node->failExpected("a masking key of eight hexadecimal digits such as \"37fa213d\"");
    return;
  }
  frame.mask.emplace();
  std::copy(octets->begin(), octets->end(), frame.mask->begin());
}

/// The form of the length at least: with 7, 16 or 64 bits.
void readLengthForm(ObjectReader& object, std::uint8_t& octets) {
  std::uint64_t bits = 7;
  object.integer("length-bits", bits, 7, 64);
  if (bits == 7) return;
  octets = bits == 16 ? 2 : 8;
  if (bits != 16 && bits != 64) object.node().fail("\"length-bits\" is 7, 16 or 64");
}

Action readSend(ObjectReader& object, const Node& kind) {
  FrameToSend frame;
  if (const auto opcode = readOpcode(kind)) frame.opcode = *opcode;
  object.boolean("fin", frame.fin);
  object.integer("rsv", frame.rsv, 0, 7);
  readPayloadInto(object, frame.payload);
  object.integer("repeat-to", frame.repeatTo, 0, std::uint64_t{1} << 30U);
  object.integer("declared-length", frame.declaredLength, 0, ~std::uint64_t{0});
  readMask(object, frame);
  if (const auto masked = object.find("masked")) frame.masked = masked->boolean();
  readLengthForm(object, frame.lengthOctets);
  object.integer("chop", frame.chop, 1);
  object.boolean("sync", frame.sync);
  return frame;
}

Action readMessage(ObjectReader& object, const Node& kind) {
  SendMessage message;
  message.binary = readIsBinary(kind).value_or(false);
  readPayloadInto(object, message.payload);
  object.integer("fragments-of", message.fragmentSize, 1, kMaxLength);
  object.boolean("sync", message.sync);
  return message;
}

Action readSendClose(ObjectReader&, const Node& kind) {
  SendClose closing;
  ObjectReader content(kind, "the content of a Close frame");
  content.integer("code", closing.code, 0, kMaxCode);
  if (const auto node = content.find("reason")) {
    closing.reason = readOctets(*node);
  }
  content.finish();
  return closing;
}

Action readBeginMessage(ObjectReader&, const Node& kind) {
  return BeginMessage{readIsBinary(kind).value_or(false)};
}

Action readBeginFrame(ObjectReader&, const Node& kind) {
  return BeginFrame{kind.integer(0, kMaxLength).value_or(0)};
}

Action readFrameData(ObjectReader& object, const Node& kind) {
  FrameData data{readPayload(kind).value_or(Payload()), false};
  object.boolean("sync", data.sync);
  return data;
}

Action readWait(ObjectReader& object, const Node& kind) {
  Wait wait{kind.seconds().value_or(0), std::nullopt};
  object.text("tag", wait.tag);
  return wait;
}

Action readCloseAfter(ObjectReader&, const Node& kind) {
  return CloseAfter{kind.seconds().value_or(0)};
}

Action readFailAfter(ObjectReader&, const Node& kind) {
  return FailAfter{kind.seconds().value_or(0)};
}

Action readWireLog(ObjectReader& object, const Node& kind) {
  SwitchWireLog wireLog{kind.word({"on", "off"}) == "on", false};
  object.boolean("silent", wireLog.silent);
  return wireLog;
}

Action readFragmentSize(ObjectReader&, const Node& kind) {
  return SetFragmentSize{kind.integer(0, kMaxLength).value_or(0)};
}

Action readOctetsStep(ObjectReader&, const Node& kind) {
  return SendOctets{readPayload(kind).value_or(Payload())};
}

Action readAwait(ObjectReader& object, const Node& kind) {
  Await await;
  if (auto event = readEvent(kind)) await.event = std::move(*event);
  object.seconds("within", await.seconds);
  return await;
}

Action readReading(ObjectReader&, const Node& kind) {
  return SwitchReading{kind.word({"on", "off"}) == "on"};
}

template <typename Step>
Action readPlain(ObjectReader&, const Node& kind) {
  if (kind.valid() && kind.value() != true) kind.failExpected("true");
  return Step{};
}

/// A kind of step: its key, which no other kind uses in any role, and what reads it.
struct StepKind {
  const char* key;
  const char* what;  ///< in messages
  Action (*read)(ObjectReader&, const Node&);
};
constexpr std::array<StepKind, 17> kStepKinds{
    {{"send", R"(a "send" step)", readSend},
     {"message", R"(a "message" step)", readMessage},
     {"close", R"(a "close" step)", readSendClose},
     {"begin-message", R"(a "begin-message" step)", readBeginMessage},
     {"begin-frame", R"(a "begin-frame" step)", readBeginFrame},
     {"frame-data", R"(a "frame-data" step)", readFrameData},
     {"end-message", R"(a "end-message" step)", readPlain<EndMessage>},
     {"wait", R"(a "wait" step)", readWait},
     {"close-after", R"(a "close-after" step)", readCloseAfter},
     {"fail-after", R"(a "fail-after" step)", readFailAfter},
     {"wire-log", R"(a "wire-log" step)", readWireLog},
     {"fragment-size", R"(a "fragment-size" step)", readFragmentSize},
     {"octets", R"(an "octets" step)", readOctetsStep},
     {"await", R"(an "await" step)", readAwait},
     {"end-sending", R"(an "end-sending" step)", readPlain<EndSending>},
     {"reading", R"(a "reading" step)", readReading},
     {"reset", R"(a "reset" step)", readPlain<ResetTcp>}}};

constexpr std::array<const char*, 4> kEvents{"text", "binary", "pong", "timeout"};

/// The kinds whose key is in the step.
std::vector<const StepKind*> kindsOf(const Node& node) {
  std::vector<const StepKind*> kinds;
  for (const StepKind& kind : kStepKinds) {
    if (node.value().contains(kind.key)) kinds.push_back(&kind);
  }
  return kinds;
}

void failWithoutKind(const Node& node) {
  std::vector<std::string> names;
  names.reserve(kStepKinds.size());
  for (const StepKind& kind : kStepKinds) names.emplace_back(kind.key);
  std::string meant;
  for (const auto& [key, value] : node.value().items()) {
    if (meant.empty()) meant = hint(key, names);
  }
  node.fail("a step has one of the keys " + listOf(names) + meant);
}

std::optional<ExpectedEvent> readEventOf(const std::string& kind, const Node& value) {
  if (kind == "timeout") {
    const auto tag = value.text();
    if (!tag) return std::nullopt;
    return ExpectTimeout{*tag};
  }
  auto payload = readPayload(value);
  if (!payload) return std::nullopt;
  if (kind == "pong") return ExpectPong{std::move(*payload)};
  return ExpectMessage{std::move(*payload), kind == "binary"};
}

}  // namespace

std::optional<std::uint8_t> readOpcode(const Node& node) {
  if (!node.valid()) return std::nullopt;
  if (node.value().is_number()) {
    const auto number = node.integer(0, 15);
    if (!number) return std::nullopt;
    return static_cast<std::uint8_t>(*number);
  }
  if (!node.value().is_string()) {
    node.failExpected("an opcode by name or number");
    return std::nullopt;
  }
  const auto name = *node.text();
  std::vector<std::string> names;
  names.reserve(kOpcodes.size() + 1);
  for (const OpcodeName& known : kOpcodes) {
    if (name == known.name) return known.opcode;
    names.emplace_back(known.name);
  }
  const std::string meant = hint(name, names);
  names.emplace_back("the numbers 0 to 15");
  node.fail(fmt::format("unknown opcode \"{}\"; opcodes are {}{}", name, listOf(names), meant));
  return std::nullopt;
}

std::optional<bool> readIsBinary(const Node& node) {
  const auto type = node.word({"text", "binary"});
  if (!type) return std::nullopt;
  return *type == "binary";
}

std::optional<Step> readStep(const Node& node) {
  const std::size_t problemsBefore = node.scope().problems.added();
  if (!ObjectReader(node, "a step").valid()) return std::nullopt;
  const auto kinds = kindsOf(node);
  if (kinds.empty()) {
    failWithoutKind(node);
    return std::nullopt;
  }
  if (kinds.size() > 1) {
    node.fail(fmt::format("\"{}\" and \"{}\" are two kinds of step; each needs a step of its own",
                          kinds[0]->key, kinds[1]->key));
    return std::nullopt;
  }
  ObjectReader object(node, kinds[0]->what);
  const auto kind = object.require(kinds[0]->key);
  if (!kind) return std::nullopt;
  Step step{kinds[0]->read(object, *kind), node.scope().problems.place(node.pointer())};
  object.finish();
  if (node.scope().problems.added() != problemsBefore) return std::nullopt;
  return step;
}

std::optional<ExpectedEvent> readEvent(const Node& node, std::uint64_t* times) {
  ObjectReader object(node, "an event");
  if (!object.valid()) return std::nullopt;
  for (const char* kind : kEvents) {
    if (!object.has(kind)) continue;
    ObjectReader alone(node, "this event");
    const auto value = alone.require(kind);
    if (times != nullptr) alone.integer("times", *times, 1, kMaxTimes);
    alone.finish();
    if (!value) return std::nullopt;
    return readEventOf(kind, *value);
  }
  std::string meant;
  for (const auto& [key, value] : node.value().items()) {
    if (meant.empty()) meant = hint(key, {kEvents.begin(), kEvents.end()});
  }
  node.fail("an event has one of the keys text, binary, pong and timeout" + meant);
  return std::nullopt;
}

}  // namespace wsgauntlet::suite
