#include "mutants/mutations.hpp"

#include <algorithm>
#include <array>

namespace wsgauntlet::mutants {
namespace {

constexpr auto kMutations = std::to_array<MutationFacts>({
#define WSG_MUTATION(id, name, layer, peers, isRight, what) \
  {Mutation::id, name, layer, MutationFacts::Peers::peers, isRight, what},
#include "mutants/mutations.def"
#undef WSG_MUTATION
});

}  // namespace

std::span<const MutationFacts> mutations() {
  return kMutations;
}

const MutationFacts* findMutation(std::string_view name) {
  const auto* found = std::find_if(kMutations.begin(), kMutations.end(),
                                   [&](const MutationFacts& one) { return one.name == name; });
  return found == kMutations.end() ? nullptr : found;
}

}  // namespace wsgauntlet::mutants
