#include "websocket/frame.hpp"

#include <algorithm>

namespace wsgauntlet::websocket {
namespace {

constexpr std::uint8_t kFinBit = 0x80;
constexpr std::uint8_t kMaskBit = 0x80;
constexpr std::uint8_t kLength16 = 126;
constexpr std::uint8_t kLength64 = 127;

std::size_t extendedOctets(std::uint8_t lengthField) {
  if (lengthField < kLength16) return 0;
  return lengthField == kLength16 ? 2 : 8;
}

std::size_t shortestLength(const FrameHeader& header) {
  std::size_t needed = 0;
  if (header.length >= kLength16) needed = 2;
  if (header.length > 0xFFFF) needed = 8;
  if (header.lengthOctets > 2) return 8;
  return header.lengthOctets == 0 ? needed : std::max<std::size_t>(needed, 2);
}

std::uint8_t octetAt(const std::array<char, kMaxHeaderOctets>& octets, std::size_t at) {
  return static_cast<std::uint8_t>(octets[at]);
}

}  // namespace

std::size_t encodeHeader(const FrameHeader& header, std::span<char, kMaxHeaderOctets> out) {
  const std::size_t extended = shortestLength(header);
  unsigned field = static_cast<unsigned>(header.length);
  if (extended != 0) field = extended == 2 ? kLength16 : kLength64;
  const unsigned first =
      (header.fin ? kFinBit : 0U) | ((header.rsv & 7U) << 4U) | (header.opcode & 0x0FU);
  out[0] = static_cast<char>(first);
  out[1] = static_cast<char>((header.mask ? kMaskBit : 0U) | field);
  std::size_t at = 2;
  for (std::size_t left = extended; left > 0; --left) {
    out[at++] = static_cast<char>((header.length >> (8 * (left - 1))) & 0xFFU);
  }
  if (header.mask) {
    for (const std::uint8_t octet : *header.mask) out[at++] = static_cast<char>(octet);
  }
  return at;
}

bool FrameHeaderReader::feed(OctetView& input) {
  if (have_ < 2) {
    take(input);
    if (have_ < 2) return false;
    readFirstTwo();
  }
  if (have_ < need_) {
    take(input);
    if (have_ < need_) return false;
    readRest();
  }
  return true;
}

void FrameHeaderReader::take(OctetView& input) {
  const std::size_t count = std::min(need_ - have_, input.size());
  std::copy_n(input.data(), count, octets_.data() + have_);
  have_ += count;
  input.remove_prefix(count);
}

void FrameHeaderReader::readFirstTwo() {
  const std::uint8_t first = octetAt(octets_, 0);
  const std::uint8_t second = octetAt(octets_, 1);
  header_.fin = (first & kFinBit) != 0;
  header_.rsv = static_cast<std::uint8_t>((first >> 4U) & 7U);
  header_.opcode = static_cast<std::uint8_t>(first & 0x0FU);
  if ((second & kMaskBit) != 0) header_.mask.emplace();
  lengthField_ = static_cast<std::uint8_t>(second & 0x7FU);
  const std::size_t extended = extendedOctets(lengthField_);
  header_.lengthOctets = static_cast<std::uint8_t>(extended);
  if (extended == 0) header_.length = lengthField_;
  need_ = 2 + extended + (header_.mask ? header_.mask->size() : 0);
}

void FrameHeaderReader::readRest() {
  std::size_t at = 2;
  for (std::size_t i = 0; i < header_.lengthOctets; ++i) {
    header_.length = (header_.length << 8U) | octetAt(octets_, at++);
  }
  if (header_.mask) {
    for (std::uint8_t& octet : *header_.mask) octet = octetAt(octets_, at++);
  }
}

}  // namespace wsgauntlet::websocket
