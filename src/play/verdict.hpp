// The verdict on a case: a pure function of what was observed.
#pragma once

#include "play/result.hpp"
#include "suite/model.hpp"
#include "websocket/closing.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wsgauntlet::play {

/// What a measuring case came to by itself.
struct Outcome {
  Behavior behavior = Behavior::failed;
  std::string result;
  Doubt doubt = Doubt::absence;  ///< of a failure: a wrong echo is conclusive, a missing one is not
};

/// Everything that a verdict depends on.
struct Observation {
  bool isServer = false;  ///< we were the server
  bool opened = false;
  /// For each alternative of the case: the events were exactly these.
  std::vector<bool> matched;
  /// The peer sent a message or a Pong that fits none of the alternatives.
  bool wrongEvent = false;
  bool endedByTimer = false;  ///< a timer of the script closed or failed the connection
  websocket::Closing closing;
  std::map<std::uint8_t, std::uint64_t> framesSent;  ///< by opcode
  /// Set for cases that judge echoes themselves, and for those that the peer does not implement.
  std::optional<Outcome> outcome;
};

struct Verdict {
  Behavior behavior = Behavior::failed;
  BehaviorClose behaviorClose = BehaviorClose::failed;
  std::string result;
  std::string resultClose;
  Doubt doubt = Doubt::none;
};

/// The peer has failed the connection with a code that objects to what it got (RFC 6455 section
/// 7.4.1). A peer that is busy, or ends its service, has other codes.
[[nodiscard]] bool objects(const websocket::Closing& closing);

/// Judges an observation. The phrases are those of the original, since tools compare them.
[[nodiscard]] Verdict judge(const suite::Case& testCase, const Observation& observation);

}  // namespace wsgauntlet::play
