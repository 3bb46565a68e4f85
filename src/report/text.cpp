#include "report/text.hpp"

#include "base/hex.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

constexpr char32_t kReplacement = 0xFFFD;

std::uint8_t octet(std::string_view text, std::size_t index) {
  return static_cast<std::uint8_t>(text[index]);
}

/// Octets of the sequence that a first octet announces; 0 when it can announce none.
std::size_t announcedLength(std::uint8_t first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first <= 0xDF) return 2;
  if (first >= 0xE0 && first <= 0xEF) return 3;
  if (first >= 0xF0 && first <= 0xF4) return 4;
  return 0;
}

/// RFC 3629 section 4: the second octet decides over overlong forms, surrogates and the end of
/// the code space.
bool secondFits(std::uint8_t first, std::uint8_t second) {
  if (first == 0xE0) return second >= 0xA0 && second <= 0xBF;
  if (first == 0xED) return second >= 0x80 && second <= 0x9F;
  if (first == 0xF0) return second >= 0x90 && second <= 0xBF;
  if (first == 0xF4) return second >= 0x80 && second <= 0x8F;
  return second >= 0x80 && second <= 0xBF;
}

/// True when the octets from `position` to the end are the beginning of a code point.
bool isBeginning(std::string_view text, std::size_t position) {
  const std::size_t have = text.size() - position;
  if (announcedLength(octet(text, position)) <= have) return false;
  if (have > 1 && !secondFits(octet(text, position), octet(text, position + 1))) return false;
  return have <= 2 || (octet(text, position + 2) & 0xC0U) == 0x80;
}

/// Without the beginning of a code point at the end, if there is one.
std::string_view wholeCodePoints(std::string_view text) {
  for (std::size_t back = 1; back <= std::min<std::size_t>(3, text.size()); ++back) {
    const std::size_t position = text.size() - back;
    if (isBeginning(text, position)) return text.substr(0, position);
  }
  return text;
}

bool isDirectional(char32_t c) {
  return c == 0x200E || c == 0x200F || c == 0x061C || (c >= 0x202A && c <= 0x202E) ||
         (c >= 0x2066 && c <= 0x2069);
}

bool isControl(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c <= 0x9F);
}

void appendVisible(std::string& out, char32_t c) {
  if (c < 0x20) {
    appendUtf8(out, 0x2400 + c);
  } else if (c == 0x7F) {
    appendUtf8(out, 0x2421);
  } else if (isControl(c) || isDirectional(c) || c == 0x2028 || c == 0x2029) {
    out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
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
  } else if (isDirectional(c) || c == 0x2028 || c == 0x2029) {
    out += fmt::format("\\u{:04x}", static_cast<std::uint32_t>(c));
  } else {
    appendUtf8(out, c);
  }
}

}  // namespace

CodePoint codePointAt(std::string_view text, std::size_t position) {
  const std::uint8_t first = octet(text, position);
  const std::size_t length = announcedLength(first);
  if (length == 0 || length > text.size() - position) return {};
  if (length == 1) return {first, 1};
  if (!secondFits(first, octet(text, position + 1))) return {};
  char32_t value = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const std::uint8_t next = octet(text, position + i);
    if ((next & 0xC0U) != 0x80) return {};
    value = (value << 6U) | (next & 0x3FU);
  }
  return {value, length};
}

void appendUtf8(std::string& out, char32_t c) {
  const auto add = [&out](char32_t value) { out += static_cast<char>(value); };
  if (c < 0x80) {
    add(c);
  } else if (c < 0x800) {
    add(0xC0U | (c >> 6U));
    add(0x80U | (c & 0x3FU));
  } else if (c < 0x10000) {
    add(0xE0U | (c >> 12U));
    add(0x80U | ((c >> 6U) & 0x3FU));
    add(0x80U | (c & 0x3FU));
  } else {
    add(0xF0U | (c >> 18U));
    add(0x80U | ((c >> 12U) & 0x3FU));
    add(0x80U | ((c >> 6U) & 0x3FU));
    add(0x80U | (c & 0x3FU));
  }
}

bool isUtf8(std::string_view octets) {
  for (std::size_t i = 0; i < octets.size();) {
    const std::size_t length = codePointAt(octets, i).length;
    if (length == 0) return false;
    i += length;
  }
  return true;
}

std::string replaceInvalid(std::string_view octets) {
  std::string out;
  out.reserve(octets.size());
  for (std::size_t i = 0; i < octets.size();) {
    const CodePoint c = codePointAt(octets, i);
    if (c.length == 0) {
      appendUtf8(out, kReplacement);
      ++i;
    } else {
      out += octets.substr(i, c.length);
      i += c.length;
    }
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

ExcerptText excerptText(const play::Excerpt& excerpt) {
  const std::string_view marker = excerpt.cut() ? " ..." : "";
  const std::string_view text = excerpt.cut() ? wholeCodePoints(excerpt.head) : excerpt.head;
  if (isUtf8(text)) return {fmt::format("{}{}", text, marker), true};
  return {fmt::format("0x{}{}", toHex(excerpt.head), marker), false};
}

std::string excerptHex(const play::Excerpt& excerpt) {
  return toHex(excerpt.head) + (excerpt.cut() ? " ..." : "");
}

std::string visible(std::string_view utf8, Lines lines) {
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
      appendVisible(out, c.value);
    }
    i += c.length;
  }
  return out;
}

std::string terminalText(std::string_view octets) {
  std::string out;
  for (std::size_t i = 0; i < octets.size();) {
    const CodePoint c = codePointAt(octets, i);
    if (c.length == 0) {
      out += fmt::format("\\x{:02x}", octet(octets, i));
      ++i;
    } else {
      appendForTerminal(out, c.value);
      i += c.length;
    }
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

}  // namespace wsgauntlet::report
