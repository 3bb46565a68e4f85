// The grammar of opening handshakes to the letter (RFC 6455 section 4, RFC 7230 section 3): what a
// peer must write. client_handshake.hpp and server_handshake.hpp say what can be worked with.
#pragma once

#include "base/octets.hpp"
#include "websocket/client_handshake.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::websocket {

struct HandshakeBreach {
  bool must = true;  ///< false: a SHOULD
  std::string_view clause;
  std::string what;  ///< what the peer did
};

/// All that is wrong with a client's request; `block` is its header with the empty line.
[[nodiscard]] std::vector<HandshakeBreach> inspectRequest(OctetView block);

/// All that is wrong with a server's 101 response to `request`.
[[nodiscard]] std::vector<HandshakeBreach> inspectResponse(OctetView block,
                                                           const ClientRequest& request);

}  // namespace wsgauntlet::websocket
