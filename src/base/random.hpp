// The one source of random choices. Its seed is reported and can be given again.
#pragma once

#include <cstdint>
#include <span>

namespace wsgauntlet {

/// A small seeded generator (SplitMix64). Good enough for masks and keys of a test tool; not for
/// secrets. Each connection has its own stream with `fork`, so that what one connection draws
/// does not depend on what others do at the same time.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  /// 64 evenly distributed bits.
  std::uint64_t next();
  /// 32 evenly distributed bits, as for a mask.
  std::uint32_t next32() { return static_cast<std::uint32_t>(next() >> 32U); }
  void fill(std::span<char> out);
  /// A generator whose numbers depend on this one's seed and on `stream` only.
  [[nodiscard]] Random fork(std::uint64_t stream) const;

 private:
  std::uint64_t state_;
};

}  // namespace wsgauntlet
