#include "cli/checks.hpp"

#include "base/error.hpp"

#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {

CLI::Validator between(double minimum, double maximum) {
  const auto check = [minimum, maximum](std::string& text) -> std::string {
    double value = 0;
    if (CLI::detail::lexical_cast(text, value) && value >= minimum && value <= maximum) return "";
    return fmt::format("expected a number from {} to {}, got '{}'", minimum, maximum, text);
  };
  // Without a name: it would become part of the kind of value in the help.
  return {check, ""};
}

CLI::Validator oneOf(std::vector<std::string> words) {
  const auto check = [words = std::move(words)](const std::string& text) -> std::string {
    if (std::find(words.begin(), words.end(), text) != words.end()) return "";
    return fmt::format("expected {}, got '{}'{}", fmt::join(words, " or "), text,
                       suggestion(text, words));
  };
  return {check, ""};
}

std::string suggestion(const std::string& typed, const std::vector<std::string>& candidates) {
  const std::string meant = nearest(typed, candidates);
  return meant.empty() ? "" : fmt::format(" (did you mean {}?)", meant);
}

}  // namespace wsgauntlet::cli
