#include "base/text.hpp"

#include "base/hex.hpp"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utf8.h>

#include <fmt/format.h>

namespace wsgauntlet {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

std::uint8_t octet(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

bool isDirectional(char32_t c) {
  return c == 0x200E || c == 0x200F || c == 0x061C || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

/// U+2028 and U+2029 end lines in a script.
bool isMisleading(char32_t c) {
  return isDirectional(c) || c == 0x2028 || c == 0x2029;
}

bool isControl(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

std::string unicodeEscape(char32_t c) {
  return fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
}

void appendPicture(std::string& out, char32_t c) {
  if (c < 0x20) {
    appendUtf8(out, 0x2400 + c);
  } else if (c == 0x7F) {
    appendUtf8(out, 0x2421);
  } else if (isControl(c) || isMisleading(c)) {
    out += unicodeEscape(c);
  } else {
    appendUtf8(out, c);
  }
}

void appendForTerminal(std::string& out, char32_t c) {
  if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c == '\t') {
    out += "\\t";
  } else if (isControl(c)) {
    out += fmt::format("\\x{:02x}", static_cast<std::uint32_t>(c));
  } else if (isMisleading(c)) {
    out += unicodeEscape(c);
  } else {
    appendUtf8(out, c);
  }
}

/// True when `text` is the beginning of a code point that needs more octets.
bool isBeginning(std::string_view text) {
  auto at = text.begin();
  try {
    utf8::next(at, text.end());
  } catch (const utf8::not_enough_room&) {
    return true;
  } catch (const utf8::exception&) {
  }
  return false;
}

}  // namespace

CodePoint codePointAt(std::string_view text, std::size_t position) {
  const auto begin = text.begin() + static_cast<std::ptrdiff_t>(position);
  auto at = begin;
  try {
    const auto value = static_cast<char32_t>(utf8::next(at, text.end()));
    return {value, static_cast<std::size_t>(at - begin)};
  } catch (const utf8::exception&) {
    return {};
  }
}

void appendUtf8(std::string& out, char32_t codePoint) {
  utf8::unchecked::append(static_cast<std::uint32_t>(codePoint), std::back_inserter(out));
}

bool isUtf8(std::string_view octets) {
  return utf8::is_valid(octets.begin(), octets.end());
}

bool isPrintable(std::string_view octets) {
  for (std::size_t i = 0; i < octets.size();) {
    const CodePoint c = codePointAt(octets, i);
    if (c.length == 0 || isControl(c.value)) return false;
    i += c.length;
  }
  return true;
}

std::string_view wholeCodePoints(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const std::size_t position = text.size() - back;
    if (isBeginning(text.substr(position))) return text.substr(0, position);
  }
  return text;
}

std::string replaceInvalid(std::string_view octets) {
  std::string out;
  out.reserve(octets.size());
  for (std::size_t i = 0; i < octets.size();) {
    const CodePoint c = codePointAt(octets, i);
    appendUtf8(out, c.length == 0 ? kReplacement : c.value);
    i += std::max<std::size_t>(c.length, 1);
  }
  return out;
}

std::string headerText(std::string_view octets) {
  if (isUtf8(octets)) return std::string(octets);
  std::string out;
  for (const char c : octets) appendUtf8(out, static_cast<std::uint8_t>(c));
  return out;
}

std::string textOrHex(std::string_view octets) {
  return isUtf8(octets) ? std::string(octets) : "0x" + toHex(octets);
}

std::string controlPictures(std::string_view utf8, Lines lines) {
  std::string out;
  out.reserve(utf8.size());
  for (std::size_t i = 0; i < utf8.size();) {
    CodePoint c = codePointAt(utf8, i);
    if (c.length == 0) c = {kReplacement, 1};
    const bool lineEnd = c.value == '\r' && i + 1 < utf8.size() && utf8[i + 1] == '\n';
    const bool keep = lines == Lines::kept && (c.value == '\n' || c.value == '\t');
    if (keep) {
      appendUtf8(out, c.value);
    } else if (lines == Lines::joined || !lineEnd) {
      appendPicture(out, c.value);
    }
    i += c.length;
  }
  return out;
}

std::string terminalText(std::string_view octets, Lines lines) {
  std::string out;
  for (std::size_t i = 0; i < octets.size();) {
    const CodePoint c = codePointAt(octets, i);
    if (c.length == 0) {
      out += fmt::format("\\x{:02x}", octet(octets, i));
    } else if (lines == Lines::kept && (c.value == '\n' || c.value == '\t')) {
      out += static_cast<char>(c.value);
    } else {
      appendForTerminal(out, c.value);
    }
    i += std::max<std::size_t>(c.length, 1);
  }
  return out;
}

std::string withoutCommands(const std::string& lines) {
  std::string out;
  bool atStart = true;
  for (std::size_t i = 0; i < lines.size(); ++i) {
    const std::string_view rest = std::string_view(lines).substr(i);
    if ((atStart && rest.starts_with("::")) || rest.starts_with("##[")) {
      out += fmt::format("\\x{:02x}", static_cast<unsigned char>(lines[i]));
    } else {
      out += lines[i];
    }
    atStart = lines[i] == '\n' || (atStart && lines[i] == ' ');
  }
  return out;
}

std::string shortened(std::string_view utf8, std::size_t codePoints) {
  std::size_t i = 0;
  for (std::size_t count = 0; i < utf8.size(); ++count) {
    if (count == codePoints) return std::string(utf8.substr(0, i)) + "…";
    i += std::max<std::size_t>(1, codePointAt(utf8, i).length);
  }
  return std::string(utf8);
}

std::size_t countCodePoints(std::string_view utf8) {
  return static_cast<std::size_t>(std::count_if(utf8.begin(), utf8.end(), [](char c) {
    return (static_cast<std::uint8_t>(c) & 0xC0U) != 0x80;
  }));
}

}  // namespace wsgauntlet
