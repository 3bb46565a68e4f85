// HTML fragments that several pages use.
#pragma once

#include "play/result.hpp"
#include "suite/model.hpp"

#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::report {

/// Text for an element or an attribute in double quotes: markup is escaped, control characters are
/// made visible.
[[nodiscard]] std::string html(std::string_view text);
/// The same for `<pre>`: line ends and tabs stay.
[[nodiscard]] std::string htmlLines(std::string_view text);
/// A description of a case: `<br>` of older case files and line ends become line breaks, anything
/// else is text.
[[nodiscard]] std::string htmlDescription(std::string_view text);

/// Markup with its places filled in, and a line end.
template <typename... Args>
[[nodiscard]] std::string markupLine(fmt::format_string<Args...> markup, Args&&... args) {
  return fmt::format(markup, std::forward<Args>(args)...) + '\n';
}

/// A CSS class and the word that goes with it.
struct Cell {
  std::string_view cssClass;
  std::string text;
};
/// `case_ok` and `Pass`, `case_failed` and `Fail`, ….
[[nodiscard]] Cell behaviorCell(play::Behavior behavior);

/// Links to the sections of the standards that a case tests, separated by commas.
[[nodiscard]] std::string specLinks(const suite::Case& testCase);

/// The start of a page up to the end of `<head>`: nothing in it loads anything from outside.
[[nodiscard]] std::string pageHead(std::string_view title, std::string_view css);

}  // namespace wsgauntlet::report
