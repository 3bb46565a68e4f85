#include "websocket/frame_rules.hpp"

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

constexpr std::uint16_t kProtocolError = 1002;

Violation broken(std::string reason, std::string_view clause) {
  return {kProtocolError, std::move(reason), clause};
}

std::optional<Violation> checkControl(const FrameHeader& header, std::uint8_t lengthField,
                                      bool compression) {
  if (!header.fin) return broken("fragmented control frame", "RFC 6455 section 5.5");
  if (lengthField > 125)
    return broken("control frame with payload length > 125 octets", "RFC 6455 section 5.5");
  if (header.opcode > kPong) {
    return broken(fmt::format("control frame using reserved opcode {}", header.opcode),
                  "RFC 6455 section 5.2");
  }
  if (header.opcode == kClose && lengthField == 1) {
    return broken("received close control frame with payload len 1", "RFC 6455 section 5.5.1");
  }
  if (compression && header.rsv == kRsv1) {
    return broken("received compressed control frame [permessage-deflate]", "RFC 7692 section 6.1");
  }
  return std::nullopt;
}

std::optional<Violation> checkData(const FrameHeader& header, const FrameContext& context) {
  if (header.opcode > kBinary) {
    return broken(fmt::format("data frame using reserved opcode {}", header.opcode),
                  "RFC 6455 section 5.2");
  }
  const bool continuation = header.opcode == kContinuation;
  if (continuation && !context.insideMessage) {
    return broken("received continuation data frame outside fragmented message",
                  "RFC 6455 section 5.4");
  }
  if (!continuation && context.insideMessage) {
    return broken("received non-continuation data frame while inside fragmented message",
                  "RFC 6455 section 5.4");
  }
  if (continuation && context.compression && header.rsv == kRsv1) {
    return broken("received continuation data frame with compress bit set [permessage-deflate]",
                  "RFC 7692 section 6.1");
  }
  return std::nullopt;
}

}  // namespace

std::optional<Violation> checkFirstTwoOctets(const FrameHeader& header, std::uint8_t lengthField,
                                             const FrameContext& context) {
  if (header.rsv != 0 && !(context.compression && header.rsv == kRsv1)) {
    return broken(fmt::format("RSV = {} and no extension negotiated", header.rsv),
                  "RFC 6455 section 5.2");
  }
  if (context.role == Role::server && context.requireMask && !header.mask) {
    return broken("unmasked client-to-server frame", "RFC 6455 section 5.1");
  }
  if (context.role == Role::client && !context.acceptMasked && header.mask) {
    return broken("masked server-to-client frame", "RFC 6455 section 5.1");
  }
  return isControl(header.opcode) ? checkControl(header, lengthField, context.compression)
                                  : checkData(header, context);
}

std::optional<Violation> checkLength(const FrameHeader& header) {
  if ((header.lengthOctets == 2 && header.length < 126) ||
      (header.lengthOctets == 8 && header.length < 65536)) {
    return broken("invalid data frame length (not using minimal length encoding)",
                  "RFC 6455 section 5.2");
  }
  if ((header.length >> 63U) != 0)
    return broken("invalid data frame length (>2^63)", "RFC 6455 section 5.2");
  return std::nullopt;
}

}  // namespace wsgauntlet::websocket
