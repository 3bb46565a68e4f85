// permessage-deflate: any octets as compressed messages, and any octets compressed and back.
#include "websocket/deflate.hpp"

#include "fuzz_input.hpp"

#include <string>
#include <vector>

using namespace wsgauntlet;
using websocket::Inflater;

namespace {

constexpr std::uint64_t kLimit = 1U << 20U;

struct Outcome {
  Inflater::Status status = Inflater::Status::ok;
  std::string error;
  std::vector<Octets> messages;

  bool operator==(const Outcome&) const = default;
};

/// The messages in `octets`, each of `length` octets on the wire, fed in pieces.
Outcome inflateAll(OctetView octets, std::size_t length, std::size_t pieces, int bits,
                   bool noTakeover) {
  Outcome outcome;
  Inflater inflater(bits, noTakeover);
  fuzz::inPieces(octets, length, [&](OctetView message) {
    if (outcome.status != Inflater::Status::ok) return;
    Octets& out = outcome.messages.emplace_back();
    fuzz::inPieces(message, pieces, [&](OctetView piece) {
      outcome.status = inflater.feed(piece, out, kLimit);
      FUZZ_REQUIRE(out.size() <= kLimit);
    });
    outcome.status = inflater.finishMessage(out, kLimit);
    FUZZ_REQUIRE(out.size() <= kLimit);
  });
  outcome.error = inflater.error();
  FUZZ_REQUIRE((outcome.status == Inflater::Status::corrupt) == !outcome.error.empty());
  return outcome;
}

void requireRoundTrip(OctetView octets, std::size_t length, int bits, bool noTakeover, int level) {
  websocket::Deflater deflater(bits, noTakeover, level);
  Inflater inflater(bits, noTakeover);
  fuzz::inPieces(octets, length, [&](OctetView message) {
    Octets compressed;
    deflater.compress(message, compressed);
    Octets back;
    FUZZ_REQUIRE(inflater.feed(compressed, back, Inflater::kNoLimit) == Inflater::Status::ok);
    FUZZ_REQUIRE(inflater.finishMessage(back, Inflater::kNoLimit) == Inflater::Status::ok);
    FUZZ_REQUIRE(back == message);
  });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const int bits = 8 + input.octet() % 8;
  const std::uint8_t choices = input.octet();
  const bool noTakeover = (choices & 1U) != 0;
  const std::size_t length = input.octet() * std::size_t{16};
  const OctetView octets = input.rest();

  const Outcome whole = inflateAll(octets, length, 0, bits, noTakeover);
  const Outcome parts = inflateAll(octets, length, 1 + (choices >> 4U), bits, noTakeover);
  // Data that is corrupt gives up at the same place, but may have put out less by then.
  FUZZ_REQUIRE(whole.status == parts.status);
  FUZZ_REQUIRE(whole.status == Inflater::Status::corrupt || whole == parts);
  requireRoundTrip(octets, length, bits, noTakeover, 1 + (choices >> 1U) % 7);
  return 0;
}
