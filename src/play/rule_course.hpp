// Follows a case that is judged by the level of a rule: what has come, and what is still due.
#pragma once

#include "base/octets.hpp"
#include "play/wire_log.hpp"
#include "suite/model.hpp"
#include "websocket/client_handshake.hpp"
#include "websocket/closing.hpp"
#include "websocket/connection.hpp"
#include "websocket/frame_rules.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::play {

/// What was seen of the peer: all that the verdict of such a case depends on.
struct RuleObservation {
  bool isServer = false;  ///< we were the server
  bool opened = false;    ///< as client: the answer was good; as server: always
  Octets handshake;       ///< the peer's header block, or what came of it
  std::optional<websocket::ClientRequest> request;  ///< ours, as client
  std::string fault;       ///< as server: what makes the client's request unusable
  bool keyIsFresh = true;  ///< as server: the client's key is a new one

  std::size_t messages = 0;  ///< that came as expected
  std::size_t pongs = 0;     ///< that came as expected
  std::string wrongMessage;  ///< what came instead of an expected message; empty: nothing
  std::vector<suite::ExpectedEvent> late;   ///< came, but only after the script went on
  std::vector<suite::ExpectedEvent> unmet;  ///< was waited for and did not come
  bool scriptEnded = false;
  bool gaveUp = false;  ///< the peer was silent for too long
  bool peerEndedTcp = false;
  bool sentFrames = false;  ///< the peer has sent at least one
  int closeFrames = 0;
  /// The code and the reason of the first Close frame, which is the one that counts (RFC 6455
  /// section 7.1.5), whatever others follow it.
  std::optional<std::uint16_t> closeCode;
  Octets closeReason;
  std::vector<std::uint16_t> laterCloseCodes;  ///< of the other Close frames, as far as kept
  bool dataBehindClose = false;
  std::vector<websocket::MaskKey> masks;
  std::optional<websocket::Violation> violation;
  websocket::Closing closing;
};

class RuleCourse {
 public:
  explicit RuleCourse(const suite::Case& testCase);

  void onMessage(OctetView payload, bool binary);
  void onPong(OctetView payload);
  void onFrame(const websocket::ReceivedFrame& frame);

  /// The script waits for an event from here on.
  void await(const suite::ExpectedEvent& event);
  /// True once it has come.
  [[nodiscard]] bool awaitedCame() const { return !awaited_; }
  /// The script goes on without it.
  void giveUpAwaited();

  /// Everything that is expected has come, and nothing else.
  [[nodiscard]] bool complete() const;
  /// Nothing that may still come changes the verdict.
  [[nodiscard]] bool spoilt() const { return !seen.wrongMessage.empty(); }

  RuleObservation seen;

 private:
  void came(const suite::ExpectedEvent& event);
  void onClose(OctetView payload);

  std::vector<suite::ExpectMessage> messages_;
  std::vector<suite::ExpectPong> pongs_;
  std::optional<suite::ExpectedEvent> awaited_;
};

}  // namespace wsgauntlet::play
