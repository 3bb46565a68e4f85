#include "base/random.hpp"

namespace wsgauntlet {

std::uint64_t Random::next() {
  state_ += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state_;
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

void Random::fill(std::span<char> out) {
  for (char& c : out) c = static_cast<char>(next() >> 56U);
}

Random Random::fork(std::uint64_t stream) const {
  Random mixed(state_ ^ (stream * 0xD6E8FEB86659FD93U));
  return Random(mixed.next());
}

}  // namespace wsgauntlet
