// Whether deflate data keeps to the window that was agreed on (RFC 7692 section 7.1.2).
#pragma once

#include "base/octets.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <span>

namespace wsgauntlet::websocket {

/// Follows deflate data (RFC 1951) without decompressing it, and looks at each distance. zlib by
/// itself does not see them all: it accepts a distance beyond the window when the octets are still
/// in its output buffer.
///
/// Memory and time are bounded for any data. Data that is not deflate data ends the check; telling
/// that is up to zlib.
class WindowCheck {
 public:
  /// `windowBits` is 8 to 15.
  explicit WindowCheck(int windowBits) : window_(1U << static_cast<unsigned>(windowBits)) {}
  WindowCheck(const WindowCheck&) = delete;
  WindowCheck& operator=(const WindowCheck&) = delete;

  /// Takes the next octets, which go on where those before ended. Gives the first distance that is
  /// longer than the window; after that nothing is checked any more.
  std::optional<std::uint32_t> feed(OctetView in);
  /// The next octets begin another stream, wherever those before ended.
  void restart();

 private:
  static constexpr unsigned kFastBits = 10;
  static constexpr unsigned kMaxBits = 15;

  /// A Huffman code. An entry is the symbol times 16 plus its length in bits; 0 is none.
  struct Code {
    std::array<std::uint16_t, 1U << kFastBits> fast{};  // by the next bits, for short codes
    std::array<std::uint16_t, kMaxBits + 1> counts{};   // of symbols by length
    std::array<std::uint16_t, 288> symbols{};           // in the order of their codes

    bool build(std::span<const std::uint8_t> lengths);
    [[nodiscard]] unsigned find(std::uint64_t bits) const;
    [[nodiscard]] unsigned findLong(std::uint64_t bits) const;
  };
  struct FixedCodes;
  static const FixedCodes& fixedCodes();

  enum class State { blockHeader, storedLength, stored, counts, lengthCode, lengths, symbols, off };

  // One step each; false when it needs more octets than there are.
  bool step(OctetView& in);
  bool readBlockHeader();
  bool readStoredLength();
  bool skipStored(OctetView& in);
  bool readCounts();
  bool readLengthCode();
  bool readLengths();
  bool readSymbols(OctetView& in);
  bool readMatch(unsigned symbol, unsigned used);

  void refill(OctetView& in);
  void drop(unsigned count);
  [[nodiscard]] unsigned peek(unsigned at, unsigned count) const;
  void startDynamicBlock();
  void endBlock();
  bool stop();

  std::uint32_t window_;
  std::optional<std::uint32_t> tooFar_;
  State state_ = State::blockHeader;
  bool last_ = false;  // the block has BFINAL set
  std::uint64_t bits_ = 0;
  unsigned have_ = 0;  // how many bits; those above are 0
  std::uint32_t storedLeft_ = 0;
  unsigned literalCount_ = 0;
  unsigned distanceCount_ = 0;
  unsigned lengthCodeCount_ = 0;
  unsigned done_ = 0;  // lengths that are read
  std::array<std::uint8_t, 320> lengths_{};
  Code lengthCode_;
  Code dynamicLiterals_;
  Code dynamicDistances_;
  const Code* literals_ = nullptr;
  const Code* distances_ = nullptr;
};

}  // namespace wsgauntlet::websocket
