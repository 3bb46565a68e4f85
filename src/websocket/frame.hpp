// The header of a frame (RFC 6455 section 5.2). Nothing is judged here: frame_rules.hpp does that.
#pragma once

#include "base/octets.hpp"
#include "websocket/mask.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace wsgauntlet::websocket {

/// Values of the opcode field (RFC 6455 section 11.8).
enum Opcode : std::uint8_t {
  kContinuation = 0,
  kText = 1,
  kBinary = 2,
  kClose = 8,
  kPing = 9,
  kPong = 10,
};

/// Control opcodes are those with the highest of the four bits set, also the reserved ones.
[[nodiscard]] constexpr bool isControl(std::uint8_t opcode) {
  return (opcode & 0x08U) != 0;
}

/// RSV1, which marks the first frame of a compressed message (RFC 7692 section 6).
inline constexpr std::uint8_t kRsv1 = 4;

struct FrameHeader {
  bool fin = true;
  std::uint8_t rsv = 0;     ///< 0 to 7; RSV1 is 4, RSV2 is 2, RSV3 is 1
  std::uint8_t opcode = 0;  ///< 0 to 15
  /// Engaged when the mask bit is set.
  std::optional<MaskKey> mask = std::nullopt;
  std::uint64_t length = 0;  ///< octets of payload as the header declares them
  /// Octets of the extended length: 0, 2 or 8. When a header is written, it is a lower bound.
  std::uint8_t lengthOctets = 0;
};

/// The longest header: 2 octets, 8 of extended length, 4 of masking key.
inline constexpr std::size_t kMaxHeaderOctets = 14;

/// Writes a header and gives its length in octets. The shortest form of the length is taken, unless
/// `lengthOctets` asks for a longer one. Bits of `rsv` and `opcode` that have no room are dropped;
/// the highest bit of a 64-bit length is written as given.
std::size_t encodeHeader(const FrameHeader& header, std::span<char, kMaxHeaderOctets> out);

/// Takes a header from octets that come in pieces.
class FrameHeaderReader {
 public:
  /// Consumes octets of the header from the front of `input`, and no others. True when the header
  /// is complete; then nothing is consumed until `reset`.
  bool feed(OctetView& input);

  /// The first two octets are in: `fin`, `rsv`, `opcode`, `lengthField` and whether there is a
  /// mask are known. Length and key are valid when the header is complete.
  [[nodiscard]] bool firstTwoOctets() const { return have_ >= 2; }
  [[nodiscard]] bool complete() const { return have_ >= 2 && have_ == need_; }
  /// No octet was taken since the last `reset`.
  [[nodiscard]] bool empty() const { return have_ == 0; }
  [[nodiscard]] const FrameHeader& header() const { return header_; }
  /// The 7-bit length of the second octet, 0 to 127.
  [[nodiscard]] std::uint8_t lengthField() const { return lengthField_; }
  /// The octets of the header that are in, as they came.
  [[nodiscard]] OctetView octets() const { return {octets_.data(), have_}; }
  /// Makes ready for the next header.
  void reset() { *this = {}; }

 private:
  void take(OctetView& input);
  void readFirstTwo();
  void readRest();

  std::array<char, kMaxHeaderOctets> octets_{};
  std::size_t have_ = 0;
  std::size_t need_ = 2;  // grows once the second octet is known
  std::uint8_t lengthField_ = 0;
  FrameHeader header_;
};

}  // namespace wsgauntlet::websocket
