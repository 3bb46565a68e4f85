// The case that a report file belongs to, put together from the catalogue and from the file.
#pragma once

#include "report/store/stored_json.hpp"
#include "suite/catalogue.hpp"

#include <memory>

namespace wsgauntlet::report {

/// The case of the catalogue when the file shows the same; otherwise `own` is set, to a case as the
/// file shows it, and returned.
[[nodiscard]] const suite::Case* caseOf(const StoredJson& file, const suite::Catalogue& catalogue,
                                        std::unique_ptr<suite::Case>& own);

}  // namespace wsgauntlet::report
