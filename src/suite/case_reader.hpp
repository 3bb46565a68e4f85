// Reads one case: a template once for each row, any other case once.
#pragma once

#include "suite/field_reader.hpp"
#include "suite/model.hpp"

#include <map>
#include <optional>
#include <string>

namespace wsgauntlet::suite {

/// What a file says of all its cases.
struct FileHeader {
  std::string suite;
  bool onRequest = false;  ///< its cases run only where the suite is named
  CaseId category;
  std::string categoryTitle;
  std::map<CaseId, std::string> subcategories;
};

/// Reads a case as it is for the row of `scope`; `pointer` is where `value` is. `place` becomes
/// the place of the case. Notes what is wrong; gives nothing when there was anything.
[[nodiscard]] std::optional<Case> readCase(const Scope& scope, const nlohmann::json& value,
                                           const std::string& pointer, const FileHeader& header);

}  // namespace wsgauntlet::suite
