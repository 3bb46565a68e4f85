// Reads what cases have that are judged by the level of a rule: outcome, checks, handshakes.
#pragma once

#include "suite/field_reader.hpp"
#include "suite/model.hpp"

namespace wsgauntlet::suite {

/// Reads `outcome`, `checks`, `patience`, `request`, `response` and `early`.
[[nodiscard]] Requirement readRequirement(ObjectReader& object);

}  // namespace wsgauntlet::suite
