// The payload grammar of case files, for what is sent and for what is expected.
#pragma once

#include "base/octets.hpp"
#include "suite/field_reader.hpp"

#include <optional>

namespace wsgauntlet::suite {

/// Reads `"text"`, `{"hex": …}`, `{"repeat": P, "times": N}`, `{"repeat": P, "to": N}`,
/// `{"concat": [P, …]}` or `{"corpus": NAME, "from": N, "length": N}`. Notes what is wrong and
/// gives nothing then. A payload has at most 1 GiB; repetitions take the memory of what is
/// repeated.
[[nodiscard]] std::optional<Payload> readPayload(const Node& node);

/// Reads a payload that is to stand in memory: of at most 16 MiB.
[[nodiscard]] std::optional<Octets> readOctets(const Node& node);

}  // namespace wsgauntlet::suite
