// Judges a case of the original again with what its corrections tolerate (cases/corrections).
#pragma once

#include "play/event_matcher.hpp"
#include "play/verdict.hpp"
#include "suite/model.hpp"

namespace wsgauntlet::play {

/// One of the case's corrections is of this kind.
[[nodiscard]] bool tolerates(const suite::Case& testCase, suite::Correction::Tolerance tolerance);

/// What a matcher tolerates for the corrections of a case.
[[nodiscard]] TolerantOfPongs tolerantOfPongs(const suite::Case& testCase);

/// The verdict with corrections: `verdict`, unless a correction makes it better; then it says why,
/// and what it was without. `tolerant` has followed the events with the tolerance of the case; null
/// for cases that are judged by echoes.
[[nodiscard]] Verdict correctedVerdict(const suite::Case& testCase, const EventObservation& seen,
                                       const EventMatcher* tolerant, Verdict verdict);

}  // namespace wsgauntlet::play
