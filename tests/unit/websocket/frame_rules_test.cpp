#include "websocket/frame_rules.hpp"

#include "websocket/close_code.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

/// The text of the rule that a header from a server breaks, or nothing.
std::string frameVerdict(FrameHeader header, const FrameContext& context = {}) {
  const auto field = static_cast<std::uint8_t>(header.length);
  const auto violation = checkFirstTwoOctets(header, field, context);
  if (!violation) return "";
  EXPECT_EQ(violation->closeCode, 1002);
  return violation->what;
}

const FrameContext kCompressed{.compression = true};
const FrameContext kInside{.insideMessage = true};
const FrameContext kServer{.role = Role::server};

TEST(FrameRules, LegalFrames) {
  EXPECT_EQ(frameVerdict({.opcode = kText}), "");
  EXPECT_EQ(frameVerdict({.fin = false, .opcode = kBinary, .length = 126}), "");
  EXPECT_EQ(frameVerdict({.opcode = kContinuation}, kInside), "");
  EXPECT_EQ(frameVerdict({.opcode = kPing, .length = 125}, kInside), "");
  EXPECT_EQ(frameVerdict({.opcode = kClose}), "");
  EXPECT_EQ(frameVerdict({.opcode = kClose, .length = 2}), "");
  EXPECT_EQ(frameVerdict({.rsv = kRsv1, .opcode = kText}, kCompressed), "");
  EXPECT_EQ(frameVerdict({.opcode = kText, .mask = MaskKey{}}, kServer), "");
  EXPECT_EQ(frameVerdict({.opcode = kText}, {.role = Role::server, .requireMask = false}), "");
  EXPECT_EQ(frameVerdict({.opcode = kText, .mask = MaskKey{}}, {.acceptMasked = true}), "");
}

TEST(FrameRules, ReservedBits) {
  EXPECT_EQ(frameVerdict({.rsv = 4, .opcode = kText}), "RSV = 4 and no extension negotiated");
  EXPECT_EQ(frameVerdict({.rsv = 1, .opcode = kText}), "RSV = 1 and no extension negotiated");
  EXPECT_EQ(frameVerdict({.rsv = 5, .opcode = kText}, kCompressed),
            "RSV = 5 and no extension negotiated");
}

TEST(FrameRules, Masks) {
  EXPECT_EQ(frameVerdict({.opcode = kText}, kServer), "unmasked client-to-server frame");
  EXPECT_EQ(frameVerdict({.opcode = kText, .mask = MaskKey{}}), "masked server-to-client frame");
}

TEST(FrameRules, ControlFrames) {
  EXPECT_EQ(frameVerdict({.fin = false, .opcode = kPing}), "fragmented control frame");
  EXPECT_EQ(frameVerdict({.opcode = kPing, .length = 126}),
            "control frame with payload length > 125 octets");
  EXPECT_EQ(frameVerdict({.opcode = 11}), "control frame using reserved opcode 11");
  EXPECT_EQ(frameVerdict({.opcode = 15}), "control frame using reserved opcode 15");
  EXPECT_EQ(frameVerdict({.opcode = kClose, .length = 1}),
            "received close control frame with payload len 1");
  EXPECT_EQ(frameVerdict({.opcode = kPing, .length = 1}), "");
  EXPECT_EQ(frameVerdict({.rsv = kRsv1, .opcode = kPong}, kCompressed),
            "received compressed control frame [permessage-deflate]");
}

TEST(FrameRules, DataFrames) {
  EXPECT_EQ(frameVerdict({.opcode = 3}), "data frame using reserved opcode 3");
  EXPECT_EQ(frameVerdict({.opcode = 7}, kInside), "data frame using reserved opcode 7");
  EXPECT_EQ(frameVerdict({.opcode = kContinuation}),
            "received continuation data frame outside fragmented message");
  EXPECT_EQ(frameVerdict({.opcode = kText}, kInside),
            "received non-continuation data frame while inside fragmented message");
  EXPECT_EQ(frameVerdict({.rsv = kRsv1, .opcode = kContinuation},
                         {.compression = true, .insideMessage = true}),
            "received continuation data frame with compress bit set [permessage-deflate]");
}

TEST(FrameRules, TheFirstBrokenRuleIsTold) {
  FrameHeader everything{.fin = false, .rsv = 7, .opcode = 11, .mask = MaskKey{}, .length = 127};
  EXPECT_EQ(frameVerdict(everything), "RSV = 7 and no extension negotiated");
  everything.rsv = 0;
  EXPECT_EQ(frameVerdict(everything), "masked server-to-client frame");
  everything.mask.reset();
  EXPECT_EQ(frameVerdict(everything, kServer), "unmasked client-to-server frame");
  EXPECT_EQ(frameVerdict(everything), "fragmented control frame");
  everything.fin = true;
  EXPECT_EQ(frameVerdict(everything), "control frame with payload length > 125 octets");
  everything.length = 1;
  EXPECT_EQ(frameVerdict(everything), "control frame using reserved opcode 11");
}

std::string lengthVerdict(std::uint64_t length, std::uint8_t lengthOctets) {
  const auto violation = checkLength({.length = length, .lengthOctets = lengthOctets});
  if (!violation) return "";
  EXPECT_EQ(violation->closeCode, 1002);
  return violation->what;
}

TEST(FrameRules, Lengths) {
  const std::string tooLong = "invalid data frame length (not using minimal length encoding)";
  EXPECT_EQ(lengthVerdict(125, 0), "");
  EXPECT_EQ(lengthVerdict(125, 2), tooLong);
  EXPECT_EQ(lengthVerdict(126, 2), "");
  EXPECT_EQ(lengthVerdict(65535, 8), tooLong);
  EXPECT_EQ(lengthVerdict(65536, 8), "");
  EXPECT_EQ(lengthVerdict((std::uint64_t{1} << 63U) - 1, 8), "");
  EXPECT_EQ(lengthVerdict(std::uint64_t{1} << 63U, 8), "invalid data frame length (>2^63)");
}

TEST(CloseCode, AllowedOnWire) {
  const auto expected = [](unsigned code) {
    if (code >= 3000 && code < 5000) return true;
    return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
  };
  for (unsigned code = 0; code <= 0xFFFF; ++code) {
    EXPECT_EQ(isAllowedOnWire(static_cast<std::uint16_t>(code)), expected(code)) << code;
  }
}

}  // namespace
}  // namespace wsgauntlet::websocket
