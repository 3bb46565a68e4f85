// The answers of a server to opening handshakes and to browsers.
#pragma once

#include "websocket/server_handshake.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::websocket {

/// The fields of the response that opens a connection.
struct ServerResponse {
  std::string server;       ///< empty: no such header
  std::string poweredBy;    ///< empty: no such header
  HttpFields extraHeaders;  ///< after these two
  std::string subprotocol;  ///< empty: none is selected
  std::string key;          ///< the client's Sec-WebSocket-Key
  std::string extensions;   ///< `Negotiated::header`; empty: none
};

/// The octets of the answers, header and body. After all but the first the connection is closed.
/// `server` is the value of the Server header.
[[nodiscard]] std::string buildResponse(const ServerResponse& response);
[[nodiscard]] std::string buildRefusal(const Refused& refused);
[[nodiscard]] std::string buildStatusPage(const StatusPage& page, std::string_view server);
[[nodiscard]] std::string buildRedirect(const Redirect& redirect, std::string_view server);

}  // namespace wsgauntlet::websocket
