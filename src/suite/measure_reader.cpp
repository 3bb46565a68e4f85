#include "suite/measure_reader.hpp"

#include "suite/catalogue.hpp"
#include "suite/embedded_cases.hpp"
#include "suite/payload_reader.hpp"
#include "suite/step_reader.hpp"

namespace wsgauntlet::suite {
namespace {

constexpr std::uint64_t kMaxRoundTrips = 1000000;
constexpr std::uint64_t kMaxSlice = std::uint64_t{1} << 24U;

void requireSeconds(ObjectReader& object, double& seconds) {
  if (const auto node = object.require("seconds")) seconds = node->seconds().value_or(0);
}

void requireType(ObjectReader& object, bool& binary) {
  if (const auto node = object.require("type")) binary = readIsBinary(*node).value_or(false);
}

CorpusSlices readSlices(const Node& node) {
  CorpusSlices slices;
  ObjectReader object(node, "\"slices\"");
  if (const auto corpus = object.require("corpus")) {
    slices.corpus = corpus->word(embeddedCorpusNames()).value_or("");
  }
  if (const auto length = object.require("length")) {
    slices.length = length->integer(1, kMaxSlice).value_or(0);
  }
  if (const auto unit = object.require("unit")) {
    slices.codePoints = unit->word({"octets", "code-points"}) == "code-points";
  }
  object.finish();
  return slices;
}

Deflate::Rule readRule(const Node& node) {
  Deflate::Rule rule;
  ObjectReader object(node, "a rule");
  object.boolean("needs-client-max-window-bits", rule.needsClientMaxWindowBits);
  object.boolean("client-no-context-takeover", rule.clientNoContextTakeover);
  object.integer("client-max-window-bits", rule.clientMaxWindowBits, 8, 15);
  object.finish();
  return rule;
}

}  // namespace

LargeEcho readLargeEcho(const Node& node) {
  LargeEcho large;
  ObjectReader object(node, "\"large-message\"");
  requireType(object, large.binary);
  if (const auto payload = object.require("payload")) {
    large.payload = readPayload(*payload).value_or(Payload());
  }
  requireSeconds(object, large.seconds);
  object.finish();
  return large;
}

RoundTrips readRoundTrips(const Node& node) {
  RoundTrips trips;
  ObjectReader object(node, "\"round-trips\"");
  requireType(object, trips.binary);
  if (const auto count = object.require("count")) {
    trips.count = static_cast<int>(count->integer(1, kMaxRoundTrips).value_or(1));
  }
  const auto payload = object.find("payload");
  const auto slices = object.find("slices");
  if (object.valid() && payload.has_value() == slices.has_value()) {
    node.fail("round-trips take either \"payload\" or \"slices\"");
  } else if (payload) {
    trips.payload = readPayload(*payload).value_or(Payload());
  } else if (slices) {
    trips.payload = readSlices(*slices);
  }
  object.boolean("as-frame", trips.asFrame);
  requireSeconds(object, trips.seconds);
  object.finish();
  return trips;
}

Deflate readDeflate(const Node& node) {
  Deflate deflate;
  ObjectReader object(node, "\"permessage-deflate\"");
  if (const auto offers = object.require("offers")) {
    for (const Node& offer : offers->elements("a list of offers")) {
      if (auto text = offer.text()) deflate.offers.push_back(std::move(*text));
    }
  }
  if (const auto accept = object.require("accept")) {
    for (const Node& rule : accept->elements("a list of rules")) {
      deflate.accept.push_back(readRule(rule));
    }
  }
  object.boolean("full-window", deflate.needsFullWindow);
  object.finish();
  return deflate;
}

}  // namespace wsgauntlet::suite
