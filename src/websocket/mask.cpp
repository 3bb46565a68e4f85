#include "websocket/mask.hpp"

#include <cstring>

namespace wsgauntlet::websocket {
namespace {

constexpr std::size_t kWord = sizeof(std::uint64_t);

/// The key, turned so that it begins with the octet for `phase`, twice in a row.
std::uint64_t keyWord(MaskKey key, std::uint64_t phase) {
  std::array<std::uint8_t, kWord> turned{};
  for (std::size_t i = 0; i < kWord; ++i) turned[i] = key[(phase + i) % key.size()];
  std::uint64_t word = 0;
  std::memcpy(&word, turned.data(), kWord);
  return word;
}

/// Less than a word at the end, which starts at the beginning of the turned key.
void maskTail(char* out, const char* in, std::size_t length, std::uint64_t word) {
  char key[kWord];
  std::memcpy(key, &word, kWord);
  for (std::size_t i = 0; i < length; ++i) out[i] = static_cast<char>(in[i] ^ key[i]);
}

}  // namespace

// Words are loaded and stored through memcpy, since a payload starts at any address: compilers make
// unaligned vector instructions of these loops.
void applyMask(std::span<char> octets, MaskKey key, std::uint64_t phase) {
  const std::uint64_t mask = keyWord(key, phase);
  char* const data = octets.data();
  const std::size_t whole = octets.size() - octets.size() % kWord;
  for (std::size_t i = 0; i < whole; i += kWord) {
    std::uint64_t word = 0;
    std::memcpy(&word, data + i, kWord);
    word ^= mask;
    std::memcpy(data + i, &word, kWord);
  }
  maskTail(data + whole, data + whole, octets.size() - whole, mask);
}

void copyMasked(std::span<char> out, OctetView in, MaskKey key, std::uint64_t phase) {
  const std::uint64_t mask = keyWord(key, phase);
  char* const __restrict to = out.data();
  const char* const __restrict from = in.data();
  const std::size_t whole = in.size() - in.size() % kWord;
  for (std::size_t i = 0; i < whole; i += kWord) {
    std::uint64_t word = 0;
    std::memcpy(&word, from + i, kWord);
    word ^= mask;
    std::memcpy(to + i, &word, kWord);
  }
  maskTail(to + whole, from + whole, in.size() - whole, mask);
}

}  // namespace wsgauntlet::websocket
