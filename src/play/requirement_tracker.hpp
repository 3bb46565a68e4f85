// Follows a case that is judged by the level of a rule: what has come, and what is still due.
#pragma once

#include "base/octets.hpp"
#include "play/observation.hpp"
#include "play/wire_log.hpp"
#include "suite/model.hpp"
#include "websocket/observer.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::play {

/// All that the verdict on a requirement depends on.
struct RequirementObservation : Observation {
  std::size_t messages = 0;  ///< that came as expected
  std::size_t pongs = 0;     ///< that came as expected
  std::string wrongMessage;  ///< what came instead of an expected message; empty: nothing
  std::vector<suite::ExpectedEvent> late;   ///< came, but only after the script went on
  std::vector<suite::ExpectedEvent> unmet;  ///< was waited for and did not come
  bool sentFrames = false;                  ///< the peer has sent at least one
  int closeFrames = 0;
  /// The code and the reason of the first Close frame, which is the one that counts (RFC 6455
  /// section 7.1.5), whatever others follow it.
  std::optional<std::uint16_t> closeCode;
  Octets closeReason;
  std::vector<std::uint16_t> laterCloseCodes;  ///< of the other Close frames, as far as kept
  bool dataBehindClose = false;
  std::vector<websocket::MaskKey> masks;
};

/// Follows what the peer sends.
class RequirementTracker {
 public:
  explicit RequirementTracker(const suite::Requirement& requirement);

  void onMessage(OctetView payload, bool binary);
  void onPong(OctetView payload);
  void onFrame(const websocket::ReceivedFrame& frame);

  /// The script waits for an event from here on.
  void await(const suite::ExpectedEvent& event);
  /// It has not come yet.
  [[nodiscard]] bool isAwaiting() const { return awaited_.has_value(); }
  /// The script goes on without it.
  void giveUpAwaited();

  [[nodiscard]] bool expectsAny() const { return !messages_.empty() || !pongs_.empty(); }
  /// Everything that is expected has come, and nothing else.
  [[nodiscard]] bool isComplete() const;
  /// Nothing that may still come changes the verdict.
  [[nodiscard]] bool hasFailed() const { return !observed_.wrongMessage.empty(); }

  [[nodiscard]] const RequirementObservation& observed() const { return observed_; }

 private:
  void noteEvent(const suite::ExpectedEvent& event);
  void onClose(OctetView payload);

  RequirementObservation observed_;
  std::vector<suite::ExpectMessage> messages_;
  std::vector<suite::ExpectPong> pongs_;
  std::optional<suite::ExpectedEvent> awaited_;
};

}  // namespace wsgauntlet::play
