#include "roles/repetition.hpp"

namespace wsgauntlet::roles {
namespace {

constexpr int kMaxIsolatedRuns = 3;

bool differ(const play::Result& a, const play::Result& b) {
  return a.behavior != b.behavior || a.behaviorClose != b.behaviorClose;
}

/// A case that runs in isolation anyway has had all that a repetition would give it, but for longer
/// waits where the server is slow.
std::optional<Round> repetitionAlone(const Scheduler::Turn& turn, bool mayBeLate, PeerTime peer) {
  const bool isMeasured = turn.testCase->kind == suite::Kind::measures;
  const bool isByLevel = suite::requirementOf(*turn.testCase) != nullptr;
  if (!isMeasured || !isByLevel || !mayBeLate || !peer.isSlow) return std::nullopt;
  return Round::isolated;
}

}  // namespace

std::optional<Round> repetition(const Scheduler::Turn& turn, const play::Result& result,
                                const EarlierRuns* earlier, PeerTime peer) {
  using play::Doubt;
  const bool mayBeLate = result.doubt == Doubt::absence;
  switch (turn.round) {
    case Round::first:
      if (turn.alone) return repetitionAlone(turn, mayBeLate, peer);
      if (result.doubt == Doubt::none && !result.cutShort) return std::nullopt;
      return result.doubt == Doubt::race ? Round::isolated : Round::together;
    case Round::together:
      // With less patience than the case has, the first run proved nothing.
      if (earlier->last.cutShort && !mayBeLate) return std::nullopt;
      if (differ(result, earlier->last)) return Round::isolated;
      if (mayBeLate && peer.isSlow) return Round::stretched;
      return std::nullopt;
    case Round::stretched:
      if (mayBeLate && peer.mayTakeMore) return Round::isolated;
      return std::nullopt;
    case Round::isolated:
      if (mayBeLate && earlier->wasInTime && earlier->isolatedRuns + 1 < kMaxIsolatedRuns) {
        return Round::isolated;
      }
      return std::nullopt;
  }
  return std::nullopt;
}

}  // namespace wsgauntlet::roles
