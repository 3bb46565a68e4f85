// What the console shows after a run.
#pragma once

#include "report/records.hpp"

#include <cstddef>
#include <span>
#include <string>

namespace wsgauntlet::gate {

struct SummaryOptions {
  std::size_t mostFailures = 20;  ///< of each agent; how many were left out is said
  std::size_t columns = 100;      ///< where lines are broken
};

/// For each agent the number of cases by verdict, and for each case that did not pass what was
/// expected and what came. `cases`: those that were selected, so that missing ones are counted.
/// Every line ends with a line end. Nothing that a peer chose can control the terminal.
[[nodiscard]] std::string summary(const report::Records& records,
                                  std::span<const suite::Case* const> cases,
                                  const SummaryOptions& options = {});

}  // namespace wsgauntlet::gate
