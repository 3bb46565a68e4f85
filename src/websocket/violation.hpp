// A rule that a peer broke.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wsgauntlet::websocket {

/// What a peer did, and which rule forbids it.
struct Violation {
  std::uint16_t closeCode = 0;  ///< to fail the connection with; 0: before it is open
  std::string what;             ///< in words; also the reason of our Close frame
  std::string_view clause{};    ///< `RFC 6455 section 5.1`; empty for limits of our own
  bool isShould = false;        ///< the clause says SHOULD, not MUST

  friend bool operator==(const Violation&, const Violation&) = default;
};

}  // namespace wsgauntlet::websocket
