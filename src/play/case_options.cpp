#include "play/case_options.hpp"

#include "play/correction.hpp"

#include <algorithm>
#include <chrono>
#include <variant>

namespace wsgauntlet::play {
namespace {

/// Room for an echo that is much too long, but not for one without end.
std::uint64_t messageLimit(const suite::Case& testCase) {
  std::uint64_t largest = 0;
  const auto see = [&](const Payload& payload) { largest = std::max(largest, payload.size()); };
  for (const suite::Alternative& alternative : suite::alternativesOf(testCase)) {
    for (const suite::ExpectedEvent& event : alternative.events) {
      if (const auto* message = std::get_if<suite::ExpectMessage>(&event)) see(message->payload);
    }
  }
  for (const suite::Step& step : testCase.script) {
    if (const auto* frame = std::get_if<FrameToSend>(&step.action)) {
      see(frame->payload);
      largest = std::max(largest, frame->repeatTo.value_or(0));
    } else if (const auto* message = std::get_if<suite::SendMessage>(&step.action)) {
      see(message->payload);
    }
  }
  if (const auto* loop = std::get_if<suite::RoundTrips>(&testCase.criterion)) {
    if (const auto* payload = std::get_if<Payload>(&loop->payload)) see(*payload);
    if (const auto* slices = std::get_if<suite::CorpusSlices>(&loop->payload)) {
      largest = std::max(largest, slices->length * 4);
    }
  }
  return 2 * largest + (std::uint64_t{1} << 20U);
}

/// How long a peer may take to end TCP after the closing handshake.
constexpr double kServerDrop = 5;
/// How long we watch a client after the closing handshake.
constexpr Duration kWatchClient = std::chrono::milliseconds(50);

/// A slow peer is not a broken one: the timeouts are not shorter than the patience of the case, in
/// seconds, and no longer than that of the setup.
void adaptTimeouts(websocket::Options& options, const CaseTime& time, double patience) {
  const auto atLeast = [&](Duration& timeout, double seconds) {
    timeout = std::max(timeout, time.scaled(seconds));
    if (time.patience) timeout = std::min(timeout, *time.patience);
  };
  atLeast(options.openHandshakeTimeout, patience + 2);
  atLeast(options.closeHandshakeTimeout, patience);
  atLeast(options.serverConnectionDropTimeout, kServerDrop);
  options.serverDropDelay = kWatchClient;
}

}  // namespace

websocket::Options connectionOptions(const suite::Case& testCase, websocket::Options options,
                                     const CaseTime& time, std::optional<double> patience,
                                     bool corrections) {
  options.messageMemory = std::min(options.messageMemory, messageLimit(testCase));
  for (Duration* timeout : {&options.openHandshakeTimeout, &options.closeHandshakeTimeout,
                            &options.serverConnectionDropTimeout}) {
    *timeout = std::chrono::duration_cast<Duration>(*timeout * time.scale);
  }
  if (patience) adaptTimeouts(options, time, *patience);
  using Tolerance = suite::Correction::Tolerance;
  options.holdPongs = corrections && tolerates(testCase, Tolerance::pings);
  if (corrections && tolerates(testCase, Tolerance::lateEnds)) {
    Duration& drop = options.serverConnectionDropTimeout;
    drop = std::max(drop, time.scaled(kServerDrop));
  }
  return options;
}

}  // namespace wsgauntlet::play
