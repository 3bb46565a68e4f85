#include "play/requirement_tracker.hpp"

#include "suite/describe.hpp"
#include "websocket/close_code.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::play {
namespace {

/// As many keys as a judgement on their randomness needs.
constexpr std::size_t kMaxMasks = 64;
/// A flood of Close frames says nothing new.
constexpr std::size_t kMaxCloseCodes = 8;

std::string typeOf(bool binary) {
  return binary ? "binary" : "text";
}

}  // namespace

RequirementTracker::RequirementTracker(const suite::Requirement& requirement) {
  if (!requirement.expected) return;
  for (const suite::ExpectedEvent& event : requirement.expected->events) {
    if (const auto* message = std::get_if<suite::ExpectMessage>(&event)) {
      messages_.push_back(*message);
    } else if (const auto* pong = std::get_if<suite::ExpectPong>(&event)) {
      pongs_.push_back(*pong);
    }
  }
}

void RequirementTracker::onMessage(OctetView payload, bool binary) {
  if (hasFailed()) return;
  const suite::ExpectMessage* due =
      observed_.messages < messages_.size() ? &messages_[observed_.messages] : nullptr;
  if (due == nullptr) {
    observed_.wrongMessage =
        fmt::format("sent the {} message {}, where no further message was due", typeOf(binary),
                    suite::describeOctets(payload, payload.size()));
  } else if (due->binary != binary) {
    observed_.wrongMessage =
        fmt::format("sent message {} back as {} instead of {}", observed_.messages + 1,
                    typeOf(binary), typeOf(due->binary));
  } else if (const auto at = due->payload.mismatch(payload); at != Payload::npos) {
    observed_.wrongMessage = fmt::format("sent {} back instead of {}; they differ from octet {} on",
                                         suite::describeOctets(payload, payload.size()),
                                         suite::describe(due->payload), at);
  } else {
    ++observed_.messages;
    noteEvent(*due);
  }
}

/// A peer may answer only the most recent Ping, and send Pongs that nobody asked for (RFC 6455
/// section 5.5.3).
void RequirementTracker::onPong(OctetView payload) {
  noteEvent(suite::ExpectPong{Payload(Octets(payload))});
  for (std::size_t i = observed_.pongs; i < pongs_.size(); ++i) {
    if (pongs_[i].payload.mismatch(payload) != Payload::npos) continue;
    observed_.pongs = i + 1;
    return;
  }
}

void RequirementTracker::noteEvent(const suite::ExpectedEvent& event) {
  if (awaited_ == event) {
    awaited_.reset();
    return;
  }
  if (const auto at = std::find(observed_.unmet.begin(), observed_.unmet.end(), event);
      at != observed_.unmet.end()) {
    observed_.late.push_back(*at);
    observed_.unmet.erase(at);
  }
}

void RequirementTracker::onFrame(const websocket::ReceivedFrame& frame) {
  const websocket::FrameHeader& header = frame.header;
  observed_.sentFrames = true;
  if (header.mask && observed_.masks.size() < kMaxMasks) observed_.masks.push_back(*header.mask);
  if (header.opcode == websocket::kClose) {
    onClose(frame.head);
  } else if (observed_.closeFrames > 0 && !websocket::isControl(header.opcode)) {
    observed_.dataBehindClose = true;
  }
}

void RequirementTracker::onClose(OctetView payload) {
  ++observed_.closeFrames;
  const auto code = websocket::closeCodeOf(payload);
  if (observed_.closeFrames == 1) {
    observed_.closeCode = code;
    if (code) observed_.closeReason = payload.substr(2);
  } else if (code && observed_.laterCloseCodes.size() < kMaxCloseCodes) {
    observed_.laterCloseCodes.push_back(*code);
  }
}

void RequirementTracker::await(const suite::ExpectedEvent& event) {
  awaited_ = event;
}

void RequirementTracker::giveUpAwaited() {
  if (awaited_) observed_.unmet.push_back(*awaited_);
  awaited_.reset();
}

bool RequirementTracker::isComplete() const {
  return !hasFailed() && observed_.unmet.empty() && observed_.messages == messages_.size() &&
         observed_.pongs == pongs_.size();
}

}  // namespace wsgauntlet::play
