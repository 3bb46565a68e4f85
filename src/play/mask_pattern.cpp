#include "play/mask_pattern.hpp"

#include <algorithm>
#include <cstdint>
#include <set>

#include <fmt/format.h>

namespace wsgauntlet::play {
namespace {

using websocket::MaskKey;

constexpr std::size_t kEnoughMasks = 16;

bool isSequence(const std::vector<MaskKey>& masks) {
  const auto number = [](const MaskKey& key, bool reversed) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < 4; ++i) value = (value << 8U) | key[reversed ? 3 - i : i];
    return value;
  };
  for (const bool reversed : {false, true}) {
    const std::uint32_t step = number(masks[1], reversed) - number(masks[0], reversed);
    bool equal = true;
    for (std::size_t i = 1; i < masks.size(); ++i) {
      equal = equal && number(masks[i], reversed) - number(masks[i - 1], reversed) == step;
    }
    if (equal) return true;
  }
  return false;
}

}  // namespace

std::string patternOf(const std::vector<MaskKey>& masks) {
  if (masks.size() < kEnoughMasks) return {};
  const std::set<MaskKey> different(masks.begin(), masks.end());
  if (different.size() == 1) return "masked all frames with the same key";
  if (different.size() < masks.size() - 1) return "used masking keys again";
  for (std::size_t i = 0; i < 4; ++i) {
    if (std::all_of(masks.begin(), masks.end(),
                    [&](const auto& mask) { return mask[i] == masks.front()[i]; })) {
      return fmt::format("used masking keys whose octet {} is always {:02x}", i + 1,
                         masks.front()[i]);
    }
  }
  if (std::all_of(masks.begin(), masks.end(), [](const auto& mask) {
        return mask[0] == mask[1] && mask[1] == mask[2] && mask[2] == mask[3];
      })) {
    return "used masking keys of four equal octets";
  }
  return isSequence(masks) ? "used masking keys that follow each other in equal steps" : "";
}

}  // namespace wsgauntlet::play
