// The opening handshake of a client (RFC 6455 section 4.1).
#pragma once

#include "websocket/extensions.hpp"
#include "websocket/http.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::websocket {

struct ClientRequest {
  std::string host;  ///< an IPv6 address is without brackets
  std::uint16_t port = 80;
  std::string authority;  ///< value of the Host field; empty: host and port
  std::string resource = "/";
  std::optional<std::string> userAgent;
  std::string origin;                        ///< empty: no such header
  std::vector<std::string> protocols;        ///< offered subprotocols; none: no such header
  std::vector<ExtensionElement> extensions;  ///< offers; none: no such header
  int version = 18;         ///< of the draft, as spec files count it; see `handshakeVersion`
  HttpFields extraHeaders;  ///< before Sec-WebSocket-Key
  std::string key;          ///< from `makeKey`
  std::optional<std::string> octets;  ///< written in place of what the fields above make
  std::optional<std::uint32_t> chop;  ///< in pieces of this many octets
};

/// The value of Sec-WebSocket-Version for the `version` of a spec file: 8 for the drafts 10 to 12,
/// 13 for 13 to 18 (18 is RFC 6455). Nothing for other numbers.
[[nodiscard]] std::optional<int> handshakeVersion(int draft);

/// The octets of the request, blank line included. Nothing is checked: what comes from a user goes
/// through `requireField` first. An unknown `version` is written as 13.
[[nodiscard]] std::string buildRequest(const ClientRequest& request);

/// What became of the response to a request.
struct ResponseVerdict {
  std::string failure;      ///< empty exactly when the connection is open
  std::string subprotocol;  ///< empty when the server selected none
  std::vector<ExtensionElement> extensions;
  std::optional<DeflateParameters> deflate;
  /// A rule of RFC 7692 that the response breaks although it can be worked with, see
  /// `DeflateAnswer::mismatch`.
  std::string mismatch;

  [[nodiscard]] bool accepted() const { return failure.empty(); }
};

/// Judges the server's response; the first rule that is broken is reported.
[[nodiscard]] ResponseVerdict checkResponse(const HttpHead& head, const ClientRequest& request);

}  // namespace wsgauntlet::websocket
