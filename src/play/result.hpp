// What one case on one connection came to: everything that any report needs.
#pragma once

#include "base/clock.hpp"
#include "play/wire_log.hpp"
#include "suite/model.hpp"
#include "websocket/closing.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wsgauntlet::play {

enum class Behavior { ok, nonStrict, informational, unimplemented, failed };
enum class BehaviorClose { ok, informational, failedByClient, wrongCode, unclean, failed };

/// The words of reports: `OK`, `NON-STRICT`, `INFORMATIONAL`, `UNIMPLEMENTED`, `FAILED`.
[[nodiscard]] std::string_view name(Behavior behavior);
/// The words of reports: `OK`, `INFORMATIONAL`, `FAILED BY CLIENT`, `WRONG CODE`, `UNCLEAN`,
/// `FAILED`.
[[nodiscard]] std::string_view name(BehaviorClose behavior);

struct MessageEvent {
  Excerpt payload;
  bool binary = false;
  bool operator==(const MessageEvent&) const = default;
};
struct PongEvent {
  Excerpt payload;
  bool operator==(const PongEvent&) const = default;
};
struct TimeoutEvent {
  std::string tag;
  bool operator==(const TimeoutEvent&) const = default;
};
/// An event as reports show it.
using Event = std::variant<MessageEvent, PongEvent, TimeoutEvent>;

/// Octets and frames of data messages, for compression cases.
struct TrafficStats {
  struct Direction {
    std::uint64_t octetsAppLevel = 0;        ///< payload before compression
    std::uint64_t octetsWebSocketLevel = 0;  ///< payload in frames
    std::uint64_t octetsWireLevel = 0;       ///< written or read while open
    std::uint64_t frames = 0;
    std::uint64_t messages = 0;
    bool operator==(const Direction&) const = default;
  };
  Direction outgoing;
  Direction incoming;
  std::uint64_t preopenOutgoingOctetsWireLevel = 0;  ///< handshake
  std::uint64_t preopenIncomingOctetsWireLevel = 0;
  bool operator==(const TrafficStats&) const = default;
};

/// Counts by size of write or read, and by opcode.
struct WireStats {
  std::map<std::uint64_t, std::uint64_t> octetsReceived;
  std::map<std::uint64_t, std::uint64_t> octetsSent;
  std::map<std::uint8_t, std::uint64_t> framesReceived;
  std::map<std::uint8_t, std::uint64_t> framesSent;
  bool operator==(const WireStats&) const = default;
};

/// Why a second run of the case might end otherwise. What the peer did is conclusive: no delay
/// explains a wrong echo, a forbidden frame or a wrong close code.
enum class Doubt {
  none,
  absence,  ///< something did not come, or did not come in time
  race,     ///< which of several right courses it is depends on how soon the peer answers
};

/// Which run of a case a result is of: a doubtful one of the first round is repeated.
enum class Run {
  only,
  second,      ///< a repetition
  unrepeated,  ///< of the first round, and the run or the peer ended before the repetition
};

/// A verdict that a correction has changed (cases/corrections).
struct AppliedCorrection {
  Behavior behavior = Behavior::failed;  ///< what it would have been
  BehaviorClose behaviorClose = BehaviorClose::failed;
  std::string clause;  ///< that allows what the peer did
  std::string why;
  bool operator==(const AppliedCorrection&) const = default;
};

struct Result {
  const suite::Case* testCase = nullptr;  ///< lives as long as the catalogue
  int number = 0;  ///< fuzzing client: position among all; fuzzing server: among the selected
  std::string agent;
  bool isServer = false;  ///< we were the server
  Run run = Run::only;

  Behavior behavior = Behavior::failed;
  BehaviorClose behaviorClose = BehaviorClose::failed;
  std::string result;
  std::string resultClose;
  std::optional<AppliedCorrection> correction;
  Doubt doubt = Doubt::none;
  bool cutShort = false;  ///< a wait ran out that was shorter than the case says

  WallTime started;
  std::chrono::milliseconds duration{};  ///< from open to the end of TCP

  bool opened = false;  ///< the opening handshake was completed
  std::vector<Event> received;
  websocket::Closing closing;
  std::string httpRequest;  ///< header block with its empty line; empty when there was none
  std::string httpResponse;
  WireStats stats;
  std::optional<TrafficStats> traffic;
  WireLog wireLog;
  bool wireLogOn = true;  ///< it was on at the end

  /// Each round trip of a case that measures, in the order in which they were made.
  std::vector<std::chrono::nanoseconds> roundTrips;

  /// Of the case, the address is compared.
  bool operator==(const Result&) const = default;
};

}  // namespace wsgauntlet::play
