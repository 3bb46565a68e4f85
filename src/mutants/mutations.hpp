// The deviations that an echo peer of ours can be asked for: broken ones, one rule each, to prove
// that the cases notice them, and right but unusual ones, to prove that the cases let them pass.
#pragma once

#include <span>
#include <string_view>

namespace wsgauntlet::mutants {

/// One deviation. `none`: a peer that is right.
enum class Mutation {
  none,
#define WSG_MUTATION(id, ...) id,
#include "mutants/mutations.def"
#undef WSG_MUTATION
};

/// What there is to know of a mutation.
struct MutationFacts {
  enum class Peers { both, servers, clients };
  Mutation id = Mutation::none;
  std::string_view name;   ///< on the command line
  std::string_view layer;  ///< `opening`, `framing`, `masking`, `control`, `utf-8`, `closing`, …
  Peers peers = Peers::both;
  bool isRight = false;   ///< unusual, but against no rule
  std::string_view what;  ///< what the peer does
};

/// All of them but `none`.
[[nodiscard]] std::span<const MutationFacts> mutations();
/// Null when there is no mutation of that name.
[[nodiscard]] const MutationFacts* findMutation(std::string_view name);

}  // namespace wsgauntlet::mutants
