// The opening handshake of a server (RFC 6455 section 4.2), and what it says to others than
// WebSocket clients.
#pragma once

#include "websocket/extensions.hpp"
#include "websocket/http.hpp"

#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace wsgauntlet::websocket {

/// What our server accepts.
struct ServerPolicy {
  /// Patterns with `*`, each matched with the beginning of the origin. A request without an Origin
  /// header has the origin "".
  std::vector<std::string> allowedOrigins{"*"};
  /// Values of Sec-WebSocket-Version. Those that are not implemented (all but 8 and 13) are
  /// ignored.
  std::vector<int> versions{13, 8};
  bool webStatus = true;               ///< answer a plain GET with a page; false: 426
  bool maxConnectionsReached = false;  ///< refuse what would be accepted with 503
};

/// A request that may be answered with 101.
struct Accepted {
  RequestTarget target;
  FormFields parameters;  ///< of the query, decoded
  std::string host;       ///< value of the Host header
  std::string origin;     ///< empty when there is none
  int version = 13;       ///< 13 or 8
  std::string key;
  std::vector<std::string> protocols;        ///< in the client's order
  std::vector<ExtensionElement> extensions;  ///< offers, in the client's order
};

/// A request that is answered with an error.
struct Refused {
  int code = 400;
  std::string reason;  ///< in the status line
  HttpFields headers;
};

/// A plain GET that is answered with the status page.
struct StatusPage {
  std::string redirectTo;  ///< empty: the page stays
  int afterSeconds = 0;
};

/// A plain GET that is answered with 303.
struct Redirect {
  std::string location;
};

using RequestVerdict = std::variant<Accepted, Refused, StatusPage, Redirect>;

/// Judges a client's request; the first rule that is broken is reported. Any port in the Host
/// header is fine, since it may be a mapped one.
[[nodiscard]] RequestVerdict checkRequest(const HttpHead& head, const ServerPolicy& policy);

}  // namespace wsgauntlet::websocket
