// A server that sends everyone what anyone says, and a client that listens to it.
#pragma once

#include "net/loop.hpp"
#include "roles/connect_spec.hpp"
#include "roles/plain_server.hpp"
#include "roles/run_log.hpp"

#include <cstdint>
#include <functional>
#include <memory>

namespace wsgauntlet::roles {

/// Sends each message to all clients, its sender included, and `tick N` each second.
class BroadcastServer {
 public:
  /// Listens. Throws InputError when the address cannot be used.
  BroadcastServer(net::Loop& loop, ServeSpec spec, RunLog& log);
  ~BroadcastServer();
  BroadcastServer(const BroadcastServer&) = delete;
  BroadcastServer& operator=(const BroadcastServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

struct BroadcastClientSpec : ConnectSpec {
  Duration connectRetry = std::chrono::seconds(10);  ///< how long a refusal is tried again
  std::uint64_t seed = 0;
};

/// Says hello when connected and every two seconds, and prints what it hears, until the connection
/// ends. `done` is called from the loop then; false: the server could not be reached. `spec` lives
/// as long as the loop runs.
void runBroadcastClient(net::Loop& loop, const BroadcastClientSpec& spec, RunLog& log,
                        std::function<void(bool reached)> done);

}  // namespace wsgauntlet::roles
