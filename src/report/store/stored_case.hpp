// The case of a result that was read, put together from the catalogue and from the file.
#pragma once

#include "report/store/stored_json.hpp"
#include "suite/catalogue.hpp"

#include <memory>

namespace wsgauntlet::report {

/// The case as it was when it ran, from a sidecar. What results are not made from, such as its
/// script, is that of the catalogue. Throws InputError.
[[nodiscard]] std::unique_ptr<suite::Case> exactCase(const StoredJson& sidecar,
                                                     const suite::Catalogue& catalogue);

/// From the JSON file of a case, which has less: the case of the catalogue, or, where that does not
/// know it, `own` is set to what the file shows of it and returned. Throws InputError.
[[nodiscard]] const suite::Case* caseOf(const StoredJson& file, const suite::Catalogue& catalogue,
                                        std::unique_ptr<suite::Case>& own);

/// A case of which only the id is known.
[[nodiscard]] std::unique_ptr<suite::Case> foreignCase(const suite::CaseId& id);

}  // namespace wsgauntlet::report
