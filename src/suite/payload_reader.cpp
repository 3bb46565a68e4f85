#include "suite/payload_reader.hpp"

#include "base/hex.hpp"
#include "suite/catalogue.hpp"
#include "suite/deflate_writer.hpp"
#include "suite/embedded_cases.hpp"

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::uint64_t kMaxOctets = std::uint64_t{1} << 30U;
/// What is repeated or put together is in memory as it is.
constexpr std::uint64_t kMaxMaterial = std::uint64_t{1} << 24U;
constexpr int kDeepest = 8;

std::optional<Payload> readNested(const Node& node, int depth);

/// The octets of a part, unless they are too many to stand in memory.
std::optional<Octets> material(const Node& node, int depth) {
  const auto payload = readNested(node, depth);
  if (!payload) return std::nullopt;
  if (payload->size() <= kMaxMaterial) return payload->octets();
  node.fail(
      fmt::format("{} octets are too many here; only the outermost \"repeat\" of a payload may "
                  "give more than {}",
                  payload->size(), kMaxMaterial));
  return std::nullopt;
}

std::optional<Payload> readHex(ObjectReader& object, const Node& node, int) {
  object.finish();
  const auto digits = node.text();
  if (!digits) return std::nullopt;
  if (auto octets = fromHex(*digits)) return Payload(std::move(*octets));
  node.failExpected("an even number of hexadecimal digits such as \"00fe\"");
  return std::nullopt;
}

std::optional<Payload> readRepeat(ObjectReader& object, const Node& node, int depth) {
  auto base = material(node, depth + 1);
  std::optional<std::uint64_t> times;
  std::optional<std::uint64_t> length;
  const bool counted = object.has("times");
  if (counted == object.has("to")) {
    object.node().fail("\"repeat\" takes either \"times\" or \"to\"");
    return std::nullopt;
  }
  if (counted) {
    const std::uint64_t period = base && !base->empty() ? base->size() : 1;
    object.integer("times", times, 0, kMaxOctets / period);
    if (times && base) length = *times * base->size();
  } else {
    object.integer("to", length, 0, kMaxOctets);
  }
  object.finish();
  if (!base || !length) return std::nullopt;
  if (base->empty() && *length > 0) {
    node.fail("an empty payload cannot be repeated up to a length");
    return std::nullopt;
  }
  return Payload(std::move(*base), *length);
}

std::optional<Payload> readConcat(ObjectReader& object, const Node& node, int depth) {
  object.finish();
  Octets all;
  const auto parts = node.elements("a list of payloads");
  bool good = !parts.empty();
  for (const Node& part : parts) {
    const auto octets = material(part, depth + 1);
    good = good && octets.has_value();
    if (good) all += *octets;
    if (all.size() > kMaxMaterial) {
      node.fail(fmt::format("the parts have more than {} octets together", kMaxMaterial));
      return std::nullopt;
    }
  }
  if (!good) return std::nullopt;
  return Payload(std::move(all));
}

std::optional<Payload> readCorpusSlice(ObjectReader& object, const Node& node, int) {
  const auto name = node.text();
  OctetView corpus;
  try {
    if (name) corpus = embeddedCorpus(*name);
  } catch (const InputError& error) {
    node.fail(error.problems().front().message);
  }
  std::uint64_t from = 0;
  std::uint64_t length = 0;
  object.integer("from", from, 0, corpus.empty() ? kMaxOctets : corpus.size() - 1);
  if (const auto at = object.require("length")) {
    const auto most = corpus.empty() ? kMaxOctets : corpus.size() - from;
    length = at->integer(1, most).value_or(0);
  }
  object.finish();
  if (corpus.empty() || length == 0) return std::nullopt;
  return Payload(Octets(corpus.substr(from, length)));
}

/// What a block of compressed data contains: payloads, and `[length, distance]` for a repetition.
std::vector<DeflateToken> readTokens(const Node& node, int depth) {
  std::vector<DeflateToken> tokens;
  for (const Node& element : node.elements("a list of payloads and repetitions", 0)) {
    if (!element.valid() || !element.value().is_array()) {
      if (auto octets = material(element, depth + 1)) tokens.emplace_back(std::move(*octets));
      continue;
    }
    const auto pair = element.elements("a repetition: [length, distance]", 2);
    if (pair.size() != 2) continue;
    tokens.emplace_back(DeflateMatch{static_cast<int>(pair[0].integer(3, 258).value_or(3)),
                                     static_cast<int>(pair[1].integer(1, 32768).value_or(1))});
  }
  return tokens;
}

void readBlock(const Node& node, int depth, DeflateWriter& writer) {
  if (node.valid() && node.value() == "tail") return writer.tail();
  ObjectReader object(node, "a block");
  if (!object.valid()) return;
  bool last = false;
  object.boolean("last", last);
  if (const auto octets = object.find("stored")) {
    writer.stored(material(*octets, depth + 1).value_or(Octets()), last);
  } else if (const auto tokens = object.find("fixed")) {
    writer.fixedCodes(readTokens(*tokens, depth), last);
  } else if (const auto dynamic = object.find("dynamic")) {
    writer.dynamicCodes(readTokens(*dynamic, depth), last);
  } else if (const auto bits = object.find("bits")) {
    // Written as they follow each other, the first one first.
    for (const char bit : bits->text().value_or("")) writer.bits(bit == '1' ? 1 : 0, 1);
  } else {
    node.fail("a block is \"tail\" or has one of the keys stored, fixed, dynamic and bits");
  }
  object.finish();
}

std::optional<Payload> readDeflated(ObjectReader& object, const Node& node, int depth) {
  object.finish();
  DeflateWriter writer;
  const auto blocks = node.elements("a list of blocks");
  for (const Node& block : blocks) readBlock(block, depth, writer);
  if (blocks.empty()) return std::nullopt;
  return Payload(std::move(writer).take());
}

/// A form of payload: its key, and what reads it.
struct Form {
  const char* key;
  const char* what;  ///< in messages
  std::optional<Payload> (*read)(ObjectReader&, const Node&, int depth);
};
constexpr Form kForms[] = {{"hex", R"(a payload of "hex")", readHex},
                           {"repeat", R"(a payload of "repeat")", readRepeat},
                           {"concat", R"(a payload of "concat")", readConcat},
                           {"corpus", R"(a payload of "corpus")", readCorpusSlice},
                           {"deflate", R"(a payload of "deflate")", readDeflated}};

std::optional<Payload> readNested(const Node& node, int depth) {
  if (!node.valid()) return std::nullopt;
  if (depth > kDeepest) {
    node.fail(fmt::format("payloads are nested more than {} deep", kDeepest));
    return std::nullopt;
  }
  if (node.value().is_string()) return Payload(*node.text());
  if (!node.value().is_object()) {
    node.failExpected(
        "a payload: a text, or an object with hex, repeat, concat, corpus or deflate");
    return std::nullopt;
  }
  for (const Form& form : kForms) {
    if (!node.value().contains(form.key)) continue;
    ObjectReader object(node, form.what);
    const auto value = object.require(form.key);
    return value ? form.read(object, *value, depth) : std::nullopt;
  }
  node.fail("a payload object has one of the keys hex, repeat, concat, corpus and deflate");
  return std::nullopt;
}

}  // namespace

std::optional<Payload> readPayload(const Node& node) {
  return readNested(node, 0);
}

std::optional<Octets> readOctets(const Node& node) {
  return material(node, 0);
}

}  // namespace wsgauntlet::suite
