#include "websocket/outbox.hpp"

#include "fake_peer.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::websocket {
namespace {

Octets inBlocksOf(std::size_t length, Outbox& outbox) {
  Octets octets;
  Octets block(length, '\0');
  while (const std::size_t n = outbox.take(block)) octets += block.substr(0, n);
  return octets;
}

Octets rendered(const Encoded& encoded) {
  Octets octets(encoded.size(), '\0');
  encoded.copy(0, octets);
  return octets;
}

TEST(Encoded, IsAHeaderAndAMaskedSliceOfAPayload) {
  const Payload payload("0123456789", 1000);
  const MaskKey key = {0x11, 0x22, 0x33, 0x44};
  const Encoded encoded("head", payload, 5, 300, key);
  ASSERT_EQ(encoded.size(), 304U);
  Octets expected = payload.octets().substr(5, 300);
  applyMask(expected, key, 0);
  expected = "head" + expected;
  EXPECT_EQ(rendered(encoded), expected);
  for (std::uint64_t from = 0; from < 20; ++from) {
    for (std::uint64_t length = 0; length < 20; ++length) {
      Octets part(length, '\0');
      encoded.copy(from, part);
      EXPECT_EQ(part, expected.substr(from, length));
    }
  }
}

TEST(Encoded, GoesOnWithTheMaskOfTheFrame) {
  const MaskKey key = {0x11, 0x22, 0x33, 0x44};
  Octets whole = "Hello";
  applyMask(whole, key, 0);
  EXPECT_EQ(rendered(Encoded({}, Payload("He"), 0, 2, key, 0)) +
                rendered(Encoded({}, Payload("llo"), 0, 3, key, 2)),
            whole);
}

TEST(Outbox, GivesLargeWritesInBlocksAsTheyAre) {
  for (const std::uint64_t length : {10U, 4096U, 4097U, 200000U}) {
    for (const std::size_t block : {1U, 7U, 4096U, 65536U}) {
      const Encoded encoded("header", Payload("abc\xFF", length), 0, length, MaskKey{1, 2, 3, 4});
      Outbox outbox;
      outbox.append("before");
      outbox.append(encoded, 0, encoded.size());
      outbox.append("after");
      outbox.append(encoded, 3, encoded.size() - 1);
      const Octets whole = rendered(encoded);
      EXPECT_EQ(inBlocksOf(block, outbox),
                "before" + whole + "after" + whole.substr(3, whole.size() - 4));
      EXPECT_TRUE(outbox.empty());
    }
  }
}

TEST(Outbox, KeepsWhatWaitsForAnOrderlyEndAndThrowsItAwayForAReset) {
  Outbox outbox;
  EXPECT_EQ(outbox.ending(), Ending::none);
  outbox.append("one");
  outbox.end(Ending::close);
  outbox.append("two");  // behind the end
  const Encoded late(Octets("three"));
  outbox.append(late, 0, late.size());
  EXPECT_EQ(outbox.ending(), Ending::close);
  EXPECT_EQ(takeAll(outbox), "one");

  Outbox reset;
  reset.append("one");
  reset.end(Ending::reset);
  EXPECT_TRUE(reset.empty());
  reset.end(Ending::close);
  EXPECT_EQ(reset.ending(), Ending::reset);
}

TEST(Outbox, HoldsNothingForEmptyWrites) {
  Outbox outbox;
  outbox.append("");
  const Encoded empty{Octets()};
  outbox.append(empty, 0, 0);
  EXPECT_TRUE(outbox.empty());
}

}  // namespace
}  // namespace wsgauntlet::websocket
