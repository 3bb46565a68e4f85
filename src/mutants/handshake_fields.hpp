// Fields of opening handshakes, for peers that deviate on purpose.
#pragma once

#include "websocket/http.hpp"

#include <algorithm>
#include <string_view>

namespace wsgauntlet::mutants {

inline constexpr std::string_view kExtensions = "Sec-WebSocket-Extensions";
inline constexpr std::string_view kProtocol = "Sec-WebSocket-Protocol";
inline constexpr std::string_view kKey = "Sec-WebSocket-Key";
inline constexpr std::string_view kVersion = "Sec-WebSocket-Version";
inline constexpr std::string_view kAccept = "Sec-WebSocket-Accept";

/// True when a list of tokens has the token, in whatever letters.
inline bool has(std::string_view list, std::string_view token) {
  const auto tokens = websocket::splitList(list, ',');
  return std::any_of(tokens.begin(), tokens.end(), [&](std::string_view one) {
    return websocket::equalsIgnoringCase(one, token);
  });
}

inline void drop(websocket::HttpFields& fields, std::string_view name) {
  std::erase_if(fields, [&](const auto& field) { return field.first == name; });
}

}  // namespace wsgauntlet::mutants
