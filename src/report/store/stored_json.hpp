// Typed access to the JSON of reports, and the inverse of the notation for octets.
#pragma once

#include "base/clock.hpp"
#include "play/wire_log.hpp"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

namespace wsgauntlet::report {

/// For `StoredJson::integer`: no number is too large.
inline constexpr std::uint64_t kAny = std::numeric_limits<std::uint64_t>::max();

/// A value of a report file and where it stands. Everything throws InputError with file, line and
/// JSON pointer when the value is of another kind. `name` and `text` outlive it: the line is looked
/// up only when something is wrong.
class StoredJson {
 public:
  StoredJson(const std::string& name, const std::string& text, const nlohmann::json& value,
             std::string pointer = {})
      : name_(name), text_(text), value_(&value), pointer_(std::move(pointer)) {}

  [[nodiscard]] const nlohmann::json& value() const { return *value_; }
  [[nodiscard]] const std::string& pointer() const { return pointer_; }
  [[noreturn]] void fail(const std::string& message) const;

  [[nodiscard]] bool isNull() const { return value_->is_null(); }
  [[nodiscard]] std::size_t size() const { return value_->size(); }
  [[nodiscard]] bool has(const std::string& key) const;
  /// The value of a key, which must be there.
  [[nodiscard]] StoredJson at(const std::string& key) const;
  /// The element of an array, which must be there.
  [[nodiscard]] StoredJson at(std::size_t index) const;
  void expectObject() const;
  void expectArray() const;

  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] double number() const;
  [[nodiscard]] std::uint64_t integer(std::uint64_t most) const;
  template <typename Number>
  [[nodiscard]] std::optional<Number> integerOrNull(std::uint64_t most) const {
    if (isNull()) return std::nullopt;
    return static_cast<Number>(integer(most));
  }
  [[nodiscard]] std::optional<std::string> textOrNull() const;

 private:
  const std::string& name_;
  const std::string& text_;
  const nlohmann::json* value_;
  std::string pointer_;
};

/// The octets of `textOrHex`.
[[nodiscard]] std::string octetsOf(const std::string& text);
/// The excerpt that `excerptText` shows in this way. Without `length`, the length of one that was
/// cut is not known: it is one more than what is shown.
[[nodiscard]] play::Excerpt excerptOf(const std::string& text,
                                      std::optional<std::uint64_t> length = {});
/// The excerpt that `excerptHex` shows in this way; nothing when it is something else.
[[nodiscard]] std::optional<play::Excerpt> excerptOfHex(const std::string& digits,
                                                        std::uint64_t length);
/// A time as reports write it, such as 2026-11-20T23:55:00.107Z.
[[nodiscard]] WallTime wallTimeOf(const StoredJson& text);
/// The wire log of a report file.
[[nodiscard]] play::WireLog readWireLog(const StoredJson& rows);

}  // namespace wsgauntlet::report
