// The verdict on a case that is judged by the level of a rule: a pure function of what was seen.
#pragma once

#include "play/requirement_tracker.hpp"
#include "play/verdict.hpp"
#include "suite/model.hpp"

namespace wsgauntlet::play {

/// Judges: the gravest rule that is broken decides. The result names its clause, quotes what the
/// peer did and says what a conforming peer does.
[[nodiscard]] Verdict judgeRequirement(const suite::Case& testCase,
                                       const RequirementObservation& seen);

}  // namespace wsgauntlet::play
