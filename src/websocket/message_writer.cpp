#include "websocket/message_writer.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wsgauntlet::websocket {

MessageWriter::MessageWriter(Role role, const Options& options, Random& random, Observer* observer,
                             PieceQueue& pieces)
    : role_(role), options_(options), random_(random), observer_(observer), pieces_(pieces) {}

void MessageWriter::compress(const DeflateParameters& deflate) {
  const bool client = role_ == Role::client;
  deflater_ = std::make_unique<Deflater>(
      client ? deflate.clientMaxWindowBits : deflate.serverMaxWindowBits,
      client ? deflate.clientNoContextTakeover : deflate.serverNoContextTakeover,
      options_.compressionLevel, options_.compressionMemLevel);
}

void MessageWriter::writeFrame(const FrameToSend& frame) {
  writePart(frame, 0, frame.payload.size());
}

/// A frame whose payload is a part of `frame.payload`.
void MessageWriter::writePart(const FrameToSend& frame, std::uint64_t offset,
                              std::uint64_t length) {
  const Payload payload =
      frame.repeatTo ? frame.payload.repeatedTo(*frame.repeatTo) : frame.payload;
  const std::uint64_t wireLength = frame.repeatTo ? payload.size() : length;

  FrameHeader header;
  header.fin = frame.fin;
  header.rsv = frame.rsv;
  header.opcode = frame.opcode;
  header.mask = nextMask(frame);
  header.lengthOctets = frame.lengthOctets;
  header.length = frame.declaredLength.value_or(wireLength);
  std::array<char, 14> octets{};
  const std::size_t size = encodeHeader(header, octets);

  if (observer_ != nullptr) {
    observer_->frameSent({frame.opcode, frame.fin, frame.rsv, header.mask, frame.payload, offset,
                          length, wireLength, frame.repeatTo, frame.chop, frame.sync});
  }
  const auto key = options_.applyMask ? header.mask : std::nullopt;
  pieces_.write(Encoded(OctetView(octets.data(), size), payload, offset, wireLength, key),
                frame.chop, frame.sync);
}

void MessageWriter::writeAfterFrame(FrameToSend frame) {
  held_ = std::move(frame);
}

std::optional<MaskKey> MessageWriter::nextMask(const FrameToSend& frame) {
  if (frame.mask) return frame.mask;
  const bool masks = role_ == Role::client ? options_.maskClientFrames : options_.maskServerFrames;
  if (!frame.masked.value_or(masks)) return std::nullopt;
  const std::uint32_t bits = random_.next32();
  return MaskKey{static_cast<std::uint8_t>(bits >> 24U), static_cast<std::uint8_t>(bits >> 16U),
                 static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits)};
}

void MessageWriter::writeMessage(const Payload& payload, bool binary, std::uint64_t fragmentSize,
                                 bool sync) {
  if (observer_ != nullptr) observer_->messageSent(payload.size());
  FrameToSend frame;
  frame.opcode = binary ? kBinary : kText;
  frame.sync = sync;
  frame.payload = payload;
  if (deflater_) {
    Octets compressed;
    if (payload.size() == payload.base().size()) {
      deflater_->compress(payload.base(), compressed);
    } else {
      deflater_->compress(payload.octets(), compressed);
    }
    frame.payload = Payload(std::move(compressed));
    frame.rsv = kRsv1;
  }
  writeFragments(std::move(frame), fragmentSize);
}

void MessageWriter::writeFragments(FrameToSend frame, std::uint64_t fragmentSize) {
  const std::uint64_t size = frame.payload.size();
  if (fragmentSize == 0 || size <= fragmentSize) {
    writeFrame(frame);
    return;
  }
  // A whole number of fragments is followed by an empty last frame: peers are tested with it.
  std::uint64_t offset = 0;
  do {
    const std::uint64_t length = std::min(fragmentSize, size - offset);
    frame.fin = length < fragmentSize;
    writePart(frame, offset, length);
    frame.opcode = kContinuation;
    frame.rsv = 0;
    offset += length;
  } while (!frame.fin);
}

void MessageWriter::beginMessage(bool binary) {
  streamed_ = {binary, false, std::nullopt, 0, 0};
}

void MessageWriter::beginFrame(std::uint64_t length) {
  FrameHeader header;
  header.fin = false;
  header.opcode = streamed_.begun ? kContinuation : (streamed_.binary ? kBinary : kText);
  header.mask = nextMask({});
  header.length = length;
  streamed_.begun = true;
  streamed_.key = options_.applyMask ? header.mask : std::nullopt;
  streamed_.phase = 0;
  streamed_.left = length;
  std::array<char, 14> octets{};
  pieces_.write(Encoded(Octets(octets.data(), encodeHeader(header, octets))), std::nullopt, false);
}

void MessageWriter::writeFrameData(const Payload& payload, bool sync) {
  pieces_.write(Encoded({}, payload, 0, payload.size(), streamed_.key, streamed_.phase),
                std::nullopt, sync);
  streamed_.phase += payload.size();
  streamed_.left -= std::min(streamed_.left, payload.size());
  if (streamed_.left == 0 && held_) writeFrame(*std::exchange(held_, std::nullopt));
}

void MessageWriter::endMessage() {
  FrameToSend last;
  last.opcode = kContinuation;
  writeFrame(last);
}

}  // namespace wsgauntlet::websocket
