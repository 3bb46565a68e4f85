#include "report/store/stored_json.hpp"

#include "base/hex.hpp"
#include "base/json_source.hpp"
#include "base/text.hpp"
#include "report/records.hpp"

#include <chrono>
#include <cstdio>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

constexpr std::string_view kCutMark = " ...";

/// Octets that a report shows as text, or as `0x` and digits where they are not UTF-8.
std::string shownOctets(std::string_view text) {
  const auto octets = text.starts_with("0x") ? fromHex(text.substr(2)) : std::nullopt;
  return octets && !isUtf8(*octets) ? *octets : std::string(text);
}

play::Excerpt shownExcerpt(std::string_view text, std::optional<std::uint64_t> length) {
  // A text that was cut lacks at most the beginning of a code point.
  constexpr std::size_t kShortestCut = play::Excerpt::kOctets - 3 + kCutMark.size();
  const bool cut = text.ends_with(kCutMark) &&
                   (length ? *length > play::Excerpt::kOctets : text.size() >= kShortestCut);
  if (cut) text.remove_suffix(kCutMark.size());
  play::Excerpt excerpt;
  excerpt.head = shownOctets(text);
  excerpt.length = length.value_or(excerpt.head.size() + (cut ? 1 : 0));
  return excerpt;
}

}  // namespace

StoredFile::StoredFile(std::string name, std::string text)
    : name_(std::move(name)),
      text_(std::move(text)),
      root_(nlohmann::json::parse(text_, nullptr, false)),
      problems_(name_, text_) {
  // The slower reader knows the line.
  if (root_.is_discarded()) static_cast<void>(JsonSource(name_, text_));
}

void StoredJson::fail(const std::string& message) const {
  throw InputError(std::vector<Problem>{{problems().place(pointer()), message}});
}

bool StoredJson::has(const std::string& key) const {
  return value().is_object() && value().contains(key);
}

StoredJson StoredJson::at(const std::string& key) const {
  expectObject();
  const auto found = value().find(key);
  if (found == value().end()) fail(fmt::format("the key \"{}\" is missing", key));
  return child(*found, key);
}

StoredJson StoredJson::at(std::size_t index) const {
  if (!value().is_array()) failExpected("a list");
  if (index >= size()) fail(fmt::format("expected more than {} elements", size()));
  return child(value()[index], std::to_string(index));
}

void StoredJson::expectObject() const {
  if (!value().is_object()) failExpected("an object");
}

const std::string& StoredJson::text() const {
  if (!value().is_string()) failExpected("a text");
  return value().get_ref<const std::string&>();
}

std::string StoredJson::octets() const {
  if (!value().is_object()) return shownOctets(text());
  if (has("text")) return at("text").text();
  const auto octets = fromHex(at("hex").text());
  if (!octets) at("hex").fail("expected hexadecimal digits");
  return *octets;
}

std::optional<std::string> StoredJson::octetsOrNull() const {
  if (isNull()) return std::nullopt;
  return octets();
}

play::Excerpt StoredJson::payload() const {
  if (value().is_array()) {
    return shownExcerpt(at(1).text(), at(std::size_t{0}).integer(kAny));
  }
  if (!value().is_object()) return shownExcerpt(text(), std::nullopt);
  play::Excerpt excerpt;
  excerpt.length = at("length").integer(kAny);
  excerpt.head = octets();
  return excerpt;
}

play::Event StoredJson::event() const {
  const std::string& kind = at(std::size_t{0}).text();
  if (kind == "message") return play::MessageEvent{at(1).payload(), at(2).boolean()};
  if (kind == "pong") return play::PongEvent{at(1).payload()};
  if (kind == "timeout") return play::TimeoutEvent{at(1).octets()};
  fail("expected an event: message, pong or timeout");
}

play::Behavior readBehavior(const StoredJson& word) {
  const auto value = behaviorOf(word.text());
  if (!value) word.fail("expected OK, NON-STRICT, INFORMATIONAL, UNIMPLEMENTED or FAILED");
  return *value;
}

play::BehaviorClose readBehaviorClose(const StoredJson& word) {
  const auto value = behaviorCloseOf(word.text());
  if (!value) {
    word.fail("expected OK, INFORMATIONAL, FAILED BY CLIENT, WRONG CODE, UNCLEAN or FAILED");
  }
  return *value;
}

WallTime wallTimeOf(const StoredJson& text) {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  int milliseconds = 0;
  if (std::sscanf(text.text().c_str(), "%4d-%2u-%2uT%2d:%2d:%2d.%3dZ", &year, &month, &day, &hour,
                  &minute, &second, &milliseconds) != 7) {
    text.fail("expected a time such as 2026-11-20T23:55:00.107Z");
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok() || year < 0) text.fail("expected a day of the calendar");
  const auto isIn = [](int value, int end) { return value >= 0 && value < end; };
  if (!isIn(hour, 24) || !isIn(minute, 60) || !isIn(second, 60) || milliseconds < 0) {
    text.fail("expected a time of day");
  }
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second) +
         std::chrono::milliseconds(milliseconds);
}

}  // namespace wsgauntlet::report
