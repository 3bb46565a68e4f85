// The text of a page as one gets it by selecting all and copying.
#pragma once

#include <string>
#include <string_view>

namespace wsgauntlet::report {

struct TextOptions {
  std::string rowStart;       ///< before the first cell of a row
  std::string cellSeparator;  ///< between two cells
  std::string rowEnd;
};

/// Lines without blanks at their end; empty lines are left out. Scripts, styles, captions that are
/// not shown and pictures are skipped.
[[nodiscard]] std::string htmlToText(std::string_view page, const TextOptions& options = {});

}  // namespace wsgauntlet::report
