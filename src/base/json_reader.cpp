#include "base/json_reader.hpp"

#include "base/text.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet {

using nlohmann::json;

std::string shownJson(const json& value) {
  constexpr std::size_t kMaxLength = 40;
  if (value.is_object()) return "an object";
  if (value.is_array()) return value.empty() ? "an empty list" : "a list";
  std::string text = value.dump(-1, ' ', false, json::error_handler_t::replace);
  if (text.size() <= kMaxLength) return text;
  return std::string(wholeCodePoints(std::string_view(text).substr(0, kMaxLength))) + "…\"";
}

// ---- ProblemList --------------------------------------------------------------------------------

Place ProblemList::place(const std::string& pointer) const {
  return source_ != nullptr ? source_->place(pointer) : JsonSource(*name_, *text_).place(pointer);
}

void ProblemList::add(const std::string& pointer, std::string message) {
  if (source_ == nullptr) throw InputError(std::vector<Problem>{{place(pointer), message}});
  ++added_;
  if (!known_.emplace(pointer, message).second) return;
  problems_.push_back({place(pointer), std::move(message)});
}

std::vector<Problem> ProblemList::sorted() && {
  std::stable_sort(problems_.begin(), problems_.end(),
                   [](const Problem& a, const Problem& b) { return a.place.line < b.place.line; });
  return std::move(problems_);
}

void ProblemList::throwIfAny() && {
  if (!problems_.empty()) throw InputError(std::move(*this).sorted());
}

// ---- JsonValue ----------------------------------------------------------------------------------

void JsonValue::replace(const json* value, std::string pointer) {
  value_ = value;
  pointer_ = std::move(pointer);
}

void JsonValue::failExpected(std::string_view what) const {
  fail(fmt::format("expected {}, got {}", what, shownJson(*value_)));
}

std::optional<std::string> JsonValue::text() const {
  if (!valid()) return std::nullopt;
  if (value_->is_string()) return value_->get<std::string>();
  failExpected("a text");
  return std::nullopt;
}

std::optional<bool> JsonValue::boolean() const {
  if (!valid()) return std::nullopt;
  if (value_->is_boolean()) return value_->get<bool>();
  failExpected("true or false");
  return std::nullopt;
}

std::optional<std::uint64_t> JsonValue::integer(std::uint64_t min, std::uint64_t max) const {
  if (!valid()) return std::nullopt;
  if (value_->is_number_unsigned()) {
    const auto number = value_->get<std::uint64_t>();
    if (number >= min && number <= max) return number;
  }
  failExpected(fmt::format("a whole number from {} to {}", min, max));
  return std::nullopt;
}

std::optional<double> JsonValue::number(double min, double max) const {
  if (!valid()) return std::nullopt;
  if (value_->is_number()) {
    const auto number = value_->get<double>();
    if (number >= min && number <= max) return number;
  }
  failExpected(fmt::format("a number from {:g} to {:g}", min, max));
  return std::nullopt;
}

std::optional<double> JsonValue::seconds() const {
  constexpr double kDay = 86400;
  if (!valid()) return std::nullopt;
  if (value_->is_number()) {
    const auto number = value_->get<double>();
    if (number > 0 && number <= kDay) return number;
  }
  failExpected("a number of seconds above 0, at most 86400");
  return std::nullopt;
}

std::optional<std::string> JsonValue::word(const std::vector<std::string>& words) const {
  if (!valid()) return std::nullopt;
  if (!value_->is_string()) {
    failExpected(listOf(words, "or"));
    return std::nullopt;
  }
  const auto& typed = value_->get_ref<const std::string&>();
  if (std::find(words.begin(), words.end(), typed) != words.end()) return typed;
  fail(fmt::format("expected {}, got {}{}", listOf(words, "or"), shownJson(*value_),
                   hint(typed, words)));
  return std::nullopt;
}

bool JsonValue::expectList(std::string_view what, std::size_t min) const {
  if (!valid()) return false;
  if (value_->is_array() && value_->size() >= min) return true;
  failExpected(what);
  return false;
}

// ---- JsonKeys -----------------------------------------------------------------------------------

JsonKeys::JsonKeys(const JsonValue& object, std::string_view what) : object_(object), what_(what) {
  if (!object.valid()) return;
  valid_ = object.value().is_object();
  if (!valid_) object.failExpected(std::string(what) + " as an object");
}

bool JsonKeys::has(Key key) const {
  return valid_ && object_.value().contains(key);
}

const json* JsonKeys::ask(Key key) {
  known_.at(knownCount_++) = key;
  if (!valid_) return nullptr;
  const auto found = object_.value().find(key);
  return found == object_.value().end() ? nullptr : &*found;
}

void JsonKeys::failMissing(Key key) const {
  if (valid_) object_.fail(fmt::format("\"{}\" is missing in {}", key, what_));
}

void JsonKeys::finish() {
  if (!valid_) return;
  const auto end = known_.begin() + static_cast<std::ptrdiff_t>(knownCount_);
  for (const auto& [key, value] : object_.value().items()) {
    if (std::find(known_.begin(), end, std::string_view(key)) != end) continue;
    const std::vector<std::string> known(known_.begin(), end);
    object_.problems().add(pointerBelow(object_.pointer(), key),
                           fmt::format("unknown key \"{}\" in {}{}", key, what_,
                                       hint(key, known, "; it may have " + listOf(known))));
  }
}

}  // namespace wsgauntlet
