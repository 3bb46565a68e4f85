#include "websocket/close_code.hpp"

namespace wsgauntlet::websocket {

bool isAllowedOnWire(std::uint16_t code) {
  switch (code) {
    case 1000:  // normal closure
    case 1001:  // going away
    case 1002:  // protocol error
    case 1003:  // unsupported data
    case 1007:  // invalid payload data
    case 1008:  // policy violation
    case 1009:  // message too big
    case 1010:  // mandatory extension
    case 1011:  // internal error
    case 1012:  // service restart (IANA)
    case 1013:  // try again later (IANA)
    case 1014:  // bad gateway (IANA)
      return true;
    default:  // 1004 is undefined; 1005, 1006 and 1015 are never sent
      return code >= 3000 && code <= 4999;
  }
}

std::optional<std::uint16_t> closeCodeOf(OctetView payload) {
  if (payload.size() < 2) return std::nullopt;
  return static_cast<std::uint16_t>(
      (static_cast<unsigned>(static_cast<unsigned char>(payload[0])) << 8U) |
      static_cast<unsigned char>(payload[1]));
}

}  // namespace wsgauntlet::websocket
