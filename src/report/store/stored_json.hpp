// Typed access to the JSON of reports, and octets in both notations.
#pragma once

#include "base/clock.hpp"
#include "base/json_reader.hpp"
#include "play/result.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json.hpp>

namespace wsgauntlet::report {

/// For `StoredJson::integer`: no number is too large.
inline constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();

/// A value of a report file. Everything throws InputError with file, line and JSON pointer when the
/// value is of another kind: `problems` is a list of the kind that throws.
class StoredJson : public JsonValue {
 public:
  StoredJson(ProblemList& problems, const nlohmann::json& value, std::string pointer = {})
      : JsonValue(problems, &value, std::move(pointer)) {}

  /// Throws InputError with this place.
  [[noreturn]] void fail(const std::string& message) const;

  [[nodiscard]] bool isNull() const { return value().is_null(); }
  [[nodiscard]] std::size_t size() const { return value().size(); }
  /// True for an object with this key.
  [[nodiscard]] bool has(const std::string& key) const;
  [[nodiscard]] StoredJson child(const nlohmann::json& value, std::string_view step) const {
    return {problems(), value, pointerBelow(pointer(), step)};
  }
  /// The value of a key, which must be there.
  [[nodiscard]] StoredJson at(const std::string& key) const;
  /// The element of an array, which must be there.
  [[nodiscard]] StoredJson at(std::size_t index) const;
  [[nodiscard]] std::vector<StoredJson> elements() const { return elementsOf(*this, "a list", 0); }
  void expectObject() const;

  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] bool boolean() const { return *JsonValue::boolean(); }
  [[nodiscard]] double number(double min, double max) const { return *JsonValue::number(min, max); }
  [[nodiscard]] std::uint64_t integer(std::uint64_t max) const {
    return *JsonValue::integer(0, max);
  }
  template <typename Number>
  [[nodiscard]] std::optional<Number> integerOrNull(
      std::uint64_t max = std::numeric_limits<Number>::max()) const {
    if (isNull()) return std::nullopt;
    return static_cast<Number>(integer(max));
  }

  // Octets and payloads are read in both notations: as the original shows them, or exactly as they
  // were (report/store/json.hpp).

  [[nodiscard]] std::string octets() const;
  [[nodiscard]] std::optional<std::string> octetsOrNull() const;
  /// A payload as the original shows it may be cut. Then its length is lost too, except in a frame:
  /// it is given as one more than the octets that are left.
  [[nodiscard]] play::Excerpt payload() const;
  /// An event of a case: one that was received or, which looks the same, one that was expected.
  [[nodiscard]] play::Event event() const;
};

/// The text of a file of a report folder, parsed.
class StoredFile {
 public:
  /// Throws InputError with the line when the text is not JSON. `name` is the file in messages.
  StoredFile(std::string name, std::string text);
  StoredFile(const StoredFile&) = delete;
  StoredFile& operator=(const StoredFile&) = delete;

  /// The whole value; lives as long as the file.
  [[nodiscard]] StoredJson root() { return {problems_, root_}; }

 private:
  std::string name_;
  std::string text_;
  nlohmann::json root_;
  ProblemList problems_;
};

/// The verdicts of a case, by their words.
[[nodiscard]] play::Behavior readBehavior(const StoredJson& word);
[[nodiscard]] play::BehaviorClose readBehaviorClose(const StoredJson& word);
/// A time as reports write it, such as 2026-11-20T23:55:00.107Z.
[[nodiscard]] WallTime wallTimeOf(const StoredJson& text);
}  // namespace wsgauntlet::report
