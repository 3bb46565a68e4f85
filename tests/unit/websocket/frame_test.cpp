#include "websocket/frame.hpp"

#include "base/hex.hpp"
#include "pieces.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

constexpr MaskKey kKey{0x37, 0xfa, 0x21, 0x3d};

std::string encoded(const FrameHeader& header) {
  std::array<char, kMaxHeaderOctets> out{};
  const std::size_t length = encodeHeader(header, out);
  return toHex({out.data(), length});
}

TEST(EncodeHeader, SamplesOfRfc6455Section57) {
  EXPECT_EQ(encoded({.opcode = kText, .length = 5}), "8105");
  EXPECT_EQ(encoded({.opcode = kText, .mask = kKey, .length = 5}), "818537fa213d");
  EXPECT_EQ(encoded({.fin = false, .opcode = kText, .length = 3}), "0103");
  EXPECT_EQ(encoded({.opcode = kContinuation, .length = 2}), "8002");
  EXPECT_EQ(encoded({.opcode = kBinary, .length = 256}), "827e0100");
  EXPECT_EQ(encoded({.opcode = kBinary, .length = 65536}), "827f0000000000010000");
}

TEST(EncodeHeader, TakesTheShortestLength) {
  EXPECT_EQ(encoded({.opcode = kBinary, .length = 125}), "827d");
  EXPECT_EQ(encoded({.opcode = kBinary, .length = 126}), "827e007e");
  EXPECT_EQ(encoded({.opcode = kBinary, .length = 65535}), "827effff");
}

TEST(EncodeHeader, WritesALongerLengthWhenAsked) {
  EXPECT_EQ(encoded({.opcode = kBinary, .length = 5, .lengthOctets = 2}), "827e0005");
  EXPECT_EQ(encoded({.opcode = kBinary, .length = 5, .lengthOctets = 8}), "827f0000000000000005");
  EXPECT_EQ(encoded({.opcode = kBinary, .length = 65536, .lengthOctets = 2}),
            "827f0000000000010000");
  EXPECT_EQ(encoded({.opcode = kBinary, .length = ~std::uint64_t{0}}), "827fffffffffffffffff");
}

TEST(EncodeHeader, WritesReservedBitsAndOpcodes) {
  EXPECT_EQ(encoded({.rsv = 7, .opcode = 15}), "ff00");
  EXPECT_EQ(encoded({.fin = false, .rsv = kRsv1, .opcode = kText}), "4100");
}

void expectHeader(const FrameHeader& read, const FrameHeader& written) {
  EXPECT_EQ(read.fin, written.fin);
  EXPECT_EQ(read.rsv, written.rsv);
  EXPECT_EQ(read.opcode, written.opcode);
  EXPECT_EQ(read.mask, written.mask);
  EXPECT_EQ(read.length, written.length);
}

TEST(FrameHeaderReader, ReadsWhatWasWrittenInAnyPieces) {
  Random random(1);
  const std::uint64_t lengths[] = {0, 1, 125, 126, 65535, 65536, ~std::uint64_t{0}};
  for (int round = 0; round < 2000; ++round) {
    FrameHeader header{.fin = random.next() % 2 == 0,
                       .rsv = static_cast<std::uint8_t>(random.next() % 8),
                       .opcode = static_cast<std::uint8_t>(random.next() % 16),
                       .mask = {},
                       .length = lengths[random.next() % std::size(lengths)]};
    if (random.next() % 2 == 0) header.mask = kKey;
    std::array<char, kMaxHeaderOctets> out{};
    const Octets wire = Octets(out.data(), encodeHeader(header, out)) + "payload";
    const std::size_t headerLength = wire.size() - 7;
    for (const auto& pieces : allWays(wire, random)) {
      FrameHeaderReader reader;
      std::size_t consumed = 0;
      for (OctetView piece : pieces) {
        const std::size_t before = piece.size();
        const bool done = reader.feed(piece);
        consumed += before - piece.size();
        EXPECT_EQ(done, consumed == headerLength);
        EXPECT_EQ(reader.complete(), done);
        EXPECT_EQ(reader.firstTwoOctets(), consumed >= 2);
      }
      EXPECT_EQ(consumed, headerLength);
      EXPECT_EQ(reader.octets(), wire.substr(0, headerLength));
      expectHeader(reader.header(), header);
    }
  }
}

TEST(FrameHeaderReader, KnowsFlagsOpcodeAndMaskFromTwoOctets) {
  FrameHeaderReader reader;
  EXPECT_TRUE(reader.empty());
  OctetView input = "\xc8";
  EXPECT_FALSE(reader.feed(input));
  EXPECT_FALSE(reader.firstTwoOctets());
  input = "\xfe";
  EXPECT_FALSE(reader.feed(input));
  EXPECT_TRUE(reader.firstTwoOctets());
  EXPECT_FALSE(reader.complete());
  EXPECT_TRUE(reader.header().fin);
  EXPECT_EQ(reader.header().rsv, 4);
  EXPECT_EQ(reader.header().opcode, kClose);
  EXPECT_EQ(reader.lengthField(), 126);
  EXPECT_TRUE(reader.header().mask);
  EXPECT_EQ(reader.header().lengthOctets, 2);
}

TEST(FrameHeaderReader, ResetBeginsAnew) {
  FrameHeaderReader reader;
  OctetView input("\x81\x05\x8a\x80\x01\x02\x03\x04", 8);
  EXPECT_TRUE(reader.feed(input));
  EXPECT_EQ(input.size(), 6U);
  EXPECT_TRUE(reader.feed(input)) << "nothing is taken until reset";
  EXPECT_EQ(input.size(), 6U);
  reader.reset();
  EXPECT_TRUE(reader.empty());
  EXPECT_TRUE(reader.feed(input));
  EXPECT_EQ(reader.header().opcode, kPong);
  EXPECT_EQ(reader.header().mask, (MaskKey{1, 2, 3, 4}));
}

}  // namespace
}  // namespace wsgauntlet::websocket
