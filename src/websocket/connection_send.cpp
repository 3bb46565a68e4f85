#include "websocket/connection.hpp"

#include <algorithm>
#include <utility>

namespace wsgauntlet::websocket {
namespace {

/// As many octets as any observer wants to see of a write.
constexpr std::uint64_t kHead = 64;

Octets closePayload(std::optional<std::uint16_t> code, const std::optional<Octets>& reason) {
  Octets payload;
  if (code) {
    payload += static_cast<char>(*code >> 8U);
    payload += static_cast<char>(*code & 0xFFU);
  }
  if (reason) payload += *reason;
  return payload;
}

}  // namespace

/// Once both Close frames are there nothing more is said (RFC 6455 section 7.1.4).
bool Connection::isWritable() const {
  return state_ != State::closed && !(state_ == State::closing && closing_.wasClean);
}

void Connection::sendOctets(const Payload& octets) {
  if (isWritable()) write(Encoded({}, octets, 0, octets.size(), {}), {}, false);
}

void Connection::sendFrame(const FrameToSend& frame) {
  emitFrame(frame, 0, frame.payload.size());
}

/// Sends a frame whose payload is a part of `frame.payload`.
void Connection::emitFrame(const FrameToSend& frame, std::uint64_t offset, std::uint64_t length) {
  if (!isWritable()) return;
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
  write(Encoded(OctetView(octets.data(), size), payload, offset, wireLength, key), frame.chop,
        frame.sync);
}

std::optional<MaskKey> Connection::nextMask(const FrameToSend& frame) {
  if (frame.mask) return frame.mask;
  const bool masks = role_ == Role::client ? options_.maskClientFrames : options_.maskServerFrames;
  if (!frame.masked.value_or(masks)) return std::nullopt;
  const std::uint32_t bits = random_.next32();
  return MaskKey{static_cast<std::uint8_t>(bits >> 24U), static_cast<std::uint8_t>(bits >> 16U),
                 static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits)};
}

void Connection::sendMessage(const Payload& payload, bool binary, std::uint64_t fragmentSize,
                             bool sync) {
  if (state_ != State::open) return;
  if (observer_ != nullptr) observer_->messageSent(payload.size());
  if (fragmentSize == 0) fragmentSize = options_.autoFragmentSize;
  if (!deflater_) {
    emitFragments(payload, binary, fragmentSize, false, sync);
    return;
  }
  Octets compressed;
  if (payload.size() == payload.base().size()) {
    deflater_->compress(payload.base(), compressed);
  } else {
    deflater_->compress(payload.octets(), compressed);
  }
  emitFragments(Payload(std::move(compressed)), binary, fragmentSize, true, sync);
}

void Connection::emitFragments(const Payload& payload, bool binary, std::uint64_t fragmentSize,
                               bool compressed, bool sync) {
  FrameToSend frame;
  frame.opcode = binary ? kBinary : kText;
  frame.rsv = compressed ? kRsv1 : std::uint8_t{0};
  frame.payload = payload;
  frame.sync = sync;
  if (fragmentSize == 0 || payload.size() <= fragmentSize) {
    emitFrame(frame, 0, payload.size());
    return;
  }
  // A whole number of fragments is followed by an empty last frame: peers are tested with it.
  std::uint64_t offset = 0;
  do {
    const std::uint64_t length = std::min(fragmentSize, payload.size() - offset);
    frame.fin = length < fragmentSize;
    emitFrame(frame, offset, length);
    frame.opcode = kContinuation;
    frame.rsv = 0;
    offset += length;
  } while (!frame.fin);
}

void Connection::beginMessage(bool binary) {
  if (state_ != State::open) return;
  streamed_ = {binary, false, std::nullopt, 0, 0};
}

void Connection::beginFrame(std::uint64_t length) {
  if (state_ != State::open) return;
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
  write(Encoded(Octets(octets.data(), encodeHeader(header, octets))), std::nullopt, false);
}

void Connection::sendFrameData(const Payload& payload, bool sync) {
  if (state_ != State::open) return;
  write(Encoded({}, payload, 0, payload.size(), streamed_.key, streamed_.phase), std::nullopt,
        sync);
  streamed_.phase += payload.size();
  streamed_.left -= std::min(streamed_.left, payload.size());
  if (streamed_.left == 0 && heldPong_) sendFrame(*std::exchange(heldPong_, std::nullopt));
}

void Connection::endMessage() {
  if (state_ != State::open) return;
  FrameToSend last;
  last.opcode = kContinuation;
  sendFrame(last);
}

void Connection::sendClose(std::optional<std::uint16_t> code, const std::optional<Octets>& reason,
                           TimePoint now) {
  if (state_ == State::open) sendCloseFrame(code, reason, false, now);
}

void Connection::sendCloseFrame(std::optional<std::uint16_t> code,
                                const std::optional<Octets>& reason, bool isReply, TimePoint now) {
  FrameToSend frame;
  frame.opcode = kClose;
  frame.payload = Payload(closePayload(code, reason));
  sendFrame(frame);
  if (!pieces_.empty()) pieces_.back().closes = true;

  state_ = State::closing;
  timers_.cancel(Timer::autoPing);
  timers_.cancel(Timer::autoPong);
  closing_.closedByMe = !isReply;
  closing_.localCloseCode = code;
  closing_.localCloseReason = reason;
  if (!isReply && options_.closeHandshakeTimeout > Duration::zero()) {
    timers_.set(Timer::closeHandshake, now + options_.closeHandshakeTimeout);
  }
}

void Connection::fail(std::uint16_t code, const std::string& reason, TimePoint now) {
  if (state_ == State::closed) return;
  now_ = now;
  closing_.failedByMe = true;
  if (options_.failByDrop) {
    closing_.wasClean = false;
    closing_.wasNotCleanReason = "I failed the WebSocket connection by dropping the TCP connection";
    drop(Ending::close);
  } else if (state_ == State::open) {
    sendCloseFrame(code, reason, false, now);
  } else {
    drop(Ending::close);
  }
}

void Connection::drop(Ending ending) {
  if (state_ == State::closed) return;
  closing_.droppedByMe = true;
  if (ending == Ending::close && draining_) {
    // What was logged as sent also reaches the wire; a peer that does not read is cut off in time.
    endAfterPieces_ = ending;
    timers_.cancel(Timer::closeHandshake);
    if (options_.closeHandshakeTimeout > Duration::zero()) {
      timers_.set(Timer::closeHandshake, now_ + options_.closeHandshakeTimeout);
    }
    return;
  }
  outbox_.end(ending);
  closed();
}

/// Writes an encoded frame: at once, or piece by piece after what already waits.
void Connection::write(const Encoded& encoded, std::optional<std::uint32_t> chop, bool sync) {
  if (!chop && !sync && pieces_.empty()) {
    transmit(encoded, 0, encoded.size(), false);
    return;
  }
  pieces_.push_back({encoded, 0, chop.value_or(0), sync || chop});
  if (!draining_) {
    draining_ = true;
    sendNextPiece();
  }
}

/// The peer has closed, and what waits would only provoke it: all that still goes out, at once, is
/// the rest of a frame that was begun, and our Close frame.
void Connection::dropWaiting() {
  for (const Piece& piece : pieces_) {
    if (piece.at > 0 || piece.closes) {
      transmit(piece.encoded, piece.at, piece.encoded.size(), piece.sync);
    }
  }
  pieces_.clear();
  draining_ = false;
  if (endAfterPieces_ != Ending::none) drop(endAfterPieces_);
}

void Connection::sendNextPiece() {
  if (state_ == State::closed) return;
  if (pieces_.empty()) {
    draining_ = false;
    if (endAfterPieces_ != Ending::none) drop(endAfterPieces_);
    return;
  }
  Piece& piece = pieces_.front();
  const std::uint64_t size = piece.encoded.size();
  const std::uint64_t to = piece.chop == 0 ? size : std::min(size, piece.at + piece.chop);
  transmit(piece.encoded, piece.at, to, piece.sync);
  piece.at = to;
  if (to == size) pieces_.pop_front();
}

/// Single octets and SYNC frames are paced; the many thousand larger chops of the limits cases are
/// not, since they would only make these cases slow.
Pieces Connection::queuedPieces() const {
  constexpr std::uint32_t kEager = 64;
  if (!draining_) return Pieces::none;
  return pieces_.empty() || pieces_.front().chop >= kEager ? Pieces::eager : Pieces::paced;
}

void Connection::transmit(const Encoded& encoded, std::uint64_t from, std::uint64_t to,
                          bool piece) {
  if (observer_ != nullptr) {
    std::array<char, kHead> head{};
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(kHead, to - from));
    encoded.copy(from, std::span(head).first(n));
    observer_->octetsSent(to - from, OctetView(head.data(), n), piece);
  }
  outbox_.append(encoded, from, to);
}

}  // namespace wsgauntlet::websocket
