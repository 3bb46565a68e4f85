// Opens a great number of connections, holds them, and reports how long that took.
#pragma once

#include "net/loop.hpp"
#include "roles/connect_spec.hpp"
#include "roles/run_log.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wsgauntlet::roles {

struct MassConnectSpec {
  struct Server : ConnectSpec {
    std::string name;
  };

  std::vector<Server> servers;
  std::size_t connections = 10000;
  std::size_t batchSize = 100;                          ///< started at a time
  Duration batchDelay = std::chrono::milliseconds(10);  ///< between batches
  Duration retryDelay = std::chrono::milliseconds(10);  ///< before a try that failed is repeated
  Duration hold = std::chrono::seconds(0);              ///< how long all are kept open
  Duration patience = std::chrono::seconds(30);         ///< without a new connection: given up
  std::uint64_t seed = 0;
};

/// What became of one server. Times to open run from the start of the connection that was opened,
/// through TCP, TLS and the WebSocket handshake.
struct MassConnectFigures {
  std::string name;
  std::string url;
  std::size_t wanted = 0;
  std::size_t connected = 0;
  double seconds = 0;      ///< until the last of them was open
  std::size_t failed = 0;  ///< tries that did not get through to the server
  std::size_t lost = 0;    ///< tries whose handshake was refused or broken off
  std::string lastReason;  ///< of a failed or lost try; empty: there was none
  double p50 = 0;          ///< milliseconds to open
  double p90 = 0;
  double p99 = 0;
  double longest = 0;
  std::size_t dropped = 0;  ///< ended by the server while they were held
  std::size_t clean = 0;    ///< ended with a whole closing handshake

  [[nodiscard]] double perSecond() const {
    return seconds > 0 ? static_cast<double>(connected) / seconds : 0;
  }
  [[nodiscard]] bool complete() const { return connected == wanted && dropped == 0; }
};

/// Goes through the servers, one after another.
class MassConnect {
 public:
  MassConnect(net::Loop& loop, MassConnectSpec spec, RunLog& log);
  ~MassConnect();
  MassConnect(const MassConnect&) = delete;
  MassConnect& operator=(const MassConnect&) = delete;

  /// `done` is called from the loop with the figures of all servers.
  void start(std::function<void(const std::vector<MassConnectFigures>&)> done);

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace wsgauntlet::roles
