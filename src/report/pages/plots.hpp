// Pictures of what reports measure.
#pragma once

#include "report/records.hpp"

#include <chrono>
#include <span>
#include <string>
#include <vector>

namespace wsgauntlet::report {

/// For index.html: durations and round trips of the cases that report times, and ratios of those
/// that report compression, a plot for each group of cases with all agents in it. Everything is
/// also text elsewhere on the page or on those of the cases. Empty when nothing was measured.
[[nodiscard]] std::string plots(const Records& records, std::span<const suite::Case* const> cases);

/// For the page of a case: within which time how many of the round trips were made.
[[nodiscard]] std::string percentilePlot(const std::vector<std::chrono::nanoseconds>& sorted);

/// `0.123`, of a time in milliseconds.
[[nodiscard]] std::string milliseconds(std::chrono::nanoseconds time);

}  // namespace wsgauntlet::report
