// Results as JSON: keys, values and layout are those of the Autobahn Testsuite to the letter.
#pragma once

#include "play/result.hpp"
#include "report/records.hpp"

#include <string>

#include <nlohmann/json_fwd.hpp>

namespace wsgauntlet::report {

/// The report of one case: 39 keys in the order of the alphabet, three blanks of indentation, ASCII
/// only, no line end after the last line. Always valid JSON, whatever the peer sent.
[[nodiscard]] std::string caseJson(const play::Result& result);

/// The same keys with values that can be read back, and more of the case: octets are an object with
/// `text` or, where they are not UTF-8, `hex`; a payload is its `length` and the `hex` digits of
/// its start; what was expected is there even when the connection did not open.
[[nodiscard]] nlohmann::ordered_json exactCaseJson(const play::Result& result);

/// `index.json`: agent, case, and the five keys that scripts read.
[[nodiscard]] std::string indexJson(const Records& records);

}  // namespace wsgauntlet::report
