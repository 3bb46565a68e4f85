// The wire log of a case, read from the JSON of reports.
#pragma once

#include "play/wire_log.hpp"
#include "report/store/stored_json.hpp"

namespace wsgauntlet::report {

/// Reads the rows under `wirelog`. They have no times there. Throws InputError with the place.
[[nodiscard]] play::WireLog readWireLog(const StoredJson& rows);

}  // namespace wsgauntlet::report
