#include "play/rule_course.hpp"

#include "suite/describe.hpp"
#include "websocket/close_code.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::play {
namespace {

/// As many keys as a judgement on their randomness needs.
constexpr std::size_t kMostMasks = 64;
/// A flood of Close frames says nothing new.
constexpr std::size_t kMostCloseCodes = 8;

std::string typeOf(bool binary) {
  return binary ? "binary" : "text";
}

}  // namespace

RuleCourse::RuleCourse(const suite::Case& testCase) {
  if (testCase.expect.empty()) return;
  for (const suite::ExpectedEvent& event : testCase.expect.front().events) {
    if (const auto* message = std::get_if<suite::ExpectMessage>(&event)) {
      messages_.push_back(*message);
    } else if (const auto* pong = std::get_if<suite::ExpectPong>(&event)) {
      pongs_.push_back(*pong);
    }
  }
}

void RuleCourse::onMessage(OctetView payload, bool binary) {
  if (spoilt()) return;
  const suite::ExpectMessage* due =
      seen.messages < messages_.size() ? &messages_[seen.messages] : nullptr;
  if (due == nullptr) {
    seen.wrongMessage = fmt::format("sent the {} message {}, where no further message was due",
                                    typeOf(binary), suite::describeOctets(payload, payload.size()));
  } else if (due->binary != binary) {
    seen.wrongMessage = fmt::format("sent message {} back as {} instead of {}", seen.messages + 1,
                                    typeOf(binary), typeOf(due->binary));
  } else if (const auto at = due->payload.mismatch(payload); at != Payload::npos) {
    seen.wrongMessage = fmt::format("sent {} back instead of {}; they differ from octet {} on",
                                    suite::describeOctets(payload, payload.size()),
                                    suite::describe(due->payload), at);
  } else {
    ++seen.messages;
    came(*due);
  }
}

/// A peer may answer the most recent Ping alone, and send Pongs that nobody asked for (RFC 6455
/// section 5.5.3).
void RuleCourse::onPong(OctetView payload) {
  came(suite::ExpectPong{Payload(Octets(payload))});
  for (std::size_t i = seen.pongs; i < pongs_.size(); ++i) {
    if (pongs_[i].payload.mismatch(payload) != Payload::npos) continue;
    seen.pongs = i + 1;
    return;
  }
}

void RuleCourse::came(const suite::ExpectedEvent& event) {
  if (awaited_ == event) {
    awaited_.reset();
    return;
  }
  if (const auto at = std::find(seen.unmet.begin(), seen.unmet.end(), event);
      at != seen.unmet.end()) {
    seen.late.push_back(*at);
    seen.unmet.erase(at);
  }
}

void RuleCourse::onFrame(const websocket::ReceivedFrame& frame) {
  const websocket::FrameHeader& header = frame.header;
  seen.sentFrames = true;
  if (header.mask && seen.masks.size() < kMostMasks) seen.masks.push_back(*header.mask);
  if (header.opcode == websocket::kClose) {
    onClose(frame.head);
  } else if (seen.closeFrames > 0 && !websocket::isControl(header.opcode)) {
    seen.dataBehindClose = true;
  }
}

void RuleCourse::onClose(OctetView payload) {
  ++seen.closeFrames;
  const auto code = websocket::closeCodeOf(payload);
  if (seen.closeFrames == 1) {
    seen.closeCode = code;
    if (code) seen.closeReason = payload.substr(2);
  } else if (code && seen.laterCloseCodes.size() < kMostCloseCodes) {
    seen.laterCloseCodes.push_back(*code);
  }
}

void RuleCourse::await(const suite::ExpectedEvent& event) {
  awaited_ = event;
}

void RuleCourse::giveUpAwaited() {
  if (awaited_) seen.unmet.push_back(*awaited_);
  awaited_.reset();
}

bool RuleCourse::complete() const {
  return seen.scriptEnded && !spoilt() && seen.unmet.empty() && seen.messages == messages_.size() &&
         seen.pongs == pongs_.size();
}

}  // namespace wsgauntlet::play
