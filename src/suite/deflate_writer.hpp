// Writes deflate data block by block (RFC 1951), for payloads of compressed messages.
#pragma once

#include "base/octets.hpp"

#include <cstdint>
#include <utility>
#include <variant>
#include <vector>

namespace wsgauntlet::suite {

/// Repeats `length` octets (3 to 258) from `distance` octets back (1 to 32768).
struct DeflateMatch {
  int length = 3;
  int distance = 1;
};
using DeflateToken = std::variant<Octets, DeflateMatch>;

/// What follows a last block begins with an octet of its own, as a new stream does (RFC 7692
/// section 7.2.3.4).
class DeflateWriter {
 public:
  /// A block of type 0 (RFC 1951 section 3.2.4); more than 65535 octets make several.
  void stored(OctetView octets, bool last);
  /// A block of type 1: fixed Huffman codes.
  void fixedCodes(const std::vector<DeflateToken>& tokens, bool last);
  /// A block of type 2, whose codes have the lengths of the fixed ones: they stand in the block.
  void dynamicCodes(const std::vector<DeflateToken>& tokens, bool last);
  /// The end of a compressed message: an empty stored block without its last four octets, which the
  /// sender leaves out (RFC 7692 section 7.2.1).
  void tail();
  /// The lowest `count` bits of `value`, the lowest first.
  void bits(std::uint32_t value, int count);

  /// All that was written; bits without an octet of their own are filled up with zeros.
  [[nodiscard]] Octets take() &&;

 private:
  void blockHeader(int type, bool last);
  void code(std::uint32_t value, int count);
  template <typename Code>
  void tokens(const std::vector<DeflateToken>& all, const Code& literals, const Code& distances);
  void align();

  Octets out_;
  std::uint64_t pending_ = 0;
  int count_ = 0;
};

}  // namespace wsgauntlet::suite
