// Connections that we open: by TCP, through a proxy, with TLS or without.
#pragma once

#include "base/clock.hpp"
#include "net/loop.hpp"
#include "net/proxy.hpp"
#include "net/tls_context.hpp"
#include "websocket/session.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace wsgauntlet::net {

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
