// Validation of UTF-8 (RFC 3629), as RFC 6455 section 8.1 asks for it.
#pragma once

#include "base/octets.hpp"

#include <cstdint>

namespace wsgauntlet::websocket {

/// Validates a text that comes in pieces, and fails at the earliest octet that cannot be part of
/// any valid text: at the 90 of F4 90, at the A0 of ED A0, at C0 at once. Surrogates, overlong
/// forms and everything above U+10FFFF are refused, non-characters are accepted.
class Utf8Validator {
 public:
  /// Takes the next octets of the text. False from the first bad octet on, until `reset`.
  bool feed(OctetView octets);
  /// The octets so far end with a whole code point, and none of them was bad.
  [[nodiscard]] bool atBoundary() const { return state_ == 0; }
  /// The 0-based index in the text of the offending octet; as long as there is none, the number of
  /// octets taken.
  [[nodiscard]] std::uint64_t index() const { return index_; }
  /// Makes ready for another text.
  void reset() { *this = {}; }

 private:
  std::uint64_t state_ = 0;  // of the automaton in utf8.cpp; 0 is between two code points
  std::uint64_t index_ = 0;
};

/// True when `octets` are a whole valid text.
[[nodiscard]] bool isValidUtf8(OctetView octets);

}  // namespace wsgauntlet::websocket
