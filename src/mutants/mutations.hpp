// The deviations that an echo peer of ours can be asked for: broken ones, one rule each, to prove
// that the cases notice them, and right but unusual ones, to prove that the cases let them pass.
#pragma once

#include <span>
#include <string_view>

namespace wsgauntlet::mutants {

struct Mutation {
  enum class Peers { both, servers, clients };
  std::string_view name;
  std::string_view layer;  ///< `opening`, `framing`, `masking`, `control`, `utf-8`, `closing`, …
  Peers peers = Peers::both;
  bool isRight = false;   ///< unusual, but against no rule
  std::string_view what;  ///< what the peer does
};

[[nodiscard]] std::span<const Mutation> mutations();
/// Null when there is no such rule.
[[nodiscard]] const Mutation* findMutation(std::string_view name);

}  // namespace wsgauntlet::mutants
