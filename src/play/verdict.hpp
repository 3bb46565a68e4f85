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
};

/// Everything that a verdict depends on.
struct Observation {
  bool isServer = false;  ///< we were the server
  bool opened = false;
  /// For each alternative of the case: the events were exactly these.
  std::vector<bool> matched;
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
};

/// Judges an observation. The phrases are those of the original, since tools compare them.
[[nodiscard]] Verdict judge(const suite::Case& testCase, const Observation& observation);

}  // namespace wsgauntlet::play
