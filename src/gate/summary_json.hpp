// The gate as JSON for programs: docs/schema/summary.schema.json describes it.
#pragma once

#include "base/clock.hpp"
#include "gate/gate.hpp"
#include "gate/gate_text.hpp"

#include <string>

namespace wsgauntlet::gate {

/// Format 1. Always valid JSON, whatever a peer chose.
[[nodiscard]] std::string summaryJson(const Gate& gate, WallTime written,
                                      const RepeatCommand& repeat = {});

}  // namespace wsgauntlet::gate
