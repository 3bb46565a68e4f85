#include "websocket/close_code.hpp"
#include "websocket/connection.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

/// A peer that floods us with Pings and reads nothing gets no further Pongs.
constexpr std::uint64_t kMaxWaiting = std::uint64_t{1} << 20U;

}  // namespace
void Connection::received(std::span<char> octets, TimePoint now) {
  if (state_ == State::closed) return;
  now_ = now;
  if (observer_ != nullptr) observer_->octetsReceived(OctetView(octets.data(), octets.size()));
  if (state_ == State::connecting) {
    readResponse(octets, now);
  } else {
    readFrames(octets);
  }
}

void Connection::readFrames(std::span<char> octets) {
  while (!octets.empty() && state_ != State::closed) {
    if (!inFrame_) {
      OctetView input(octets.data(), octets.size());
      const bool complete = readHeader(input);
      octets = octets.last(input.size());
      if (!complete || state_ == State::closed) return;
      frameBegun();
    }
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(frameLeft_, octets.size()));
    if (n > 0) payloadReceived(octets.first(n));
    octets = octets.subspan(n);
    frameLeft_ -= n;
    if (frameLeft_ == 0 && state_ != State::closed) frameEnded();
  }
}

/// Reads and judges a frame header; true when it is complete.
bool Connection::readHeader(OctetView& input) {
  const bool complete = header_.feed(input);
  if (!flagsChecked_ && header_.firstTwoOctets()) {
    flagsChecked_ = true;
    FrameContext context;
    context.role = role_;
    context.compression = deflate_.has_value();
    context.insideMessage = insideMessage_;
    context.requireMask = options_.requireMaskedClientFrames;
    context.acceptMasked = options_.acceptMaskedServerFrames;
    if (const auto violation =
            checkFirstTwoOctets(header_.header(), header_.lengthField(), context)) {
      violate(*violation);
    }
  }
  if (!complete || state_ == State::closed) return false;
  if (const auto violation = checkLength(header_.header())) violate(*violation);
  return state_ != State::closed;
}

void Connection::frameBegun() {
  const FrameHeader& header = header_.header();
  inFrame_ = true;
  frameLeft_ = header.length;
  frameRead_ = 0;
  if (isControl(header.opcode)) {
    control_.clear();
    return;
  }
  if (!insideMessage_) {
    insideMessage_ = true;
    messageIsBinary_ = header.opcode == kBinary;
    messageIsCompressed_ = deflate_ && (header.rsv & kRsv1) != 0;
    message_.clear();
    messageWireLength_ = 0;
    utf8_.reset();
  }
  frameStart_ = message_.size();
  messageWireLength_ += header.length;
  if (options_.maxFramePayloadSize > 0 && header.length > options_.maxFramePayloadSize) {
    violate({1008, fmt::format("frame exceeds payload limit of {} octets",
                               options_.maxFramePayloadSize)});
  } else if (const std::uint64_t limit = messageLimit(); messageWireLength_ > limit) {
    violate({1009, fmt::format("message exceeds payload limit of {} octets", limit)});
  } else if (!messageIsCompressed_ && !closing_.failedByMe) {
    // The length was checked against the limit; memory that is not written to costs nothing.
    message_.reserve(static_cast<std::size_t>(messageWireLength_));
  }
}

std::uint64_t Connection::messageLimit() const {
  return options_.maxMessagePayloadSize > 0 ? options_.maxMessagePayloadSize
                                            : options_.messageMemory;
}

void Connection::payloadReceived(std::span<char> octets) {
  const FrameHeader& header = header_.header();
  if (header.mask && options_.applyMask) applyMask(octets, *header.mask, frameRead_);
  frameRead_ += octets.size();
  const OctetView view(octets.data(), octets.size());
  if (isControl(header.opcode)) {
    // A control frame with a longer payload has failed the connection already.
    if (control_.size() + view.size() <= 125) control_ += view;
  } else if (!closing_.failedByMe) {
    collect(view);
  }
}

/// Takes payload octets of a data frame: inflated where the message is compressed.
void Connection::collect(OctetView octets) {
  if (!messageIsCompressed_) {
    keep(octets);
    return;
  }
  inflated_.clear();
  keepInflated(inflater_->feed(octets, inflated_, messageLimit()));
}

void Connection::keepInflated(Inflater::Status status) {
  if (status == Inflater::Status::tooLarge) {
    violate({1009, fmt::format("message exceeds payload limit of {} octets", messageLimit())});
  } else if (status == Inflater::Status::corrupt) {
    violate({1007, "invalid deflate data: " + inflater_->error(), "RFC 7692 section 7.2.2"});
  } else {
    keep(inflated_);
  }
}

void Connection::keep(OctetView octets) {
  if (!messageIsBinary_ && options_.utf8validateIncoming && !utf8_.feed(octets)) {
    violate({1007,
             fmt::format("encountered invalid UTF-8 while processing text message at "
                         "payload octet index {}",
                         utf8_.index()),
             "RFC 6455 section 8.1"});
    return;
  }
  message_ += octets;
}

void Connection::frameEnded() {
  const bool control = isControl(header_.header().opcode);
  if (control) {
    controlFrameEnded();
  } else {
    dataFrameEnded();
  }
  header_.reset();
  flagsChecked_ = false;
  brokenAgain_ = false;
  inFrame_ = false;
}

void Connection::dataFrameEnded() {
  const FrameHeader& header = header_.header();
  if (header.fin && !closing_.failedByMe) endMessageContent();
  if (state_ == State::closed) return;
  if (observer_ != nullptr) {
    OctetView kept;
    if (!closing_.failedByMe) kept = OctetView(message_).substr(frameStart_);
    observer_->frameReceived({header, kept.size(), kept});
  }
  if (!header.fin) return;
  insideMessage_ = false;
  if (closing_.failedByMe) return;
  if (observer_ != nullptr) observer_->messageReceived(message_.size());
  listener_.onMessage(message_, messageIsBinary_);
}

/// The checks at the end of a message.
void Connection::endMessageContent() {
  if (messageIsCompressed_) {
    inflated_.clear();
    keepInflated(inflater_->finishMessage(inflated_, messageLimit()));
  }
  if (!closing_.failedByMe && !messageIsBinary_ && options_.utf8validateIncoming &&
      !utf8_.atBoundary()) {
    violate({1007,
             fmt::format("UTF-8 text message payload ended within Unicode code point at "
                         "payload octet index {}",
                         utf8_.index()),
             "RFC 6455 section 8.1"});
  }
}

void Connection::controlFrameEnded() {
  const FrameHeader& header = header_.header();
  if (observer_ != nullptr) observer_->frameReceived({header, control_.size(), control_});
  if (header.opcode == kClose) {
    closeReceived(control_);
  } else if (header.opcode == kPing && state_ == State::open && outbox_.waiting() < kMaxWaiting) {
    FrameToSend pong;
    pong.opcode = kPong;
    pong.payload = Payload(control_);
    if (options_.holdPongs && streamed_.left > 0) {
      heldPong_ = std::move(pong);
    } else {
      sendFrame(pong);
    }
  } else if (header.opcode == kPong) {
    if (control_ == pingPayload_) timers_.cancel(Timer::autoPong);
    if (!brokenAgain_) listener_.onPong(control_);
  }
}

void Connection::closeReceived(OctetView payload) {
  const std::optional<std::uint16_t> code = closeCodeOf(payload);
  std::optional<Octets> reason;
  if (payload.size() > 2) reason = Octets(payload.substr(2));
  closing_.remoteCloseCode = code;
  closing_.remoteCloseReason = reason;
  if (code && !isAllowedOnWire(*code)) {
    violate({1002, fmt::format("invalid close code {}", *code), "RFC 6455 section 7.4"});
  } else if (reason && !isValidUtf8(*reason)) {
    violate({1007, "invalid close reason (non-UTF-8 payload)", "RFC 6455 section 5.5.1"});
  }
  if (state_ == State::closed) return;
  closing_.wasClean = true;
  dropWaiting();
  if (state_ == State::closed) return;
  if (state_ == State::open) answerClose(code, reason);
  // The Close frame is there, whatever was wrong with it: now the server ends TCP.
  timers_.cancel(Timer::closeHandshake);
  if (role_ == Role::server) {
    if (options_.serverDropDelay > Duration::zero()) {
      timers_.set(Timer::serverDrop, now_ + options_.serverDropDelay);
    } else {
      drop(Ending::close);
    }
  } else if (options_.serverConnectionDropTimeout > Duration::zero() &&
             !timers_.runs(Timer::serverDrop)) {
    // Further Close frames give the server no more time.
    timers_.set(Timer::serverDrop, now_ + options_.serverConnectionDropTimeout);
  }
}

void Connection::answerClose(std::optional<std::uint16_t> code,
                             const std::optional<Octets>& reason) {
  if (options_.echoCloseCodeReason) {
    sendCloseFrame(code, reason, true, now_);
  } else {
    sendCloseFrame(1000, std::nullopt, true, now_);
  }
}

/// The peer broke a rule. The first violation fails the connection. What comes after it is read, so
/// that the peer's Close frame and its other events are seen, but not judged again: a frame with a
/// further breach counts for nothing.
void Connection::violate(const Violation& violation) {
  if (violation_) {
    brokenAgain_ = true;
    return;
  }
  violation_ = violation;
  fail(violation.code, violation.reason, now_);
  if (options_.dropAfterFailure) drop(Ending::close);
}

}  // namespace wsgauntlet::websocket
