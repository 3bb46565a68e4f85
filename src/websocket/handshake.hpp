// Keys of the opening handshake (RFC 6455 section 4). The two ends are in client_handshake.hpp and
// server_handshake.hpp.
#pragma once

#include "base/random.hpp"
#include "websocket/client_handshake.hpp"
#include "websocket/server_handshake.hpp"

#include <string>
#include <string_view>

namespace wsgauntlet::websocket {

/// The value of Sec-WebSocket-Accept for a Sec-WebSocket-Key (RFC 6455 section 4.2.2).
[[nodiscard]] std::string acceptKey(std::string_view key);

/// A Sec-WebSocket-Key: 16 random octets in base64.
[[nodiscard]] std::string makeKey(Random& random);

/// The value of an Authorization field for `user:password` (RFC 7617).
[[nodiscard]] std::string basicAuth(std::string_view credentials);

}  // namespace wsgauntlet::websocket
