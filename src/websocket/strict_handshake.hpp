// The grammar of opening handshakes to the letter (RFC 6455 section 4, RFC 7230 section 3): what a
// peer must write. client_handshake.hpp and server_handshake.hpp say what can be worked with.
#pragma once

#include "base/octets.hpp"
#include "websocket/client_handshake.hpp"
#include "websocket/violation.hpp"

#include <vector>

namespace wsgauntlet::websocket {

/// All that is wrong with a client's request; `block` is its header with the empty line.
[[nodiscard]] std::vector<Violation> inspectRequest(OctetView block);

/// All that is wrong with a server's 101 response to `request`.
[[nodiscard]] std::vector<Violation> inspectResponse(OctetView block, const ClientRequest& request);

}  // namespace wsgauntlet::websocket
