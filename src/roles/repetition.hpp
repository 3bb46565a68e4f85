// Which results count, and which cases are run once more.
#pragma once

#include "play/result.hpp"
#include "roles/scheduler.hpp"

#include <optional>

namespace wsgauntlet::roles {

/// What the earlier runs of a case that is in doubt came to.
struct EarlierRuns {
  play::Result last;
  bool wasInTime = false;  ///< one of them: nothing was missing
  int isolatedRuns = 0;
};

/// How slow the peer is, and whether it can be given more time still.
struct PeerTime {
  bool isSlow = false;
  bool mayTakeMore = true;  ///< cases in isolation with stretched waits
};

/// The round in which a case is to run once more; nothing when `result` counts. Conclusive results
/// count at once. A doubtful one of the first round is repeated: a race in isolation, since it
/// depends on what else the peer has to do, everything else together with the other cases in doubt.
/// When these two runs differ, a run in isolation decides; what was in time once has three tries to
/// be so again. A peer so slow that time explains both runs gets stretched waits, first for all its
/// cases in doubt together, then in isolation as long as it may take more time.
[[nodiscard]] std::optional<Round> repetition(const Scheduler::Turn& turn,
                                              const play::Result& result,
                                              const EarlierRuns* earlier, PeerTime peer);

}  // namespace wsgauntlet::roles
