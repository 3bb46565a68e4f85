// What happens on a socket before its driver starts: the TLS handshake.
#pragma once

#include "base/clock.hpp"
#include "net/endpoint.hpp"
#include "net/tls_context.hpp"
#include "net/tls_stream.hpp"

#include <functional>
#include <memory>
#include <string>

namespace wsgauntlet::net {

/// How a TLS handshake ended.
struct TlsOutcome {
  Protocol::socket socket;
  std::unique_ptr<TlsStream> tls;  ///< none when it failed
  std::string failure;             ///< empty when it did not
  bool vanished = false;           ///< the peer just ended the connection
};

/// Shakes hands in the background. `done` is called once, from the loop; the socket is closed when
/// it failed. `name` as for `TlsStream`; `timeout` 0 is none.
void shakeHands(Protocol::socket socket, const std::shared_ptr<const TlsContext>& context,
                const std::string& name, Duration timeout, std::function<void(TlsOutcome)> done);

}  // namespace wsgauntlet::net
