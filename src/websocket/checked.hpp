#pragma once

#include <optional>
#include <string>
#include <utility>

namespace wsgauntlet::websocket {

/// What a check of a peer's octets gives: a value, or the text of the rule that was broken.
template <class T>
struct Checked {
  std::optional<T> value;
  std::string error;  ///< empty exactly when there is a value

  [[nodiscard]] bool ok() const { return value.has_value(); }

  static Checked good(T what) { return {std::move(what), {}}; }
  static Checked bad(std::string why) { return {std::nullopt, std::move(why)}; }
};

}  // namespace wsgauntlet::websocket
