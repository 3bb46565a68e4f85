#include "cli/original_spelling.hpp"

#include "base/error.hpp"
#include "cli/checks.hpp"
#include "cli/command.hpp"

#include <algorithm>

namespace wsgauntlet::cli {
namespace {

/// The value of the option that starts at `at`, taken out together with it.
std::optional<std::string> takeValue(std::vector<std::string>& arguments, std::size_t at) {
  const std::string& text = arguments[at];
  std::string value;
  std::size_t words = 1;
  if (text == "-m" || text == "--mode") {
    if (at + 1 == arguments.size()) throw InputError("option " + text + " needs a mode");
    value = arguments[at + 1];
    words = 2;
  } else if (text.starts_with("--mode=")) {
    value = text.substr(7);
  } else if (text.starts_with("-m") && !text.starts_with("--")) {
    value = text.substr(2);
  } else {
    return std::nullopt;
  }
  const auto first = arguments.begin() + static_cast<std::ptrdiff_t>(at);
  arguments.erase(first, first + static_cast<std::ptrdiff_t>(words));
  return value;
}

void requireMode(const std::string& mode) {
  std::vector<std::string> modes;
  for (const Command& command : commands()) {
    if (command.isMode) modes.emplace_back(command.name);
  }
  if (std::find(modes.begin(), modes.end(), mode) != modes.end()) return;
  std::sort(modes.begin(), modes.end());
  std::string text = "mode '" + mode + "' is invalid; available modes:";
  for (const std::string& known : modes) text += " " + known;
  throw InputError(text + suggestion(mode, modes));
}

}  // namespace

std::optional<std::string> takeMode(std::vector<std::string>& arguments) {
  for (std::size_t at = 0; at < arguments.size(); ++at) {
    if (auto mode = takeValue(arguments, at)) {
      requireMode(*mode);
      return mode;
    }
  }
  return std::nullopt;
}

bool isVersionQuery(const std::vector<std::string>& arguments) {
  return std::any_of(arguments.begin(), arguments.end(), [](const std::string& text) {
    return text == "-a" || text == "--autobahnversion";
  });
}

}  // namespace wsgauntlet::cli
