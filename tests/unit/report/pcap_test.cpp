#include "report/store/pcap.hpp"

#include "base/error.hpp"
#include "samples.hpp"

#include <map>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::report {
namespace {

using ::testing::HasSubstr;

std::uint32_t little(std::string_view octets, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 4; i-- > 0;) {
    value = value << 8U | static_cast<std::uint8_t>(octets[at + i]);
  }
  return value;
}

std::uint32_t big(std::string_view octets, std::size_t at, std::size_t count) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < count; ++i) {
    value = value << 8U | static_cast<std::uint8_t>(octets[at + i]);
  }
  return value;
}

struct Packet {
  bool byFuzzer = false;
  std::uint32_t sequence = 0;
  std::uint32_t acknowledged = 0;
  std::uint32_t flags = 0;
  std::string payload;       ///< what was captured
  std::size_t original = 0;  ///< length of the payload
};

/// The one's complement sum of 16-bit words; 0xffff where a checksum is right.
std::uint32_t sum(std::string_view octets) {
  std::uint32_t total = 0;
  for (std::size_t i = 0; i < octets.size(); ++i) {
    total += big(octets, i, 1) << (i % 2 == 0 ? 8U : 0U);
  }
  while (total > 0xFFFF) total = (total & 0xFFFFU) + (total >> 16U);
  return total;
}

/// Reads packets and checks what every packet must hold.
std::vector<Packet> packets(const std::string& file) {
  std::vector<Packet> out;
  for (std::size_t at = 0; at < file.size();) {
    const std::uint32_t length = little(file, at + 4);
    EXPECT_EQ(length % 4, 0U);
    EXPECT_EQ(little(file, at + length - 4), length);
    if (little(file, at) == 6) {
      const std::uint32_t captured = little(file, at + 20);
      const std::string_view frame = std::string_view(file).substr(at + 28, captured);
      const std::string_view ip = frame.substr(14, 20);
      EXPECT_EQ(sum(ip), 0xFFFFU);
      EXPECT_EQ(big(ip, 2, 2) + 14, little(file, at + 24));
      Packet packet;
      packet.byFuzzer = big(ip, 12, 4) == 0xC0000201;
      packet.sequence = big(frame, 38, 4);
      packet.acknowledged = big(frame, 42, 4);
      packet.flags = big(frame, 47, 1);
      packet.payload = frame.substr(54);
      packet.original = little(file, at + 24) - 54;
      if (packet.payload.size() == packet.original) {
        const std::string tcp(frame.substr(34));
        std::string pseudo(ip.substr(12, 8));
        pseudo += std::string("\0\6", 2) + static_cast<char>(tcp.size() >> 8U) +
                  static_cast<char>(tcp.size() & 0xFFU);
        EXPECT_EQ(sum(pseudo + tcp), 0xFFFFU);
      }
      out.push_back(packet);
    }
    at += length;
  }
  return out;
}

TEST(Pcapng, IsOneSectionWithOneInterface) {
  const std::string file = pcapng(choppedOctetwise().result);
  EXPECT_EQ(little(file, 0), 0x0A0D0D0AU);
  EXPECT_EQ(little(file, 8), 0x1A2B3C4DU);
  EXPECT_EQ(little(file, little(file, 4)), 1U);
  EXPECT_THAT(file, HasSubstr("case 5.8, made from a report"));
}

TEST(Pcapng, NumbersTheOctetsOfBothDirections) {
  for (const Sample& sample : {choppedOctetwise(), reservedBits(), closeBehindLargeMessage()}) {
    const auto all = packets(pcapng(sample.result));
    ASSERT_GT(all.size(), 6U);
    std::map<bool, std::uint32_t> next;
    for (const Packet& packet : all) {
      const bool known = next.contains(packet.byFuzzer);
      if (known) {
        EXPECT_EQ(packet.sequence, next[packet.byFuzzer]);
      }
      if (next.contains(!packet.byFuzzer)) {
        EXPECT_EQ(packet.acknowledged, next[!packet.byFuzzer]);
      }
      next[packet.byFuzzer] = packet.sequence + static_cast<std::uint32_t>(packet.original) +
                              ((packet.flags & 3U) != 0 ? 1 : 0);
    }
  }
}

TEST(Pcapng, HoldsTheWholeHandshakeAndTheStartOfLongRows) {
  const Sample sample = choppedOctetwise();
  const auto all = packets(pcapng(sample.result));
  EXPECT_EQ(all[0].flags, 2U);
  EXPECT_TRUE(all[0].byFuzzer);
  EXPECT_THAT(all[3].payload, ::testing::StartsWith("GET /wss HTTP/1.1\r\n"));
  Sample large = passed("1.1.1");
  large.result.wireLog = {
      {Duration{}, play::OctetsRow{true, play::Excerpt(Octets(70'000, 'x')), false}}};
  const auto cut = packets(pcapng(large.result));
  ASSERT_EQ(cut.size(), 8U);
  EXPECT_EQ(cut[3].payload, Octets(64, 'x'));
  EXPECT_EQ(cut[3].original, 65'495U);
  EXPECT_EQ(cut[4].payload, "");
  EXPECT_EQ(cut[4].original, 70'000U - 65'495U);
}

TEST(Pcapng, TheFuzzingServerIsNotTheOneThatConnects) {
  EXPECT_FALSE(packets(pcapng(reservedBits().result)).front().byFuzzer);
}

TEST(Pcapng, NeedsOctets) {
  Sample sample = passed("1.1.1");
  sample.result.wireLog = {{Duration{}, play::FailAfterRow{1}}};
  try {
    static_cast<void>(pcapng(sample.result));
    FAIL() << "no error";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("case 1.1.1: its wire log holds no octets"));
  }
}

TEST(Pcapng, SurvivesHostileResults) {
  EXPECT_FALSE(packets(pcapng(hostile().result)).empty());
  Sample sample = passed("1.1.1");
  sample.result.httpRequest = "GET / HTTP/1.1\r\nHost: :99999999999999999999\r\n\r\n";
  play::OctetsRow row{false, play::Excerpt(OctetView("x")), false};
  row.octets.length = ~std::uint64_t{0};
  sample.result.wireLog = {{Duration{}, row},
                           {Duration{}, play::WaitRow{1e300, {}}},
                           {Duration{}, play::WaitEndedRow{}}};
  EXPECT_GT(packets(pcapng(sample.result)).size(), 4000U);
}

}  // namespace
}  // namespace wsgauntlet::report
