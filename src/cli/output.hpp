// What the program prints.
#pragma once

#include <cstdio>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::cli {

/// Makes standard output and error fit for runs, whose reports matter more than their console: a
/// reader that goes away ends nothing, and one that stops reading leaves room for the lines of a
/// run.
void prepareOutput();

/// Writes a text to `stdout` or `stderr` at once. A stream that cannot be written leads nowhere
/// from then on.
void put(std::FILE* stream, std::string_view text);

/// The same for standard output, as a function for those who print through one.
inline void printText(std::string_view text) {
  put(stdout, text);
}

/// False when a text was lost for another reason than that its reader has gone away.
[[nodiscard]] bool outputIsComplete();

template <typename... T>
void say(std::FILE* stream, fmt::format_string<T...> format, T&&... values) {
  put(stream, fmt::format(format, std::forward<T>(values)...));
}

template <typename... T>
void say(fmt::format_string<T...> format, T&&... values) {
  say(stdout, format, std::forward<T>(values)...);
}

}  // namespace wsgauntlet::cli
