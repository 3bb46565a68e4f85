#include "websocket/http.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "websocket/utf8.hpp"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

constexpr std::string_view kBlanks = " \t";

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
bool isAlpha(char c) {
  return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}
bool isDigit(char c) {
  return c >= '0' && c <= '9';
}
bool isControlCharacter(char c) {
  return static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
}

int hexDigit(char c) {
  if (isDigit(c)) return c - '0';
  const char small = lower(c);
  return small >= 'a' && small <= 'f' ? small - 'a' + 10 : -1;
}

/// The next line without its end; `rest` goes on after it.
std::string takeLine(OctetView& rest) {
  const std::size_t end = std::min(rest.find('\n'), rest.size());
  OctetView line = rest.substr(0, end);
  rest.remove_prefix(std::min(end + 1, rest.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  std::string clean(line);
  std::replace(clean.begin(), clean.end(), '\r', ' ');
  std::replace(clean.begin(), clean.end(), '\0', ' ');
  return clean;
}

void addLine(HttpHead& head, const std::string& line) {
  HttpFields& fields = head.fields;
  if (!fields.empty() && kBlanks.find(line.front()) != std::string_view::npos) {
    std::string& value = fields.back().second;
    if (!value.empty()) value += ' ';
    value += trim(line);
    return;
  }
  const std::size_t colon = line.find(':');
  if (colon == std::string::npos) return;
  const std::string_view view = line;
  if (colon > 0 && kBlanks.find(view[colon - 1]) != std::string_view::npos) {
    head.blankBeforeColon = true;
  }
  fields.emplace_back(trim(view.substr(0, colon)), trim(view.substr(colon + 1)));
}

std::string decodeFormText(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hexDigit(text[i + 1]) : -1;
    const int low = high >= 0 ? hexDigit(text[i + 2]) : -1;
    if (low >= 0) {
      out += static_cast<char>(high * 16 + low);
      i += 2;
    } else {
      out += text[i] == '+' ? ' ' : text[i];
    }
  }
  return out;
}

}  // namespace

std::size_t findHeaderEnd(OctetView octets, std::size_t from) {
  // The end may have begun up to two octets before what is new.
  std::size_t at = octets.find('\n', from < 2 ? 0 : from - 2);
  while (at != OctetView::npos) {
    std::size_t next = at + 1;
    if (next < octets.size() && octets[next] == '\r') ++next;
    if (next < octets.size() && octets[next] == '\n') return next + 1;
    at = octets.find('\n', at + 1);
  }
  return OctetView::npos;
}

std::vector<std::string_view> HttpHead::find(std::string_view name) const {
  std::vector<std::string_view> values;
  for (const auto& [fieldName, value] : fields) {
    if (equalsIgnoringCase(fieldName, name)) values.emplace_back(value);
  }
  return values;
}

std::optional<std::string> HttpHead::joined(std::string_view name) const {
  const std::vector<std::string_view> values = find(name);
  if (values.empty()) return std::nullopt;
  return fmt::format("{}", fmt::join(values, ", "));
}

HttpHead parseHead(OctetView block) {
  HttpHead head;
  head.startLine = takeLine(block);
  while (!block.empty()) {
    const std::string line = takeLine(block);
    if (line.empty()) break;
    addLine(head, line);
  }
  return head;
}

bool equalsIgnoringCase(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return lower(x) == lower(y); });
}

std::string toLower(std::string_view text) {
  std::string out(text);
  std::transform(out.begin(), out.end(), out.begin(), lower);
  return out;
}

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::vector<std::string_view> splitList(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = trim(text.substr(0, end));
    if (!part.empty()) parts.push_back(part);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return parts;
}

std::vector<std::string_view> splitWords(std::string_view text) {
  constexpr std::string_view kSpace = " \t\r\n\v\f";
  std::vector<std::string_view> words;
  for (;;) {
    const std::size_t first = text.find_first_not_of(kSpace);
    if (first == std::string_view::npos) return words;
    text.remove_prefix(first);
    const std::size_t end = std::min(text.find_first_of(kSpace), text.size());
    words.push_back(text.substr(0, end));
    text.remove_prefix(end);
  }
}

bool isToken(std::string_view text) {
  static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return isAlpha(c) || isDigit(c) || kMarks.find(c) != std::string_view::npos;
  });
}

std::optional<int> parseNumber(std::string_view digits, int max) {
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), isDigit)) return std::nullopt;
  int number = 0;
  const auto result = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (result.ec != std::errc{} || number > max) return std::nullopt;
  return number;
}

std::optional<RequestTarget> parseTarget(std::string_view target) {
  RequestTarget parts;
  if (const std::size_t hash = target.find('#'); hash != std::string_view::npos) {
    parts.fragment = target.substr(hash + 1);
    target = target.substr(0, hash);
  }
  if (const std::size_t mark = target.find('?'); mark != std::string_view::npos) {
    parts.query = target.substr(mark + 1);
    target = target.substr(0, mark);
  }
  if (const std::size_t scheme = target.find("://");
      scheme != std::string_view::npos && isToken(target.substr(0, scheme))) {
    target.remove_prefix(scheme + 3);
    const std::size_t path = target.find('/');
    target = path == std::string_view::npos ? "/" : target.substr(path);
  }
  if (!target.starts_with('/')) return std::nullopt;
  parts.path = target;
  return parts;
}

FormFields decodeForm(std::string_view query) {
  FormFields fields;
  for (const std::string_view pair : splitList(query, '&')) {
    const std::size_t equals = pair.find('=');
    if (equals == std::string_view::npos || equals + 1 == pair.size()) continue;
    fields.emplace_back(decodeFormText(pair.substr(0, equals)),
                        decodeFormText(pair.substr(equals + 1)));
  }
  return fields;
}

std::string percentEncode(OctetView text) {
  constexpr std::string_view kMarks = "-._~";
  std::string out;
  for (const char c : text) {
    if (isAlpha(c) || isDigit(c) || kMarks.find(c) != std::string_view::npos) {
      out += c;
    } else {
      fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

void requireField(std::string_view name, std::string_view value) {
  if (!isToken(name)) {
    throw InputError(
        fmt::format("\"{}\" is not the name of an HTTP header field", terminalText(name)));
  }
  const bool broken = std::any_of(value.begin(), value.end(),
                                  [](char c) { return c != '\t' && isControlCharacter(c); });
  if (broken) {
    throw InputError(
        fmt::format("the value of the HTTP header field {} has a control character: {}", name,
                    terminalText(value)));
  }
}

}  // namespace wsgauntlet::websocket
