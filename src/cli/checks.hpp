// Checks of the values of flags. Their errors say what would be right.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class Validator;
}

namespace wsgauntlet::cli {

/// A number from `minimum` to `maximum`.
[[nodiscard]] CLI::Validator between(double minimum, double maximum);
/// One of these words.
[[nodiscard]] CLI::Validator oneOf(std::vector<std::string> words);

/// ` (did you mean X?)`, or nothing when no candidate is near.
[[nodiscard]] std::string suggestion(const std::string& typed,
                                     const std::vector<std::string>& candidates);

}  // namespace wsgauntlet::cli
