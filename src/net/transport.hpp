// Connections: listening, connecting, and driving sessions over sockets.
#pragma once

#include "base/clock.hpp"
#include "net/loop.hpp"
#include "websocket/session.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace wsgauntlet::net {

/// Where a listener waits for connections.
struct ListenAddress {
  std::string host;        ///< numeric address; empty for all IPv4 addresses
  std::uint16_t port = 0;  ///< 0: the system chooses
};

/// Throws InputError when the address cannot be listened on. For finding out before anything is
/// written.
void requireListenable(const ListenAddress& address);

/// A socket that accepts connections until it is destroyed.
class Listener {
 public:
  /// Makes the session for a new connection; `peer` reads like `tcp4:127.0.0.1:9001`.
  using Accept = std::function<std::unique_ptr<websocket::Session>(const std::string& peer)>;

  /// Throws InputError when the address cannot be listened on.
  Listener(Loop& loop, const ListenAddress& address, Accept accept);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// The port, also where the system chose it.
  [[nodiscard]] std::uint16_t port() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// Where a connection goes.
struct ConnectAddress {
  std::string host;
  std::uint16_t port = 0;
  bool noDelay = true;                          ///< TCP_NODELAY
  Duration timeout = std::chrono::seconds(30);  ///< for each address of the host
  /// Nothing else runs in the loop: the driver may wait in a read, which saves turns through the
  /// loop and so measures the peer and not us.
  bool exclusive = false;
};

struct ConnectHandlers {
  /// No address could be reached, with the reason of the last. Nothing else is called then.
  std::function<void(const std::string& reason, bool refused)> failed;
  /// TCP is connected to this peer, before the session hears of it.
  std::function<void(const std::string& peer)> connected;
  /// The connection is over and its socket is closed. The session is destroyed after the call.
  std::function<void()> ended;
};

/// Connects in the background and drives the session.
void connect(Loop& loop, const ConnectAddress& address, std::unique_ptr<websocket::Session> session,
             ConnectHandlers handlers);

}  // namespace wsgauntlet::net
