#include "websocket/mask.hpp"

#include "base/hex.hpp"
#include "pieces.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

Octets reference(OctetView in, MaskKey key, std::uint64_t phase) {
  Octets out;
  for (std::size_t i = 0; i < in.size(); ++i) {
    out += static_cast<char>(static_cast<unsigned char>(in[i]) ^ key[(phase + i) % 4]);
  }
  return out;
}

Octets randomOctets(std::size_t length, Random& random) {
  Octets out(length, '\0');
  random.fill(out);
  return out;
}

TEST(Mask, SampleOfRfc6455Section57) {
  Octets hello = "Hello";
  applyMask(hello, {0x37, 0xfa, 0x21, 0x3d}, 0);
  EXPECT_EQ(toHex(hello), "7f9f4d5158");
}

TEST(Mask, EqualsTheReferenceForAllLengthsPhasesAndAlignments) {
  Random random(1);
  const MaskKey key{0x01, 0xff, 0x80, 0x5a};
  for (std::size_t length = 0; length < 140; ++length) {
    for (std::size_t shift = 0; shift < 9; ++shift) {
      const Octets in = randomOctets(shift + length, random);
      const OctetView view = OctetView(in).substr(shift);
      const Octets expected = reference(view, key, shift);
      Octets inPlace = in;
      applyMask(std::span(inPlace).subspan(shift), key, shift);
      ASSERT_EQ(inPlace.substr(0, shift), in.substr(0, shift));
      ASSERT_EQ(inPlace.substr(shift), expected) << length << " " << shift;
      Octets copy(length, '\0');
      copyMasked(copy, view, key, shift);
      ASSERT_EQ(copy, expected) << length << " " << shift;
    }
  }
}

TEST(Mask, PhasesFarIntoThePayload) {
  const std::uint64_t far = ~std::uint64_t{0} - 1;  // goes round to 0 within the octets
  Octets octets(20, 'x');
  applyMask(octets, {1, 2, 3, 4}, far);
  EXPECT_EQ(octets, reference(Octets(20, 'x'), {1, 2, 3, 4}, far));
}

TEST(Mask, PiecesGiveWhatTheWholeGives) {
  Random random(2);
  const MaskKey key{9, 8, 7, 6};
  const Octets in = randomOctets(1000, random);
  for (const auto& pieces : allWays(in, random)) {
    Octets out;
    for (const OctetView piece : pieces) {
      Octets masked(piece);
      applyMask(masked, key, out.size());
      out += masked;
    }
    EXPECT_EQ(out, reference(in, key, 0));
  }
}

TEST(Mask, TwiceIsNothing) {
  Random random(3);
  const Octets in = randomOctets(777, random);
  Octets out = in;
  applyMask(out, {1, 2, 3, 4}, 3);
  applyMask(out, {1, 2, 3, 4}, 3);
  EXPECT_EQ(out, in);
}

}  // namespace
}  // namespace wsgauntlet::websocket
