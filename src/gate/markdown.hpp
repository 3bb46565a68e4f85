// The gate as Markdown: the summary of a GitHub job, a comment of a merge request.
#pragma once

#include "gate/gate.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace wsgauntlet::gate {

/// A verdict, a table of agents and categories, and what is red with its reasons; known failures
/// and missing results can be unfolded. Texts that a peer chose are text in it, whatever they are.
/// Of each agent at most `mostFindings` findings are shown, and how many were left out is said.
[[nodiscard]] std::string markdownSummary(const Gate& gate, std::size_t mostFindings = 100);

/// Text for any place of a line: nothing in it is Markdown, HTML, a link or a mention.
[[nodiscard]] std::string markdownText(std::string_view text);
/// The same as code, which no reader turns into links.
[[nodiscard]] std::string markdownCode(std::string_view text);

}  // namespace wsgauntlet::gate
