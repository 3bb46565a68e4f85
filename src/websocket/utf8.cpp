#include "websocket/utf8.hpp"

#include <array>
#include <cstring>

namespace wsgauntlet::websocket {
namespace {

// The automaton: a state says which octets may come next. All transitions for one octet are in
// one 64-bit row, six bits for each state, and a state is the place of its bits in the row. So a
// step is one load, one shift and one mask, whatever the text.
using State = std::uint64_t;
enum : State {
  kBoundary = 0,    // any first octet
  kBad = 6,         // nothing leads out of here
  kOneMore = 12,    // one octet 80..BF
  kTwoMore = 18,    // two of them
  kThreeMore = 24,  // three of them
  kAfterE0 = 30,    // A0..BF and one more: no overlong forms
  kAfterEd = 36,    // 80..9F and one more: no surrogates
  kAfterF0 = 42,    // 90..BF and two more: no overlong forms
  kAfterF4 = 48,    // 80..8F and two more: not above U+10FFFF
};
constexpr std::array<State, 9> kStates{kBoundary, kBad,     kOneMore, kTwoMore, kThreeMore,
                                       kAfterE0,  kAfterEd, kAfterF0, kAfterF4};
constexpr State kStateBits = 63;

constexpr State afterFirst(unsigned octet) {
  if (octet < 0x80) return kBoundary;
  if (octet < 0xC2) return kBad;
  if (octet < 0xE0) return kOneMore;
  if (octet == 0xE0) return kAfterE0;
  if (octet == 0xED) return kAfterEd;
  if (octet < 0xF0) return kTwoMore;
  if (octet == 0xF0) return kAfterF0;
  if (octet < 0xF4) return kThreeMore;
  return octet == 0xF4 ? kAfterF4 : kBad;
}

constexpr State within(unsigned octet, unsigned low, unsigned high, State next) {
  return octet >= low && octet <= high ? next : kBad;
}

constexpr State step(State state, unsigned octet) {
  switch (state) {
    case kBoundary:
      return afterFirst(octet);
    case kOneMore:
      return within(octet, 0x80, 0xBF, kBoundary);
    case kTwoMore:
      return within(octet, 0x80, 0xBF, kOneMore);
    case kThreeMore:
      return within(octet, 0x80, 0xBF, kTwoMore);
    case kAfterE0:
      return within(octet, 0xA0, 0xBF, kOneMore);
    case kAfterEd:
      return within(octet, 0x80, 0x9F, kOneMore);
    case kAfterF0:
      return within(octet, 0x90, 0xBF, kTwoMore);
    case kAfterF4:
      return within(octet, 0x80, 0x8F, kTwoMore);
    default:
      return kBad;
  }
}

constexpr std::array<std::uint64_t, 256> makeRows() {
  std::array<std::uint64_t, 256> rows{};
  for (unsigned octet = 0; octet < rows.size(); ++octet) {
    for (const State state : kStates) rows[octet] |= step(state, octet) << state;
  }
  return rows;
}
constexpr std::array<std::uint64_t, 256> kRows = makeRows();

// Carries what is above the six bits along; the shift of the next step must mask it away.
std::uint64_t advance(std::uint64_t state, char octet) {
  return kRows[static_cast<unsigned char>(octet)] >> (state & kStateBits);
}

constexpr std::size_t kBlock = 16;

bool isAscii(const char* block) {
  std::uint64_t a = 0;
  std::uint64_t b = 0;
  std::memcpy(&a, block, sizeof a);
  std::memcpy(&b, block + sizeof a, sizeof b);
  return ((a | b) & 0x8080808080808080U) == 0;
}

std::size_t skipAscii(const char* data, std::size_t length) {
  std::size_t at = 0;
  while (length - at >= 4 * kBlock && isAscii(data + at) && isAscii(data + at + kBlock) &&
         isAscii(data + at + 2 * kBlock) && isAscii(data + at + 3 * kBlock)) {
    at += 4 * kBlock;
  }
  while (length - at >= kBlock && isAscii(data + at)) at += kBlock;
  return at;
}

}  // namespace

bool Utf8Validator::feed(OctetView octets) {
  if (state_ == kBad) return false;
  const char* const data = octets.data();
  const std::size_t length = octets.size();
  std::uint64_t state = state_;
  std::size_t at = 0;
  while (length - at >= kBlock) {
    if (state == kBoundary) {
      at += skipAscii(data + at, length - at);
      if (length - at < kBlock) break;
    }
    std::uint64_t next = state;
    for (std::size_t i = 0; i < kBlock; ++i) next = advance(next, data[at + i]);
    next &= kStateBits;
    if (next == kBad) break;  // the steps below find the octet
    state = next;
    at += kBlock;
  }
  for (; at < length; ++at) {
    state = advance(state, data[at]) & kStateBits;
    if (state == kBad) break;
  }
  state_ = state;
  index_ += at;
  return state != kBad;
}

bool isValidUtf8(OctetView octets) {
  Utf8Validator validator;
  return validator.feed(octets) && validator.atBoundary();
}

}  // namespace wsgauntlet::websocket
