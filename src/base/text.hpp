// Octets as text: UTF-8, and what a page or a terminal shows of payloads, headers and names that a
// peer chose.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace wsgauntlet {

/// The octets of one code point. Length 0: there is no valid UTF-8 at this place.
struct CodePoint {
  char32_t value = 0;
  std::size_t length = 0;
};

/// Reads the code point that starts at `position`, which lies within `text`.
[[nodiscard]] CodePoint codePointAt(std::string_view text, std::size_t position);
void appendUtf8(std::string& out, char32_t codePoint);
/// UTF-8 by RFC 3629: no surrogates, no overlong forms.
[[nodiscard]] bool isUtf8(std::string_view octets);
/// UTF-8 without control characters.
[[nodiscard]] bool isPrintable(std::string_view octets);
/// Without the beginning of a code point at the end, if there is one.
[[nodiscard]] std::string_view wholeCodePoints(std::string_view text);
/// Every octet that is not part of valid UTF-8 becomes U+FFFD.
[[nodiscard]] std::string replaceInvalid(std::string_view octets);
/// Header octets: as they are when they are UTF-8, else each octet is a Latin-1 character.
[[nodiscard]] std::string headerText(std::string_view octets);
/// As they are when they are UTF-8, else `0x` and their hexadecimal digits.
[[nodiscard]] std::string textOrHex(std::string_view octets);

/// Whether line ends and tabs are shown as signs, so that all is in one line, or kept.
enum class Lines { joined, kept };
/// For a page: shows what a browser would swallow or obey. Control characters become their pictures
/// (U+2400 …), and characters that change the direction of text become `\u202e` and the like.
/// `kept` drops the CR of CR LF.
[[nodiscard]] std::string controlPictures(std::string_view utf8, Lines lines = Lines::joined);
/// For a terminal: nothing in it can move the cursor or change colours. Control characters become
/// `\n`, `\x1b` and the like, octets that are not UTF-8 `\xff`.
[[nodiscard]] std::string terminalText(std::string_view octets, Lines lines = Lines::joined);
/// Takes the power from commands that a CI system would read in a line: `::` at its start and `##[`
/// anywhere.
[[nodiscard]] std::string withoutCommands(const std::string& lines);

/// The first `codePoints` code points, with `…` when some were left out.
[[nodiscard]] std::string shortened(std::string_view utf8, std::size_t codePoints);
[[nodiscard]] std::size_t countCodePoints(std::string_view utf8);

}  // namespace wsgauntlet
