#include "report/pages/python_repr.hpp"

#include "base/text.hpp"
#include "report/difference.hpp"
#include "report/excerpt_text.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

constexpr std::size_t kMaxLength = 996;

void appendReprCharacter(std::string& out, char32_t c, char quote) {
  const auto value = static_cast<std::uint32_t>(c);
  if (c == '\\' || c == static_cast<char32_t>(quote)) {
    out += '\\';
    out += static_cast<char>(c);
  } else if (c == '\t') {
    out += "\\t";
  } else if (c == '\n') {
    out += "\\n";
  } else if (c == '\r') {
    out += "\\r";
  } else if (c >= 0x20 && c < 0x7F) {
    out += static_cast<char>(c);
  } else if (c < 0x100) {
    out += fmt::format("\\x{:02x}", value);
  } else if (c < 0x10000) {
    out += fmt::format("\\u{:04x}", value);
  } else {
    out += fmt::format("\\U{:08x}", value);
  }
}

/// The repr of a string; `octets` without the `u` of decoded text.
std::string reprString(std::string_view utf8, bool octets) {
  const bool onlySingleQuotes =
      utf8.find('\'') != std::string_view::npos && utf8.find('"') == std::string_view::npos;
  const char quote = onlySingleQuotes ? '"' : '\'';
  std::string out = octets ? "" : "u";
  out += quote;
  for (std::size_t i = 0; i < utf8.size();) {
    CodePoint c = codePointAt(utf8, i);
    if (c.length == 0) c = {0xFFFD, 1};
    appendReprCharacter(out, c.value, quote);
    i += c.length;
  }
  return out + quote;
}

std::string reprPayload(const play::Excerpt& payload) {
  const ExcerptText shown = excerptText(payload);
  return reprString(shown.text, !shown.decoded);
}

struct ReprEvent {
  std::string operator()(const play::MessageEvent& event) const {
    return fmt::format("('message', {}, {})", reprPayload(event.payload),
                       event.binary ? "True" : "False");
  }
  std::string operator()(const play::PongEvent& event) const {
    return fmt::format("('pong', {})", reprPayload(event.payload));
  }
  std::string operator()(const play::TimeoutEvent& event) const {
    return fmt::format("('timeout', {})", reprString(event.tag, true));
  }
  std::string operator()(const suite::ExpectMessage& event) const {
    return (*this)(play::MessageEvent{play::Excerpt(event.payload), event.binary});
  }
  std::string operator()(const suite::ExpectPong& event) const {
    return (*this)(play::PongEvent{play::Excerpt(event.payload)});
  }
  std::string operator()(const suite::ExpectTimeout& event) const {
    return (*this)(play::TimeoutEvent{event.tag});
  }
};

/// Appends a list of events and marks the one at `marked`; the closing bracket when the list ends
/// before it.
template <typename Events>
void appendEvents(Repr& repr, const Events& events, std::optional<std::size_t> marked) {
  repr.text += '[';
  for (std::size_t i = 0; i < events.size(); ++i) {
    if (i > 0) repr.text += ", ";
    const std::size_t begin = repr.text.size();
    repr.text += std::visit(ReprEvent{}, events[i]);
    if (marked == i) {
      repr.markBegin = begin;
      repr.markEnd = repr.text.size();
    }
  }
  if (marked && *marked >= events.size()) {
    repr.markBegin = repr.text.size();
    repr.markEnd = repr.markBegin + 1;
  }
  repr.text += ']';
}

}  // namespace

std::string reprUnicode(std::string_view utf8) {
  return reprString(utf8, false);
}

Repr reprExpected(const play::Result& result) {
  if (!result.opened) return {"{}"};
  const std::optional<Difference> difference = firstDifference(result);
  Repr repr{"{"};
  const auto alternatives = suite::alternativesOf(*result.testCase);
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    if (i > 0) repr.text += ", ";
    repr.text += reprString(std::string(suite::name(alternatives[i].rating)), true) + ": ";
    const bool marks = difference && difference->alternative == i;
    appendEvents(repr, alternatives[i].events,
                 marks ? std::optional(difference->event) : std::nullopt);
  }
  repr.text += '}';
  return repr;
}

Repr reprObserved(const play::Result& result) {
  const std::optional<Difference> difference = firstDifference(result);
  Repr repr;
  appendEvents(repr, result.received, difference ? std::optional(difference->event) : std::nullopt);
  return repr;
}

void limit(Repr& repr) {
  if (repr.text.size() <= kMaxLength) return;
  repr.text.resize(kMaxLength);
  repr.text += " ...";
  repr.markBegin = std::min(repr.markBegin, kMaxLength);
  repr.markEnd = std::min(repr.markEnd, kMaxLength);
}

}  // namespace wsgauntlet::report
