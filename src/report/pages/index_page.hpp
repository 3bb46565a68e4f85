// The page that lists all cases of all agents.
#pragma once

#include "base/clock.hpp"
#include "report/records.hpp"

#include <span>
#include <string>

namespace wsgauntlet::report {

/// A self-contained HTML page: a summary, a row for each of `cases` (in this order) with a pair of
/// cells for each agent, and the descriptions of the cases. Reads without JavaScript; with it one
/// can filter, search, fold and sort.
[[nodiscard]] std::string indexPage(const Records& records,
                                    std::span<const suite::Case* const> cases, WallTime written);

}  // namespace wsgauntlet::report
