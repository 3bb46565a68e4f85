#include "websocket/window_check.hpp"

#include <algorithm>

namespace wsgauntlet::websocket {
namespace {

constexpr unsigned kEndOfBlock = 256;
constexpr unsigned kLengthCodes = 19;
// A length with its distance has at most 15 + 5 + 15 + 13 bits.
constexpr unsigned kMaxUnit = 48;

// The formulas after the tables of RFC 1951 section 3.2.5.
constexpr unsigned lengthExtraBits(unsigned code) {
  return code < 8 || code == 28 ? 0 : code / 4 - 1;
}
constexpr unsigned distanceExtraBits(unsigned code) {
  return code < 4 ? 0 : code / 2 - 1;
}
constexpr std::uint32_t distanceBase(unsigned code) {
  return code < 4 ? code + 1 : ((2 + (code & 1U)) << distanceExtraBits(code)) + 1;
}

constexpr unsigned reversed(unsigned code, unsigned length) {
  unsigned out = 0;
  for (unsigned i = 0; i < length; ++i) out |= ((code >> i) & 1U) << (length - 1 - i);
  return out;
}

}  // namespace

/// RFC 1951 section 3.2.6.
struct WindowCheck::FixedCodes {
  Code literals;
  Code distances;

  FixedCodes() {
    std::array<std::uint8_t, 288> lengths{};
    for (unsigned i = 0; i < lengths.size(); ++i) {
      lengths[i] = i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8;
    }
    literals.build(lengths);
    std::array<std::uint8_t, 32> distanceLengths{};
    distanceLengths.fill(5);
    distances.build(distanceLengths);
  }
};

const WindowCheck::FixedCodes& WindowCheck::fixedCodes() {
  static const FixedCodes codes;
  return codes;
}

/// Makes the code of the lengths (RFC 1951 section 3.2.2); false when they are too many.
bool WindowCheck::Code::build(std::span<const std::uint8_t> lengths) {
  counts.fill(0);
  fast.fill(0);
  for (const std::uint8_t length : lengths) ++counts[length];
  counts[0] = 0;
  std::array<unsigned, kMaxBits + 1> code{};   // next code of each length
  std::array<unsigned, kMaxBits + 1> place{};  // its place in `symbols`
  for (unsigned length = 1; length <= kMaxBits; ++length) {
    code[length] = (code[length - 1] + counts[length - 1]) * 2;
    place[length] = place[length - 1] + counts[length - 1];
    if (code[length] + counts[length] > (1U << length)) return false;
  }
  for (unsigned symbol = 0; symbol < lengths.size(); ++symbol) {
    const unsigned length = lengths[symbol];
    if (length == 0) continue;
    symbols[place[length]++] = static_cast<std::uint16_t>(symbol);
    const unsigned bits = reversed(code[length]++, length);
    if (length > kFastBits) continue;
    for (unsigned at = bits; at < fast.size(); at += 1U << length) {
      fast[at] = static_cast<std::uint16_t>(symbol * 16 + length);
    }
  }
  return true;
}

unsigned WindowCheck::Code::find(std::uint64_t bits) const {
  const unsigned entry = fast[bits & (fast.size() - 1)];
  return entry != 0 ? entry : findLong(bits);
}

unsigned WindowCheck::Code::findLong(std::uint64_t bits) const {
  unsigned code = 0;
  unsigned first = 0;  // code of the length so far
  unsigned place = 0;
  for (unsigned length = 1; length <= kMaxBits; ++length) {
    code |= static_cast<unsigned>(bits >> (length - 1)) & 1U;
    const unsigned count = counts[length];
    if (code >= first && code < first + count) return symbols[place + code - first] * 16U + length;
    place += count;
    first = (first + count) * 2;
    code *= 2;
  }
  return 0;
}

std::optional<std::uint32_t> WindowCheck::feed(OctetView in) {
  if (state_ == State::off) return std::nullopt;
  do {
    refill(in);
  } while (step(in));
  return tooFar_;
}

void WindowCheck::restart() {
  tooFar_.reset();
  state_ = State::blockHeader;
  bits_ = 0;
  have_ = 0;
}

bool WindowCheck::step(OctetView& in) {
  switch (state_) {
    case State::blockHeader:
      return readBlockHeader();
    case State::storedLength:
      return readStoredLength();
    case State::stored:
      return skipStored(in);
    case State::counts:
      return readCounts();
    case State::lengthCode:
      return readLengthCode();
    case State::lengths:
      return readLengths();
    case State::symbols:
      return readSymbols(in);
    case State::off:
      break;
  }
  return false;
}

bool WindowCheck::readBlockHeader() {
  if (have_ < 3) return false;
  last_ = peek(0, 1) != 0;
  const unsigned type = peek(1, 2);
  drop(3);
  switch (type) {
    case 0:
      drop(have_ % 8);
      state_ = State::storedLength;
      return true;
    case 1:
      literals_ = &fixedCodes().literals;
      distances_ = &fixedCodes().distances;
      state_ = State::symbols;
      return true;
    case 2:
      state_ = State::counts;
      return true;
    default:
      return stop();
  }
}

bool WindowCheck::readStoredLength() {
  if (have_ < 32) return false;
  storedLeft_ = peek(0, 16);
  drop(32);
  state_ = State::stored;
  return true;
}

bool WindowCheck::skipStored(OctetView& in) {
  const unsigned held = std::min(have_ / 8, storedLeft_);
  for (unsigned i = 0; i < held; ++i) drop(8);
  storedLeft_ -= held;
  const auto skipped = static_cast<std::uint32_t>(std::min<std::size_t>(in.size(), storedLeft_));
  in.remove_prefix(skipped);
  storedLeft_ -= skipped;
  if (storedLeft_ > 0) return false;
  endBlock();
  return true;
}

bool WindowCheck::readCounts() {
  if (have_ < 14) return false;
  literalCount_ = peek(0, 5) + 257;
  distanceCount_ = peek(5, 5) + 1;
  lengthCodeCount_ = peek(10, 4) + 4;
  drop(14);
  lengths_.fill(0);
  done_ = 0;
  state_ = State::lengthCode;
  return literalCount_ <= 286 && distanceCount_ <= 30 ? true : stop();
}

bool WindowCheck::readLengthCode() {
  constexpr std::array<std::uint8_t, kLengthCodes> kOrder{16, 17, 18, 0, 8,  7, 9,  6, 10, 5,
                                                          11, 4,  12, 3, 13, 2, 14, 1, 15};
  for (; done_ < lengthCodeCount_; ++done_) {
    if (have_ < 3) return false;
    lengths_[kOrder[done_]] = static_cast<std::uint8_t>(peek(0, 3));
    drop(3);
  }
  if (!lengthCode_.build(std::span(lengths_).first(kLengthCodes))) return stop();
  lengths_.fill(0);
  done_ = 0;
  state_ = State::lengths;
  return true;
}

bool WindowCheck::readLengths() {
  const unsigned entry = lengthCode_.find(bits_);
  if (entry == 0) return have_ < kMaxBits ? false : stop();
  // An entry means nothing as long as it reaches into bits that have not come.
  if (entry % 16 > have_) return false;
  const unsigned symbol = entry / 16;
  unsigned used = entry % 16;
  unsigned repeat = 1;
  std::uint8_t length = static_cast<std::uint8_t>(symbol);
  if (symbol >= 16) {
    if (symbol == 16 && done_ == 0) return stop();
    constexpr std::array<unsigned, 3> kExtra{2, 3, 7};
    constexpr std::array<unsigned, 3> kLeast{3, 3, 11};
    const unsigned extra = kExtra[symbol - 16];
    repeat = kLeast[symbol - 16] + peek(used, extra);
    used += extra;
    length = symbol == 16 ? lengths_[done_ - 1] : std::uint8_t{0};
  }
  if (used > have_) return false;
  const unsigned total = literalCount_ + distanceCount_;
  if (repeat > total - done_) return stop();
  drop(used);
  for (; repeat > 0; --repeat) lengths_[done_++] = length;
  if (done_ == total) startDynamicBlock();
  return true;
}

void WindowCheck::startDynamicBlock() {
  const std::span<const std::uint8_t> lengths(lengths_);
  if (!dynamicLiterals_.build(lengths.first(literalCount_)) ||
      !dynamicDistances_.build(lengths.subspan(literalCount_, distanceCount_))) {
    stop();
    return;
  }
  literals_ = &dynamicLiterals_;
  distances_ = &dynamicDistances_;
  state_ = State::symbols;
}

bool WindowCheck::readSymbols(OctetView& in) {
  for (;;) {
    if (have_ < kMaxUnit) refill(in);
    const unsigned entry = literals_->find(bits_);
    const unsigned used = entry % 16;
    if (entry == 0 && have_ >= kMaxBits) return stop();
    if (entry == 0 || used > have_) return false;
    const unsigned symbol = entry / 16;
    if (symbol < kEndOfBlock) {
      drop(used);
    } else if (symbol == kEndOfBlock) {
      drop(used);
      endBlock();
      return true;
    } else if (!readMatch(symbol - kEndOfBlock - 1, used)) {
      return false;
    }
  }
}

/// `code` is that of the length; `used` bits of it are looked at.
bool WindowCheck::readMatch(unsigned code, unsigned used) {
  if (code > 28) return stop();
  used += lengthExtraBits(code);
  const unsigned entry = distances_->find(bits_ >> used);
  if (entry == 0) return have_ < kMaxUnit ? false : stop();
  const unsigned distanceCode = entry / 16;
  if (used + entry % 16 > have_) return false;
  if (distanceCode > 29) return stop();
  used += entry % 16;
  const unsigned extra = distanceExtraBits(distanceCode);
  const std::uint32_t distance = distanceBase(distanceCode) + peek(used, extra);
  used += extra;
  if (used > have_) return false;
  drop(used);
  if (distance <= window_) return true;
  tooFar_ = distance;
  return stop();
}

void WindowCheck::refill(OctetView& in) {
  std::size_t taken = 0;
  for (; have_ <= 56 && taken < in.size(); ++taken, have_ += 8) {
    bits_ |= std::uint64_t{static_cast<unsigned char>(in[taken])} << have_;
  }
  in.remove_prefix(taken);
}

void WindowCheck::drop(unsigned count) {
  bits_ >>= count;
  have_ -= count;
}

unsigned WindowCheck::peek(unsigned at, unsigned count) const {
  return static_cast<unsigned>(bits_ >> at) & ((1U << count) - 1U);
}

void WindowCheck::endBlock() {
  // After the last block of a stream another begins at the next octet.
  if (last_) drop(have_ % 8);
  state_ = State::blockHeader;
}

bool WindowCheck::stop() {
  state_ = State::off;
  return false;
}

}  // namespace wsgauntlet::websocket
