#include "report/store/stored_json.hpp"

#include "base/error.hpp"
#include "base/hex.hpp"
#include "base/json_reader.hpp"
#include "base/text.hpp"
#include "report/excerpt_text.hpp"

#include <chrono>
#include <cstdio>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

constexpr std::string_view kCutMark = " ...";
/// A cut excerpt lacks at most the beginning of a code point.
constexpr std::size_t kShortestCut = play::Excerpt::kOctets - 3;

bool isCut(std::string_view text, std::size_t least) {
  return text.ends_with(kCutMark) && text.size() - kCutMark.size() >= least;
}

std::optional<std::string> hexPart(std::string_view text) {
  return text.starts_with("0x") ? fromHex(text.substr(2)) : std::nullopt;
}

/// The excerpt that reads `0x` and digits, if these octets would be shown so.
std::optional<play::Excerpt> hexExcerpt(const std::string& text, bool cut,
                                        std::optional<std::uint64_t> length) {
  const std::string_view digits =
      cut ? std::string_view(text).substr(0, text.size() - kCutMark.size())
          : std::string_view(text);
  const auto octets = hexPart(digits);
  if (!octets || octets->size() > play::Excerpt::kOctets) return std::nullopt;
  play::Excerpt excerpt;
  excerpt.head = *octets;
  excerpt.length = length.value_or(octets->size() + (cut ? 1 : 0));
  if (excerptText(excerpt).text != text) return std::nullopt;
  return excerpt;
}

}  // namespace

void StoredJson::fail(const std::string& message) const {
  throw InputError(std::vector<Problem>{{JsonSource(name_, text_).place(pointer_), message}});
}

bool StoredJson::has(const std::string& key) const {
  return value_->is_object() && value_->contains(key);
}

StoredJson StoredJson::at(const std::string& key) const {
  expectObject();
  const auto found = value_->find(key);
  if (found == value_->end()) fail(fmt::format("the key \"{}\" is missing", terminalText(key)));
  return {name_, text_, *found, pointerBelow(pointer_, key)};
}

StoredJson StoredJson::at(std::size_t index) const {
  expectArray();
  if (index >= value_->size()) fail(fmt::format("expected more than {} elements", value_->size()));
  return {name_, text_, (*value_)[index], pointerBelow(pointer_, std::to_string(index))};
}

void StoredJson::expectObject() const {
  if (!value_->is_object()) fail("expected an object, got " + shownJson(*value_));
}

void StoredJson::expectArray() const {
  if (!value_->is_array()) fail("expected an array, got " + shownJson(*value_));
}

const std::string& StoredJson::text() const {
  if (!value_->is_string()) fail("expected a text, got " + shownJson(*value_));
  return value_->get_ref<const std::string&>();
}

bool StoredJson::boolean() const {
  if (!value_->is_boolean()) fail("expected true or false, got " + shownJson(*value_));
  return value_->get<bool>();
}

double StoredJson::number() const {
  if (!value_->is_number()) fail("expected a number, got " + shownJson(*value_));
  return value_->get<double>();
}

std::uint64_t StoredJson::integer(std::uint64_t most) const {
  if (!value_->is_number_unsigned() || value_->get<std::uint64_t>() > most) {
    fail(fmt::format("expected an integer from 0 to {}, got {}", most, shownJson(*value_)));
  }
  return value_->get<std::uint64_t>();
}

std::optional<std::string> StoredJson::textOrNull() const {
  if (isNull()) return std::nullopt;
  return text();
}

std::string octetsOf(const std::string& text) {
  const auto octets = hexPart(text);
  return octets && !isUtf8(*octets) ? *octets : text;
}

play::Excerpt excerptOf(const std::string& text, std::optional<std::uint64_t> length) {
  const bool cut = length ? *length > play::Excerpt::kOctets && text.ends_with(kCutMark)
                          : isCut(text, kShortestCut);
  if (const auto hex = hexExcerpt(text, cut, length)) return *hex;
  play::Excerpt excerpt;
  excerpt.head = cut ? text.substr(0, text.size() - kCutMark.size()) : text;
  excerpt.length = length.value_or(excerpt.head.size() + (cut ? 1 : 0));
  return excerpt;
}

std::optional<play::Excerpt> excerptOfHex(const std::string& digits, std::uint64_t length) {
  const bool cut = digits.ends_with(kCutMark);
  const auto octets =
      fromHex(std::string_view(digits).substr(0, digits.size() - (cut ? kCutMark.size() : 0)));
  if (!octets || octets->size() > length || (!cut && octets->size() != length)) return std::nullopt;
  play::Excerpt excerpt;
  excerpt.head = *octets;
  excerpt.length = length;
  return excerpt;
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
  if (!date.ok()) text.fail("expected a day of the calendar");
  return WallTime(std::chrono::sys_days(date)) + std::chrono::hours(hour) +
         std::chrono::minutes(minute) + std::chrono::seconds(second) +
         std::chrono::milliseconds(milliseconds);
}

}  // namespace wsgauntlet::report
