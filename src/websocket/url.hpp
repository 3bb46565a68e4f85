// URLs of WebSocket endpoints (RFC 6455 section 3).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wsgauntlet::websocket {

/// The highest port of TCP.
inline constexpr int kMaxPort = 65535;

/// Where an endpoint is and what is asked for there.
struct Url {
  bool secure = false;  ///< wss
  std::string host;     ///< an IPv6 address is without brackets; "localhost" for ws+unix
  /// 80 for ws and ws+unix, 443 for wss, when the URL has none. 0, for listening: any free one.
  std::uint16_t port = 80;
  std::string resource;    ///< path and query as written; "/" when there is no path
  std::string socketPath;  ///< path of a Unix socket for ws+unix, else empty
};

/// Takes `ws://host:port/path?query`, `wss://…` or `ws+unix:/path/to/socket:/path?query` apart.
/// Throws InputError that says what is wrong.
[[nodiscard]] Url parseUrl(std::string_view text);

/// `host:port`, with an IPv6 address in brackets.
[[nodiscard]] std::string hostAndPort(std::string_view host, std::uint16_t port);

}  // namespace wsgauntlet::websocket
