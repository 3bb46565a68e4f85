// What the fuzz targets share: taking values from the fuzzer's octets, and properties that hold.
#pragma once

#include "base/octets.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace wsgauntlet::fuzz {

/// A property of a target. What breaks it is a finding, as a crash is.
#define FUZZ_REQUIRE(condition)                                                           \
  do {                                                                                    \
    if (!(condition)) {                                                                   \
      std::fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #condition); \
      std::abort();                                                                       \
    }                                                                                     \
  } while (false)

/// Takes values from the front of the fuzzer's octets. When none are left, values are 0.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : octets_(reinterpret_cast<const char*>(data), size) {}

  [[nodiscard]] bool empty() const { return octets_.empty(); }
  std::uint8_t octet() {
    if (octets_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(octets_.front());
    octets_.remove_prefix(1);
    return value;
  }
  bool flag() { return (octet() & 1U) != 0; }
  /// 0 to 65535.
  std::uint16_t number() {
    const unsigned high = octet();
    return static_cast<std::uint16_t>(high << 8U | octet());
  }
  /// The next octets, or as many as there are.
  OctetView take(std::size_t count) {
    const OctetView taken = octets_.substr(0, count);
    octets_.remove_prefix(taken.size());
    return taken;
  }
  /// All that is left.
  OctetView rest() { return take(octets_.size()); }

 private:
  OctetView octets_;
};

/// Hands `octets` to `feed` in pieces of `size` octets, 0 meaning all at once.
template <typename Feed>
void inPieces(OctetView octets, std::size_t size, Feed feed) {
  if (size == 0) size = std::max<std::size_t>(1, octets.size());
  for (std::size_t at = 0; at < octets.size(); at += size) feed(octets.substr(at, size));
}

}  // namespace wsgauntlet::fuzz

/// What a target is. The octets are all that it knows; it returns 0.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
