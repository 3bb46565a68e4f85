// Reads the steps of a script and the events that are expected.
#pragma once

#include "suite/field_reader.hpp"
#include "suite/model.hpp"

#include <optional>

namespace wsgauntlet::suite {

/// Reads one step: an object with the key of its kind and the keys that refine it.
[[nodiscard]] std::optional<Step> readStep(const Node& node);

/// Reads one expected event: `{"text": P}`, `{"binary": P}`, `{"pong": P}` or `{"timeout": TAG}`.
/// With `times`, it may say how often it is expected, `"times": 100`.
[[nodiscard]] std::optional<ExpectedEvent> readEvent(const Node& node,
                                                     std::uint64_t* times = nullptr);

/// Reads the name of an opcode, or its number from 0 to 15.
[[nodiscard]] std::optional<std::uint8_t> readOpcode(const Node& node);

/// Reads `text` or `binary`; true means binary.
[[nodiscard]] std::optional<bool> readIsBinary(const Node& node);

}  // namespace wsgauntlet::suite
