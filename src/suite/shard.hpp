// Dividing a run among machines.
#pragma once

#include "suite/model.hpp"

#include <vector>

namespace wsgauntlet::suite {

/// The part `number` of `count` (1 <= number <= count) of the cases, in their order. The parts are
/// balanced by the cost of the cases, depend on nothing else, and together hold each case once.
[[nodiscard]] std::vector<const Case*> shard(const std::vector<const Case*>& cases, int number,
                                             int count);

}  // namespace wsgauntlet::suite
