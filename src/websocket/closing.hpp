// How a connection ended (RFC 6455 section 7), in the terms of the reports.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace wsgauntlet::websocket {

struct Closing {
  bool closedByMe = false;   ///< our Close frame was not a reply
  bool failedByMe = false;   ///< we failed the connection
  bool droppedByMe = false;  ///< we closed or reset TCP
  bool wasClean = false;     ///< a Close frame was sent and received
  bool wasOpenHandshakeTimeout = false;
  bool wasCloseHandshakeTimeout = false;
  bool wasServerConnectionDropTimeout = false;
  std::optional<std::string> wasNotCleanReason;
  std::optional<std::uint16_t> localCloseCode;
  std::optional<std::string> localCloseReason;
  std::optional<std::uint16_t> remoteCloseCode;
  std::optional<std::string> remoteCloseReason;

  bool operator==(const Closing&) const = default;
};

}  // namespace wsgauntlet::websocket
