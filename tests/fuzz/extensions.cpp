// The header Sec-WebSocket-Extensions: parsing, negotiating, and what an offer may be answered.
#include "websocket/extensions.hpp"

#include "fuzz_input.hpp"

#include <array>

using namespace wsgauntlet;
using websocket::ExtensionElement;

namespace {

/// What our server answers to these offers is what a client that made them takes.
void requireAgreement(const std::vector<ExtensionElement>& offers) {
  const std::array rules = {websocket::AcceptRule{true, false, 9},
                            websocket::AcceptRule{false, true, std::nullopt},
                            websocket::AcceptRule{}};
  const auto negotiated = websocket::negotiate(offers, rules);
  if (!negotiated) return;
  const auto answer = websocket::parseExtensions(negotiated->header);
  FUZZ_REQUIRE(answer.ok() && answer.value->size() == 1);
  const auto accepted = acceptResponse(answer.value->front(), offers);
  FUZZ_REQUIRE(accepted.ok());
  FUZZ_REQUIRE(accepted.value->mismatch.empty());
  FUZZ_REQUIRE(accepted.value->parameters == negotiated->parameters);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const auto parsed = websocket::parseExtensions(input.rest());
  FUZZ_REQUIRE(parsed.ok() == parsed.error.empty());
  if (!parsed.ok()) return 0;

  // Written and read again, it is the same.
  const auto again = websocket::parseExtensions(serialize(*parsed.value));
  FUZZ_REQUIRE(again.ok() && *again.value == *parsed.value);

  requireAgreement(*parsed.value);
  const auto offer = websocket::parseExtensions("permessage-deflate; client_max_window_bits");
  for (const ExtensionElement& element : *parsed.value) {
    if (element.name != websocket::kPermessageDeflate) continue;
    for (const auto side : {websocket::DeflateSide::offer, websocket::DeflateSide::response}) {
      const auto checked = checkDeflate(element, side);
      FUZZ_REQUIRE(checked.ok() == checked.error.empty());
    }
    const auto answer = acceptResponse(element, *offer.value);
    if (!answer.ok()) continue;
    const auto& bits = answer.value->parameters;
    FUZZ_REQUIRE(bits.clientMaxWindowBits >= 8 && bits.clientMaxWindowBits <= 15);
    FUZZ_REQUIRE(bits.serverMaxWindowBits >= 8 && bits.serverMaxWindowBits <= 15);
  }
  return 0;
}
