#include "suite/deflate_writer.hpp"

#include <algorithm>
#include <array>

namespace wsgauntlet::suite {
namespace {

constexpr std::size_t kMaxStored = 65535;
constexpr int kEndOfBlock = 256;
constexpr int kFirstLength = 257;
constexpr int kLiteralCodes = 288;
constexpr int kMaxLiteralCodes = 286;

struct Range {
  int base;
  int extraBits;
};

// RFC 1951 section 3.2.5.
constexpr std::array<Range, 29> kLengths{
    {{3, 0},  {4, 0},  {5, 0},  {6, 0},   {7, 0},   {8, 0},   {9, 0},   {10, 0},  {11, 1}, {13, 1},
     {15, 1}, {17, 1}, {19, 2}, {23, 2},  {27, 2},  {31, 2},  {35, 3},  {43, 3},  {51, 3}, {59, 3},
     {67, 4}, {83, 4}, {99, 4}, {115, 4}, {131, 5}, {163, 5}, {195, 5}, {227, 5}, {258, 0}}};
constexpr std::array<Range, 30> kDistances{
    {{1, 0},     {2, 0},     {3, 0},     {4, 0},      {5, 1},      {7, 1},
     {9, 2},     {13, 2},    {17, 3},    {25, 3},     {33, 4},     {49, 4},
     {65, 5},    {97, 5},    {129, 6},   {193, 6},    {257, 7},    {385, 7},
     {513, 8},   {769, 8},   {1025, 9},  {1537, 9},   {2049, 10},  {3073, 10},
     {4097, 11}, {6145, 11}, {8193, 12}, {12289, 12}, {16385, 13}, {24577, 13}}};

/// The index of the last range that begins at or below `value`.
template <typename Ranges>
int rangeOf(const Ranges& ranges, int value) {
  const auto above = std::upper_bound(ranges.begin(), ranges.end(), value,
                                      [](int v, const Range& range) { return v < range.base; });
  return static_cast<int>(above - ranges.begin()) - 1;
}

/// Lengths of the fixed codes (RFC 1951 section 3.2.6).
int fixedLength(int symbol) {
  if (symbol < 144) return 8;
  if (symbol < 256) return 9;
  return symbol < 280 ? 7 : 8;
}

/// A Huffman code, from the lengths of its codes (RFC 1951 section 3.2.2).
struct Code {
  explicit Code(std::vector<int> bits) : lengths(std::move(bits)), codes(lengths.size()) {
    std::uint32_t next = 0;
    for (int length = 1; length <= 15; ++length) {
      next <<= 1U;
      for (std::size_t i = 0; i < lengths.size(); ++i) {
        if (lengths[i] == length) codes[i] = next++;
      }
    }
  }
  std::vector<int> lengths;
  std::vector<std::uint32_t> codes;
};

Code fixedLiterals() {
  std::vector<int> lengths;
  lengths.reserve(kLiteralCodes);
  for (int symbol = 0; symbol < kLiteralCodes; ++symbol) lengths.push_back(fixedLength(symbol));
  return Code(std::move(lengths));
}

/// At most 286 literals and lengths can stand in a block: the lengths of the fixed codes, with two
/// shorter ones at the end that make the code complete again.
Code dynamicLiterals() {
  std::vector<int> lengths;
  lengths.reserve(kMaxLiteralCodes);
  for (int symbol = 0; symbol < kMaxLiteralCodes; ++symbol) {
    lengths.push_back(symbol < kMaxLiteralCodes - 2 ? fixedLength(symbol) : 7);
  }
  return Code(std::move(lengths));
}

Code fixedDistances() {
  return Code(std::vector<int>(kDistances.size(), 5));
}

/// Two codes of 4 bits and 28 of 5 are complete.
Code dynamicDistances() {
  std::vector<int> lengths(kDistances.size(), 5);
  lengths[0] = lengths[1] = 4;
  return Code(std::move(lengths));
}

}  // namespace

void DeflateWriter::bits(std::uint32_t value, int count) {
  const std::uint64_t mask = (std::uint64_t{1} << static_cast<unsigned>(count)) - 1;
  pending_ |= (value & mask) << static_cast<unsigned>(count_);
  count_ += count;
  for (; count_ >= 8; count_ -= 8) {
    out_ += static_cast<char>(pending_ & 0xFFU);
    pending_ >>= 8U;
  }
}

/// Codes stand with their highest bit first.
void DeflateWriter::code(std::uint32_t value, int count) {
  for (int i = count - 1; i >= 0; --i) bits(value >> static_cast<unsigned>(i), 1);
}

void DeflateWriter::align() {
  if (count_ > 0) bits(0, 8 - count_);
}

void DeflateWriter::blockHeader(int type, bool last) {
  bits(last ? 1 : 0, 1);
  bits(static_cast<std::uint32_t>(type), 2);
}

void DeflateWriter::stored(OctetView octets, bool last) {
  do {
    const OctetView part = octets.substr(0, kMaxStored);
    octets.remove_prefix(part.size());
    blockHeader(0, last && octets.empty());
    align();
    const auto length = static_cast<std::uint32_t>(part.size());
    bits(length, 16);
    bits(~length, 16);
    out_ += part;
  } while (!octets.empty());
}

template <typename Code>
void DeflateWriter::tokens(const std::vector<DeflateToken>& all, const Code& literals,
                           const Code& distances) {
  const auto put = [this](const Code& of, int symbol) {
    const auto at = static_cast<std::size_t>(symbol);
    code(of.codes[at], of.lengths[at]);
  };
  const auto putRange = [this](const Range& range, int value) {
    bits(static_cast<std::uint32_t>(value - range.base), range.extraBits);
  };
  for (const DeflateToken& token : all) {
    if (const auto* octets = std::get_if<Octets>(&token)) {
      for (const char c : *octets) put(literals, static_cast<unsigned char>(c));
      continue;
    }
    const auto& match = std::get<DeflateMatch>(token);
    const int length = rangeOf(kLengths, match.length);
    put(literals, kFirstLength + length);
    putRange(kLengths[static_cast<std::size_t>(length)], match.length);
    const int distance = rangeOf(kDistances, match.distance);
    put(distances, distance);
    putRange(kDistances[static_cast<std::size_t>(distance)], match.distance);
  }
  put(literals, kEndOfBlock);
}

void DeflateWriter::fixedCodes(const std::vector<DeflateToken>& all, bool last) {
  blockHeader(1, last);
  tokens(all, fixedLiterals(), fixedDistances());
  if (last) align();
}

void DeflateWriter::dynamicCodes(const std::vector<DeflateToken>& all, bool last) {
  const Code literals = dynamicLiterals();
  const Code distances = dynamicDistances();
  blockHeader(2, last);
  bits(kMaxLiteralCodes - 257, 5);
  bits(static_cast<std::uint32_t>(distances.lengths.size() - 1), 5);
  bits(15, 4);  // all 19 code length codes follow
  // The code of the lengths: 4 bits for each of 0 to 15, so that a length encodes itself.
  constexpr std::array<int, 19> kOrder{16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                       11, 4,  12, 3, 13, 2, 14, 1, 15};
  for (const int symbol : kOrder) bits(symbol < 16 ? 4 : 0, 3);
  for (const int length : literals.lengths) code(static_cast<std::uint32_t>(length), 4);
  for (const int length : distances.lengths) code(static_cast<std::uint32_t>(length), 4);
  tokens(all, literals, distances);
  if (last) align();
}

void DeflateWriter::tail() {
  blockHeader(0, false);
  align();
}

Octets DeflateWriter::take() && {
  align();
  return std::move(out_);
}

}  // namespace wsgauntlet::suite
