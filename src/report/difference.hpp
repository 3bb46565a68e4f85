// Where what came parts from what was expected.
#pragma once

#include "play/result.hpp"

#include <cstddef>
#include <optional>

namespace wsgauntlet::report {

/// The alternative of the case that the observed events follow furthest, and the index of the first
/// event that is different, missing or too much.
struct Difference {
  std::size_t alternative = 0;
  std::size_t event = 0;
};

/// Nothing when the events match an alternative as far as excerpts can tell, when the case expects
/// no particular events, or when the connection was never open.
[[nodiscard]] std::optional<Difference> firstDifference(const play::Result& result);

}  // namespace wsgauntlet::report
