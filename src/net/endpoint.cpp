#include "net/endpoint.hpp"

#include "base/error.hpp"

#include <cstring>
#include <netinet/in.h>
#include <sys/un.h>

#include <asio/ip/tcp.hpp>
#include <asio/local/stream_protocol.hpp>
#include <fmt/format.h>

namespace wsgauntlet::net {
namespace {

using asio::ip::tcp;

/// The endpoint as one of TCP; its family is IPv4 or IPv6.
tcp::endpoint asTcp(const Protocol::endpoint& endpoint) {
  tcp::endpoint out;
  out.resize(endpoint.size());
  std::memcpy(out.data(), endpoint.data(), endpoint.size());
  return out;
}

bool isTcp(const Protocol::endpoint& endpoint) {
  const int family = endpoint.protocol().family();
  return family == AF_INET || family == AF_INET6;
}

}  // namespace

Protocol::endpoint ipEndpoint(const std::string& address, std::uint16_t port,
                              std::error_code& error) {
  const auto numeric = asio::ip::make_address(address, error);
  return Protocol::endpoint(tcp::endpoint(numeric, port));
}

Protocol::endpoint unixEndpoint(const std::string& path) {
  constexpr std::size_t kMaxPath = sizeof(sockaddr_un::sun_path) - 1;
  if (path.size() > kMaxPath) {
    throw InputError(
        fmt::format("the path of a Unix socket has at most {} octets: {}", kMaxPath, path));
  }
  return Protocol::endpoint(asio::local::stream_protocol::endpoint(path));
}

std::string peerName(const Protocol::endpoint& endpoint) {
  if (!isTcp(endpoint)) {
    sockaddr_un address{};
    std::memcpy(&address, endpoint.data(), std::min(endpoint.size(), sizeof address));
    return fmt::format("unix:{}", static_cast<const char*>(address.sun_path));
  }
  const tcp::endpoint peer = asTcp(endpoint);
  asio::ip::address address = peer.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
  }
  return fmt::format("{}:{}:{}", address.is_v4() ? "tcp4" : "tcp6", address.to_string(),
                     peer.port());
}

std::uint16_t portOf(const Protocol::endpoint& endpoint) {
  return isTcp(endpoint) ? asTcp(endpoint).port() : std::uint16_t{0};
}

void setNoDelay(Protocol::socket& socket, bool noDelay) {
  std::error_code ignored;
  const Protocol::endpoint local = socket.local_endpoint(ignored);
  if (isTcp(local)) socket.set_option(tcp::no_delay(noDelay), ignored);
}

}  // namespace wsgauntlet::net
