// The comparison of two runs as text and as a page.
#pragma once

#include "gate/comparison.hpp"

#include <string>
#include <vector>

namespace wsgauntlet::gate {

/// The comparison for people, every line ending with a line end. `html` is a page of its own.
enum class DiffFormat { console, markdown, html };
[[nodiscard]] std::string formatChanges(const std::vector<AgentChanges>& agents, DiffFormat format);

}  // namespace wsgauntlet::gate
