// The frame decoder: whatever comes, in whatever pieces, gives the same headers.
#include "websocket/frame.hpp"

#include "fuzz_input.hpp"
#include "websocket/frame_rules.hpp"

#include <array>
#include <vector>

using namespace wsgauntlet;

namespace {

/// The headers in `octets`, each followed by up to three octets that are no header.
std::vector<websocket::FrameHeader> headersOf(OctetView octets, std::size_t pieces) {
  std::vector<websocket::FrameHeader> headers;
  websocket::FrameHeaderReader reader;
  std::size_t skip = 0;
  fuzz::inPieces(octets, pieces, [&](OctetView piece) {
    while (!piece.empty()) {
      if (skip > 0) {
        piece.remove_prefix(1);
        --skip;
        continue;
      }
      if (!reader.feed(piece)) {
        FUZZ_REQUIRE(piece.empty());
        continue;
      }
      FUZZ_REQUIRE(reader.complete());
      FUZZ_REQUIRE(reader.octets().size() <= websocket::kMaxHeaderOctets);
      headers.push_back(reader.header());
      skip = reader.header().length % 4;

      // Written again it is what was read: nothing of it is lost.
      std::array<char, websocket::kMaxHeaderOctets> again{};
      const std::size_t length = encodeHeader(reader.header(), again);
      FUZZ_REQUIRE(OctetView(again.data(), length) == reader.octets());
      reader.reset();
      FUZZ_REQUIRE(reader.empty());
    }
  });
  return headers;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::size_t pieces = 1 + input.octet() % 20;
  const OctetView octets = input.rest();
  const auto whole = headersOf(octets, 0);
  const auto parts = headersOf(octets, pieces);
  FUZZ_REQUIRE(whole.size() == parts.size());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    FUZZ_REQUIRE(whole[i].fin == parts[i].fin && whole[i].rsv == parts[i].rsv);
    FUZZ_REQUIRE(whole[i].opcode == parts[i].opcode && whole[i].mask == parts[i].mask);
    FUZZ_REQUIRE(whole[i].length == parts[i].length);
    FUZZ_REQUIRE(whole[i].lengthOctets == parts[i].lengthOctets);
  }
  return 0;
}
