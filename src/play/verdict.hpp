// The verdict on a case: a pure function of what was observed.
#pragma once

#include "play/observation.hpp"
#include "play/result.hpp"
#include "suite/model.hpp"
#include "websocket/closing.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wsgauntlet::play {

/// What a case that judges echoes came to.
struct EchoVerdict {
  Behavior behavior = Behavior::failed;
  std::string result;
  Doubt doubt = Doubt::absence;  ///< of a failure: a wrong echo is conclusive, a missing one is not
};

/// Everything that the verdict of a case without a requirement depends on.
struct EventObservation : Observation {
  /// For each alternative of the case: the events were exactly these.
  std::vector<bool> matched;
  /// The peer sent a message or a Pong that fits none of the alternatives.
  bool wrongEvent = false;
  /// Set for cases that judge echoes themselves.
  std::optional<EchoVerdict> echo;
};

struct Verdict {
  Behavior behavior = Behavior::failed;
  BehaviorClose behaviorClose = BehaviorClose::failed;
  std::string result;
  std::string resultClose;
  Doubt doubt = Doubt::none;
  std::optional<AppliedCorrection> correction;  ///< that has made it what it is
};

/// The peer has failed the connection with a code that objects to what it got (RFC 6455 section
/// 7.4.1). A peer that is busy, or ends its service, has other codes.
[[nodiscard]] bool objects(const websocket::Closing& closing);

/// Judges an observation. The phrases are those of the original, since tools compare them.
[[nodiscard]] Verdict judge(const suite::Case& testCase, const EventObservation& observation);

}  // namespace wsgauntlet::play
