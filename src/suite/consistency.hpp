// What makes no sense in a case although each of its parts is right.
#pragma once

#include "suite/field_reader.hpp"
#include "suite/model.hpp"

namespace wsgauntlet::suite {

/// Notes at `node`, the case, and at its parts what contradicts itself: nothing expected, no timer
/// that ends the case, events that never come, frame data without a frame.
void checkConsistency(const Case& testCase, const Node& node);

}  // namespace wsgauntlet::suite
