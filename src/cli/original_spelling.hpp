// The command line of the original: `-m MODE` with one set of flags for all modes.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::cli {

/// Takes `-m MODE` or `--mode=MODE` out of the arguments. Nothing when there is none. Throws
/// InputError for an unknown mode, with the modes that exist.
[[nodiscard]] std::optional<std::string> takeMode(std::vector<std::string>& arguments);

/// `-a` or `--autobahnversion`.
[[nodiscard]] bool isVersionQuery(const std::vector<std::string>& arguments);

}  // namespace wsgauntlet::cli
