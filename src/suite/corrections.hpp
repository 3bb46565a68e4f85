// Corrections of the original's cases (cases/corrections): where they are stricter than the RFCs.
#pragma once

#include "suite/catalogue.hpp"
#include "suite/model.hpp"

#include <string>
#include <vector>

namespace wsgauntlet::suite {

/// The cases that a correction is for, as patterns, and what it tolerates.
struct CorrectionRule {
  std::string suite;
  std::vector<std::string> patterns;
  Correction correction;
};

/// Reads the table of corrections that is built in. Throws InputError with place and problem.
[[nodiscard]] std::vector<CorrectionRule> readCorrections();

/// Gives the cases of a suite those that are theirs.
void applyCorrections(const std::vector<CorrectionRule>& rules, std::vector<Case>& cases);

/// The table as Markdown.
[[nodiscard]] std::string describeCorrections(const std::vector<CorrectionRule>& rules);

}  // namespace wsgauntlet::suite
