#include "suite/payload_reader.hpp"

#include "base/hex.hpp"
#include "suite/catalogue.hpp"

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

constexpr std::uint64_t kMostOctets = std::uint64_t{1} << 30U;
/// What is repeated or put together stands in memory as it is.
constexpr std::uint64_t kMostMaterial = std::uint64_t{1} << 24U;

/// The octets of a part, unless they are too many to stand in memory.
std::optional<Octets> material(const Node& node) {
  const auto payload = readPayload(node);
  if (!payload) return std::nullopt;
  if (payload->size() <= kMostMaterial) return payload->octets();
  node.fail(
      fmt::format("a part of {} octets is too long; only an outermost \"repeat\" may be "
                  "longer than {} octets",
                  payload->size(), kMostMaterial));
  return std::nullopt;
}

std::optional<Payload> readHex(ObjectReader& object, const Node& node) {
  object.finish();
  const auto digits = node.text();
  if (!digits) return std::nullopt;
  if (auto octets = fromHex(*digits)) return Payload(std::move(*octets));
  node.failExpected("an even number of hexadecimal digits such as \"00fe\"");
  return std::nullopt;
}

std::optional<Payload> readRepeat(ObjectReader& object, const Node& node) {
  auto base = material(node);
  std::optional<std::uint64_t> times;
  std::optional<std::uint64_t> length;
  const bool counted = object.has("times");
  if (counted == object.has("to")) {
    object.node().fail("\"repeat\" takes either \"times\" or \"to\"");
    return std::nullopt;
  }
  if (counted) {
    const std::uint64_t period = base && !base->empty() ? base->size() : 1;
    object.integer("times", times, 0, kMostOctets / period);
    if (times && base) length = *times * base->size();
  } else {
    object.integer("to", length, 0, kMostOctets);
  }
  object.finish();
  if (!base || !length) return std::nullopt;
  if (base->empty() && *length > 0) {
    node.fail("an empty payload cannot be repeated up to a length");
    return std::nullopt;
  }
  return Payload(std::move(*base), *length);
}

std::optional<Payload> readConcat(ObjectReader& object, const Node& node) {
  object.finish();
  Octets all;
  bool good = true;
  const auto parts = node.elements("a list of payloads");
  for (const Node& part : parts) {
    const auto octets = material(part);
    good = good && octets.has_value();
    if (octets) all += *octets;
  }
  if (!good || parts.empty()) return std::nullopt;
  if (all.size() <= kMostMaterial) return Payload(std::move(all));
  node.fail(fmt::format("the parts have {} octets; they may have {}", all.size(), kMostMaterial));
  return std::nullopt;
}

std::optional<Payload> readCorpusSlice(ObjectReader& object, const Node& node) {
  const auto name = node.text();
  OctetView corpus;
  try {
    if (name) corpus = embeddedCorpus(*name);
  } catch (const InputError& error) {
    node.fail(error.problems().front().message);
  }
  std::uint64_t from = 0;
  std::uint64_t length = 0;
  object.integer("from", from, 0, corpus.empty() ? kMostOctets : corpus.size() - 1);
  if (const auto at = object.require("length")) {
    const auto most = corpus.empty() ? kMostOctets : corpus.size() - from;
    length = at->integer(1, most).value_or(0);
  }
  object.finish();
  if (corpus.empty() || length == 0) return std::nullopt;
  return Payload(Octets(corpus.substr(from, length)));
}

/// A form of payload: the key that tells it, and what reads it.
struct Form {
  const char* key;
  const char* what;  ///< in messages
  std::optional<Payload> (*read)(ObjectReader&, const Node&);
};
constexpr Form kForms[] = {{"hex", R"(a payload of "hex")", readHex},
                           {"repeat", R"(a payload of "repeat")", readRepeat},
                           {"concat", R"(a payload of "concat")", readConcat},
                           {"corpus", R"(a payload of "corpus")", readCorpusSlice}};

}  // namespace

std::optional<Payload> readPayload(const Node& node) {
  if (!node.valid()) return std::nullopt;
  if (node.value().is_string()) return Payload(*node.text());
  if (!node.value().is_object()) {
    node.failExpected("a payload: a text, or an object with hex, repeat, concat or corpus");
    return std::nullopt;
  }
  for (const Form& form : kForms) {
    if (!node.value().contains(form.key)) continue;
    ObjectReader object(node, form.what);
    const auto value = object.require(form.key);
    return value ? form.read(object, *value) : std::nullopt;
  }
  node.fail("a payload object has one of the keys hex, repeat, concat and corpus");
  return std::nullopt;
}

}  // namespace wsgauntlet::suite
