// The table of results: the part of index.html that scripts read.
#pragma once

#include "report/records.hpp"

#include <span>
#include <string>

namespace wsgauntlet::report {

/// `table#agent_case_results`: cases down, agents across, with the classes and words of the
/// Autobahn Testsuite. Outcomes are in `data-v`, so that the table names a verdict class only
/// where a cell has that verdict.
[[nodiscard]] std::string resultTable(const Records& records,
                                      std::span<const suite::Case* const> cases);

}  // namespace wsgauntlet::report
