// Files of cases.
#pragma once

#include "base/error.hpp"
#include "suite/model.hpp"

#include <string>
#include <vector>

namespace wsgauntlet::suite {

/// A file of cases: its path as it is shown in messages, and its text.
struct CaseFile {
  std::string path;
  std::string text;
};

/// Reads and expands one file of cases (docs/cases.md). Adds all that is wrong to `problems`, in
/// the order of the lines; cases without fault are returned all the same, in the order of the file.
/// Their `number` is 0: it is known when all files are.
[[nodiscard]] std::vector<Case> loadCases(const CaseFile& file, std::vector<Problem>& problems);

}  // namespace wsgauntlet::suite
