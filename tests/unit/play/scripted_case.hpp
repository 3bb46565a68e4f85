// Cases against peers whose writes are scripted, in virtual time.
#pragma once

#include "simulation.hpp"

#include <string>
#include <utility>
#include <vector>

namespace wsgauntlet::play {

using namespace std::chrono_literals;
using Replies = std::vector<ScriptedPeer::Reply>;

inline const std::string kSwitching =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    "Sec-WebSocket-Accept: KEY\r\n\r\n";

inline constexpr std::uint64_t kRequest = 243;  ///< octets of our handshake

inline const Octets kClose1000 = "\x88\x02\x03\xE8";

inline std::string frame(char opcode, const std::string& payload) {
  return std::string{static_cast<char>(0x80 | opcode), static_cast<char>(payload.size())} + payload;
}
inline std::string text(const std::string& payload) {
  return frame(1, payload);
}
inline std::string pong(const std::string& payload) {
  return frame(10, payload);
}

/// `text Hello`, `pong `, `timeout A`.
inline std::vector<std::string> eventsOf(const Result& result) {
  std::vector<std::string> texts;
  for (const Event& event : result.received) {
    if (const auto* message = std::get_if<MessageEvent>(&event)) {
      texts.push_back((message->binary ? "binary " : "text ") + message->payload.head);
    } else if (const auto* answer = std::get_if<PongEvent>(&event)) {
      texts.push_back("pong " + answer->payload.head);
    } else {
      texts.push_back("timeout " + std::get<TimeoutEvent>(event).tag);
    }
  }
  return texts;
}

template <typename Row>
std::vector<Duration> timesOf(const Result& result) {
  std::vector<Duration> times;
  for (const WireLogRow& row : result.wireLog) {
    if (std::holds_alternative<Row>(row.what)) times.push_back(row.at);
  }
  return times;
}

inline Result runAgainst(const suite::Case& testCase, const std::string& response, Replies replies,
                         double timeoutScale = 1) {
  ScriptedPeer peer(response, std::move(replies));
  Simulation simulation(testCase, Role::client, peer);
  simulation.setup.timeoutScale = timeoutScale;
  return simulation.run();
}

inline suite::Alternative alternative(suite::Rating rating,
                                      std::vector<suite::ExpectedEvent> events) {
  return {rating, std::move(events)};
}

inline suite::ExpectedEvents& expectedEvents(suite::Case& testCase) {
  return std::get<suite::ExpectedEvents>(testCase.criterion);
}

/// Sends a text and waits a second for what is expected.
inline suite::Case waiting(std::vector<suite::Alternative> expect) {
  suite::Case testCase;
  testCase.id = *suite::CaseId::parse("99.1");
  FrameToSend frame;
  frame.opcode = 1;
  frame.payload = Payload("Hello");
  testCase.script = {{frame, {}}, {suite::CloseAfter{1}, {}}};
  testCase.criterion = suite::ExpectedEvents{std::move(expect), true, std::nullopt};
  testCase.close.codes = {1001, 1000};
  return testCase;
}

inline constexpr std::uint64_t kHello = 11;  ///< octets of that text, masked

}  // namespace wsgauntlet::play
