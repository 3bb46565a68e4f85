// Whether the masking keys of a client can be foreseen (RFC 6455 section 5.3).
#pragma once

#include "websocket/frame.hpp"

#include <string>
#include <vector>

namespace wsgauntlet::play {

/// The simple rule that the keys follow, as what the peer did; empty when there is none, or when
/// fewer than 16 keys were seen, which prove nothing. Sixteen random keys follow one less often
/// than once in 10^30 runs.
[[nodiscard]] std::string patternOf(const std::vector<websocket::MaskKey>& masks);

}  // namespace wsgauntlet::play
