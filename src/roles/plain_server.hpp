// A server without cases: every request is accepted, on every path.
#pragma once

#include "mutants/mutations.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/tls_context.hpp"
#include "roles/run_log.hpp"
#include "roles/simple_session.hpp"
#include "websocket/http.hpp"
#include "websocket/options.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wsgauntlet::roles {

struct ServeSpec {
  std::string name;  ///< of the Server field
  net::ListenAddress listen;
  std::shared_ptr<const net::TlsContext> tls;  ///< for wss
  websocket::Options options;
  std::vector<std::string> protocols;  ///< subprotocols that are selected when a client offers them
  websocket::HttpFields headers;       ///< further fields of the answers that open a connection
  bool compression = true;             ///< accept permessage-deflate
  mutants::Mutation mutation = mutants::Mutation::none;
  std::uint64_t seed = 0;
};

class PlainServer {
 public:
  /// Makes the session that serves a client.
  using Serve = std::function<std::unique_ptr<websocket::Session>(
      const websocket::Options& options, Random random, SimpleSession::Answer answer)>;

  /// Listens, until it is destroyed. Throws InputError when the address cannot be used.
  PlainServer(net::Loop& loop, ServeSpec spec, RunLog& log, Serve serve);
  ~PlainServer();
  PlainServer(const PlainServer&) = delete;
  PlainServer& operator=(const PlainServer&) = delete;

  /// The port, also where the system chose it; 0 for a Unix socket.
  [[nodiscard]] std::uint16_t port() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace wsgauntlet::roles
