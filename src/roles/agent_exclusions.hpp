#pragma once

#include "suite/catalogue.hpp"
#include "suite/selection.hpp"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgauntlet::roles {

/// Cases that are left out for some agents: pairs of an agent pattern and case patterns.
using AgentExclusions = std::vector<std::pair<std::string, std::vector<std::string>>>;

[[nodiscard]] inline bool isExcluded(const AgentExclusions& exclusions, std::string_view agent,
                                     const suite::CaseId& id) {
  const std::string text = id.str();
  for (const auto& [agentPattern, casePatterns] : exclusions) {
    if (!suite::matchesWhole(agentPattern, agent)) continue;
    for (const std::string& pattern : casePatterns) {
      if (suite::matchesWhole(pattern, text)) return true;
    }
  }
  return false;
}

}  // namespace wsgauntlet::roles
