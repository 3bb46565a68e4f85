#include "suite/shard.hpp"

#include <algorithm>

namespace wsgauntlet::suite {
namespace {

/// Connecting and closing cost something, whatever the case does.
constexpr double kLeastCost = 0.01;

}  // namespace

std::vector<const Case*> shard(const std::vector<const Case*>& cases, int number, int count) {
  std::vector<std::size_t> order(cases.size());
  for (std::size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return cases[a]->cost > cases[b]->cost; });
  // The longest first, each to the part that has least to do so far.
  std::vector<double> load(static_cast<std::size_t>(count), 0.0);
  std::vector<bool> chosen(cases.size(), false);
  for (const std::size_t index : order) {
    const auto least = std::min_element(load.begin(), load.end());
    *least += cases[index]->cost + kLeastCost;
    chosen[index] = least - load.begin() == number - 1;
  }
  std::vector<const Case*> part;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (chosen[i]) part.push_back(cases[i]);
  }
  return part;
}

}  // namespace wsgauntlet::suite
