// Addresses of sockets of any family.
#pragma once

#include <cstdint>
#include <string>

#include <asio/generic/stream_protocol.hpp>

namespace wsgauntlet::net {

using Protocol = asio::generic::stream_protocol;

/// `address` is numeric.
[[nodiscard]] Protocol::endpoint ipEndpoint(const std::string& address, std::uint16_t port,
                                            std::error_code& error);
/// Throws InputError when the path is too long for a socket.
[[nodiscard]] Protocol::endpoint unixEndpoint(const std::string& path);

/// `tcp4:127.0.0.1:9001`, `tcp6:::1:9001`, or `unix:` and the path. An IPv4 address that is mapped
/// into IPv6 reads as IPv4.
[[nodiscard]] std::string peerName(const Protocol::endpoint& endpoint);

/// The port; 0 when the family has none.
[[nodiscard]] std::uint16_t portOf(const Protocol::endpoint& endpoint);

/// Sets TCP_NODELAY, where there is such a thing.
void setNoDelay(Protocol::socket& socket, bool noDelay);

}  // namespace wsgauntlet::net
