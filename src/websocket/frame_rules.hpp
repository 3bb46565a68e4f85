// What a frame header must keep to (RFC 6455 sections 5.1 to 5.5, RFC 7692 section 6), as pure
// functions. The first rule that is broken is reported; the texts are those that tools know.
#pragma once

#include "websocket/frame.hpp"
#include "websocket/role.hpp"
#include "websocket/violation.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wsgauntlet::websocket {

/// What the rules for a header depend on in addition to the header.
struct FrameContext {
  Role role = Role::client;    ///< ours
  bool compression = false;    ///< permessage-deflate was negotiated
  bool insideMessage = false;  ///< a fragmented message has begun and not ended
  bool requireMask = true;     ///< server role: refuse frames without a mask
  bool acceptMasked = false;   ///< client role: take frames with a mask
};

/// Judges what is known from the first two octets of a header. `lengthField` is the 7-bit length.
[[nodiscard]] std::optional<Violation> checkFirstTwoOctets(const FrameHeader& header,
                                                           std::uint8_t lengthField,
                                                           const FrameContext& context);

/// Judges the length of a complete header: shortest form, below 2^63.
[[nodiscard]] std::optional<Violation> checkLength(const FrameHeader& header);

}  // namespace wsgauntlet::websocket
