// How a role reaches a server, and what it asks for there.
#pragma once

#include "net/connector.hpp"
#include "net/proxy.hpp"
#include "net/tls_context.hpp"
#include "roles/run_log.hpp"
#include "websocket/client_handshake.hpp"
#include "websocket/http.hpp"
#include "websocket/options.hpp"
#include "websocket/url.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::roles {

struct ConnectSpec {
  std::string urlText;  ///< as the user wrote it
  websocket::Url url;
  std::shared_ptr<const net::TlsContext> tls;  ///< for wss
  std::string hostname;                        ///< for SNI and certificate; empty: that of the URL
  std::optional<net::Proxy> proxy;
  websocket::Options options;
  std::string origin;
  std::vector<std::string> protocols;  ///< offered subprotocols
  /// Beside those of the handshake. Host and User-Agent replace ours.
  websocket::HttpFields headers;
};

[[nodiscard]] net::ConnectAddress addressOf(const ConnectSpec& spec);

/// The request for the URL's resource; `userAgent` empty: no such field.
[[nodiscard]] websocket::ClientRequest requestOf(const ConnectSpec& spec,
                                                 const std::string& userAgent);

/// Connects, with a session of `makeSession` for each try, and drives the session to its end. A
/// refusal is tried again for `retry`; `log` hears of the last one. `done` hears whether the
/// server was reached. `spec` lives as long as the loop runs.
void reach(net::Loop& loop, const ConnectSpec& spec, Duration retry,
           std::function<std::unique_ptr<websocket::Session>()> makeSession, RunLog& log,
           std::function<void(bool reached)> done);

}  // namespace wsgauntlet::roles
