// Connections: listening, connecting, and driving sessions over sockets.
#pragma once

#include "base/clock.hpp"
#include "net/loop.hpp"
#include "net/proxy.hpp"
#include "net/tls.hpp"
#include "websocket/session.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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

/// Where a connection goes, and how.
struct ConnectAddress {
  std::string host;
  std::uint16_t port = 0;
  std::string socketPath;                       ///< of a Unix socket, in place of host and port
  bool noDelay = true;                          ///< TCP_NODELAY
  Duration timeout = std::chrono::seconds(30);  ///< for TCP, for a proxy, and for TLS, each
  /// Nothing else runs in the loop: the driver may wait in a read, which saves turns through the
  /// loop and so measures the peer and not us.
  bool exclusive = false;
  std::optional<Proxy> proxy;             ///< HTTP proxy that connects us (CONNECT)
  std::shared_ptr<const TlsContext> tls;  ///< none: plain
  std::string tlsName;                    ///< for SNI and certificate; empty: `host`
};

struct ConnectHandlers {
  /// No address could be reached, the proxy refused, or the TLS handshake failed. Nothing else is
  /// called then. `refused`: a server that is just starting does so; another try may do.
  std::function<void(const std::string& reason, bool refused)> failed;
  /// The transport is connected to this peer, before the session hears of it.
  std::function<void(const std::string& peer)> connected;
  /// The connection is over and its socket is closed. The session is destroyed after the call.
  std::function<void()> ended;
  /// TLS has broken after its handshake, before the session hears of the end. May be absent.
  std::function<void(const std::string& reason)> tlsBroken = nullptr;
};

/// Connects in the background and drives the session. The addresses of a host are tried one after
/// another.
void connect(Loop& loop, const ConnectAddress& address, std::unique_ptr<websocket::Session> session,
             ConnectHandlers handlers);

}  // namespace wsgauntlet::net
