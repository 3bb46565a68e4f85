// Results as JSON: keys, values and layout are those of the Autobahn Testsuite to the letter.
#pragma once

#include "play/result.hpp"
#include "report/records.hpp"

#include <string>

namespace wsgauntlet::report {

/// The report of one case: 39 keys in the order of the alphabet, three blanks of indentation, ASCII
/// only, no line end after the last line. Always valid JSON, whatever the peer sent.
[[nodiscard]] std::string caseJson(const play::Result& result);

/// `index.json`: agent, case, and the five keys that scripts read.
[[nodiscard]] std::string indexJson(const Records& records);

}  // namespace wsgauntlet::report
