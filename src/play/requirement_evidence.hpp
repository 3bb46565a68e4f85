// What was seen of a peer in a case that is judged by level, in the words of verdicts.
#pragma once

#include "play/requirement_tracker.hpp"
#include "suite/model.hpp"
#include "websocket/http.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::play {

/// The beginning of what a peer wrote, as visible characters.
[[nodiscard]] std::string excerpt(OctetView text);

/// Case and observation outlive it.
class RequirementEvidence {
 public:
  RequirementEvidence(const suite::Case& testCase, const RequirementObservation& observation)
      : rule(testCase), seen(observation), head(websocket::parseHead(observation.handshake)) {}

  const suite::Case& rule;
  const RequirementObservation& seen;
  const websocket::HttpHead head;  ///< of the peer's handshake

  /// The status code of a server's answer; none without one.
  [[nodiscard]] std::optional<int> status() const;
  /// `answered 'HTTP/1.1 …'`, `was silent` or `ended TCP without an answer`; `requested '…'` of a
  /// client.
  [[nodiscard]] std::string handshakeWords() const;
  /// The peer began the closing, with a Close frame or by ending TCP.
  [[nodiscard]] bool closedFirst() const;
  /// `closed the connection with code 1002 (reason)`, or without a code or a Close frame.
  [[nodiscard]] std::string closingWords() const;
  [[nodiscard]] bool hasCloseCode(const std::vector<std::uint16_t>& codes) const;
  /// The codes of the Close frames that the case sends.
  [[nodiscard]] std::vector<std::uint16_t> sentCloseCodes() const;
  /// The case sends a Close frame, good or bad.
  [[nodiscard]] bool sentClose() const;
  /// Octets of the largest message or frame that the case sends.
  [[nodiscard]] std::uint64_t largestMessage() const;
};

/// What the peer did against a check; empty when it kept to it. `well-formed` is judged elsewhere.
[[nodiscard]] std::string breachOf(const suite::Check& check, const RequirementEvidence& evidence);

}  // namespace wsgauntlet::play
