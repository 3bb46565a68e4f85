#include "websocket/message_reader.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::websocket {

MessageReader::MessageReader(Role role, const Options& options, Handler& handler)
    : role_(role), options_(options), handler_(handler) {}

void MessageReader::inflate(const DeflateParameters& deflate) {
  const bool client = role_ == Role::client;
  inflater_ = std::make_unique<Inflater>(
      client ? deflate.serverMaxWindowBits : deflate.clientMaxWindowBits,
      client ? deflate.serverNoContextTakeover : deflate.clientNoContextTakeover);
}

void MessageReader::read(std::span<char> octets) {
  while (!octets.empty() && !stopped_) {
    if (!inFrame_) {
      OctetView input(octets.data(), octets.size());
      const bool complete = readHeader(input);
      octets = octets.last(input.size());
      if (!complete || stopped_) return;
      frameBegun();
    }
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(frameLeft_, octets.size()));
    if (n > 0) payloadReceived(octets.first(n));
    octets = octets.subspan(n);
    frameLeft_ -= n;
    if (frameLeft_ == 0 && !stopped_) frameEnded();
  }
}

/// Reads and judges a frame header; true when it is complete.
bool MessageReader::readHeader(OctetView& input) {
  const bool complete = header_.feed(input);
  if (!flagsChecked_ && header_.firstTwoOctets()) {
    flagsChecked_ = true;
    FrameContext context;
    context.role = role_;
    context.compression = inflater_ != nullptr;
    context.insideMessage = insideMessage_;
    context.requireMask = options_.requireMaskedClientFrames;
    context.acceptMasked = options_.acceptMaskedServerFrames;
    if (const auto violation =
            checkFirstTwoOctets(header_.header(), header_.lengthField(), context)) {
      handler_.onViolation(*violation);
    }
  }
  if (!complete || stopped_) return false;
  if (const auto violation = checkLength(header_.header())) handler_.onViolation(*violation);
  return !stopped_;
}

void MessageReader::frameBegun() {
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
    messageIsCompressed_ = inflater_ != nullptr && (header.rsv & kRsv1) != 0;
    message_.clear();
    messageWireLength_ = 0;
    utf8_.reset();
  }
  frameStart_ = message_.size();
  messageWireLength_ += header.length;
  if (options_.maxFramePayloadSize > 0 && header.length > options_.maxFramePayloadSize) {
    handler_.onViolation({1008, fmt::format("frame exceeds payload limit of {} octets",
                                            options_.maxFramePayloadSize)});
  } else if (const std::uint64_t limit = messageLimit(); messageWireLength_ > limit) {
    handler_.onViolation({1009, fmt::format("message exceeds payload limit of {} octets", limit)});
  } else if (!messageIsCompressed_ && !ignoresData_) {
    // The length was checked against the limit; memory that is not written to costs nothing.
    message_.reserve(static_cast<std::size_t>(messageWireLength_));
  }
}

std::uint64_t MessageReader::messageLimit() const {
  return options_.maxMessagePayloadSize > 0 ? options_.maxMessagePayloadSize
                                            : options_.messageMemory;
}

void MessageReader::payloadReceived(std::span<char> octets) {
  const FrameHeader& header = header_.header();
  if (header.mask && options_.applyMask) applyMask(octets, *header.mask, frameRead_);
  frameRead_ += octets.size();
  const OctetView view(octets.data(), octets.size());
  if (isControl(header.opcode)) {
    // A longer payload breaks a rule, which was reported with the header.
    if (control_.size() + view.size() <= 125) control_ += view;
  } else if (!ignoresData_) {
    collect(view);
  }
}

/// Takes payload octets of a data frame: inflated where the message is compressed.
void MessageReader::collect(OctetView octets) {
  if (!messageIsCompressed_) {
    keep(octets);
    return;
  }
  inflated_.clear();
  keepInflated(inflater_->feed(octets, inflated_, messageLimit()));
}

void MessageReader::keepInflated(Inflater::Status status) {
  if (status == Inflater::Status::tooLarge) {
    handler_.onViolation(
        {1009, fmt::format("message exceeds payload limit of {} octets", messageLimit())});
  } else if (status == Inflater::Status::corrupt) {
    handler_.onViolation(
        {1007, "invalid deflate data: " + inflater_->error(), "RFC 7692 section 7.2.2"});
  } else {
    keep(inflated_);
  }
}

void MessageReader::keep(OctetView octets) {
  if (!messageIsBinary_ && options_.utf8validateIncoming && !utf8_.feed(octets)) {
    handler_.onViolation({1007,
                          fmt::format("encountered invalid UTF-8 while processing text message at "
                                      "payload octet index {}",
                                      utf8_.index()),
                          "RFC 6455 section 8.1"});
    return;
  }
  message_ += octets;
}

void MessageReader::frameEnded() {
  const FrameHeader& header = header_.header();
  if (isControl(header.opcode)) {
    handler_.onControlFrame(header, control_);
  } else {
    dataFrameEnded();
  }
  header_.reset();
  flagsChecked_ = false;
  inFrame_ = false;
}

void MessageReader::dataFrameEnded() {
  const FrameHeader& header = header_.header();
  if (header.fin && !ignoresData_) checkEndOfMessage();
  if (stopped_) return;
  handler_.onDataFrame(header,
                       ignoresData_ ? OctetView() : OctetView(message_).substr(frameStart_));
  if (!header.fin) return;
  insideMessage_ = false;
  if (!ignoresData_) handler_.onWholeMessage(message_, messageIsBinary_);
}

void MessageReader::checkEndOfMessage() {
  if (messageIsCompressed_) {
    inflated_.clear();
    keepInflated(inflater_->finishMessage(inflated_, messageLimit()));
  }
  if (!ignoresData_ && !messageIsBinary_ && options_.utf8validateIncoming && !utf8_.atBoundary()) {
    handler_.onViolation({1007,
                          fmt::format("UTF-8 text message payload ended within Unicode code point "
                                      "at payload octet index {}",
                                      utf8_.index()),
                          "RFC 6455 section 8.1"});
  }
}

}  // namespace wsgauntlet::websocket
