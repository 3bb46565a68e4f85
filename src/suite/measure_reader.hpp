// Reads what cases that measure or compress have besides a script.
#pragma once

#include "suite/field_reader.hpp"
#include "suite/model.hpp"

namespace wsgauntlet::suite {

/// Reads `large-message`.
[[nodiscard]] LargeEcho readLargeEcho(const Node& node);
/// Reads `round-trips`.
[[nodiscard]] RoundTrips readRoundTrips(const Node& node);
/// Reads `permessage-deflate`.
[[nodiscard]] Deflate readDeflate(const Node& node);

}  // namespace wsgauntlet::suite
