// A socket that accepts connections, and drives a session on each.
#pragma once

#include "base/clock.hpp"
#include "net/loop.hpp"
#include "net/tls_context.hpp"
#include "websocket/session.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace wsgauntlet::net {

/// Where a listener waits for connections.
struct ListenAddress {
  std::string host;             ///< numeric address; empty for all addresses, IPv4 and IPv6
  std::uint16_t port = 0;       ///< 0: the system chooses
  std::string socketPath = {};  ///< of a Unix socket, in place of host and port
  bool noDelay = true;          ///< TCP_NODELAY for the connections
  Duration tlsTimeout = std::chrono::seconds(10);  ///< for the TLS handshake of a client
};

/// Throws InputError when the address cannot be listened on. For finding out before anything is
/// written.
void requireListenable(const ListenAddress& address);

/// A socket that accepts connections until it is destroyed.
class Listener {
 public:
  /// Makes the session for a new connection; `peer` reads like `tcp4:127.0.0.1:9001` or
  /// `unix:/path`.
  using Accept = std::function<std::unique_ptr<websocket::Session>(const std::string& peer)>;
  /// Hears of a peer with which TLS could not be agreed on, or has broken.
  using TlsFailed = std::function<void(const std::string& peer, const std::string& reason)>;

  /// With `tls` all connections speak TLS. Throws InputError when the address cannot be listened
  /// on. The file of a Unix socket that nobody listens on any more is replaced.
  Listener(Loop& loop, const ListenAddress& address, Accept accept,
           std::shared_ptr<const TlsContext> tls = nullptr, TlsFailed tlsFailed = nullptr);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// The port, also where the system chose it; 0 for a Unix socket.
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace wsgauntlet::net
