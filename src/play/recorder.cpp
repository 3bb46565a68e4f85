#include "play/recorder.hpp"

#include <utility>

namespace wsgauntlet::play {
namespace {

bool isDataFrame(std::uint8_t opcode) {
  return opcode <= websocket::kBinary;
}

/// The start of a part of a payload, with the length of the part.
Excerpt excerptOf(const websocket::SentFrame& frame) {
  Excerpt excerpt;
  excerpt.length = frame.length;
  excerpt.head.resize(std::min<std::uint64_t>(frame.length, Excerpt::kOctets));
  frame.payload.copy(frame.offset, excerpt.head);
  return excerpt;
}

}  // namespace

void Recorder::octetsReceived(OctetView octets) {
  ++stats_.octetsReceived[octets.size()];
  (open_ ? traffic_.incoming.octetsWireLevel : traffic_.preopenIncomingOctetsWireLevel) +=
      octets.size();
  if (logOn_) note(OctetsRow{false, Excerpt(octets), false});
}

void Recorder::octetsSent(std::uint64_t length, OctetView head, bool piece) {
  ++stats_.octetsSent[length];
  (open_ ? traffic_.outgoing.octetsWireLevel : traffic_.preopenOutgoingOctetsWireLevel) += length;
  if (!logOn_) return;
  OctetsRow row{true, Excerpt(head), piece};
  row.octets.length = length;
  note(std::move(row));
}

void Recorder::frameReceived(const websocket::ReceivedFrame& frame) {
  const websocket::FrameHeader& header = frame.header;
  if (watch_) watch_(frame);
  ++stats_.framesReceived[header.opcode];
  if (isDataFrame(header.opcode)) {
    ++traffic_.incoming.frames;
    traffic_.incoming.octetsWebSocketLevel += header.length;
  }
  if (!logOn_) return;
  FrameReceivedRow row{Excerpt(frame.head), header.opcode, header.fin, header.rsv, header.mask};
  row.payload.length = frame.length;
  note(std::move(row));
}

void Recorder::frameSent(const websocket::SentFrame& frame) {
  ++stats_.framesSent[frame.opcode];
  if (isDataFrame(frame.opcode)) {
    ++traffic_.outgoing.frames;
    traffic_.outgoing.octetsWebSocketLevel += frame.wireLength;
  }
  if (!logOn_) return;
  note(FrameSentRow{excerptOf(frame), frame.opcode, frame.fin, frame.rsv, frame.mask,
                    frame.repeatTo, frame.chop, frame.sync});
}

void Recorder::messageSent(std::uint64_t length) {
  ++traffic_.outgoing.messages;
  traffic_.outgoing.octetsAppLevel += length;
}

void Recorder::messageReceived(std::uint64_t length) {
  ++traffic_.incoming.messages;
  traffic_.incoming.octetsAppLevel += length;
}

}  // namespace wsgauntlet::play
