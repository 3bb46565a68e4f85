// What a peer that deviates on purpose makes of the frames that come.
#include "mutants/mutant_peer.hpp"
#include "websocket/utf8.hpp"

#include <algorithm>
#include <array>

namespace wsgauntlet::mutants {
namespace {

using websocket::FrameHeader;
using websocket::isControl;

constexpr std::uint64_t kMaxPayload = std::uint64_t{64} << 20U;
constexpr std::uint8_t kRsv1 = websocket::kRsv1;

/// Which frames with a mask, or without one, a peer accepts that must not.
struct LenientMasking {
  Mutation always;
  Mutation control;
  Mutation continuations;
  Mutation empty;
  Mutation later;
};
constexpr LenientMasking kTakesUnmasked{Mutation::takesUnmasked, Mutation::takesUnmaskedControl,
                                        Mutation::takesUnmaskedContinuations,
                                        Mutation::takesUnmaskedEmpty, Mutation::takesUnmaskedLater};
constexpr LenientMasking kTakesMasked{Mutation::takesMasked, Mutation::takesMaskedControl,
                                      Mutation::takesMaskedContinuations,
                                      Mutation::takesMaskedEmpty, Mutation::takesMaskedLater};

}  // namespace

void MutantPeer::readFrames() {
  const int framesBefore = frames_;
  while (!unread_.empty() && !deaf_ && readFrame()) {
    if (is(Mutation::oneFramePerRead) && frames_ > framesBefore) {
      unread_.clear();
      break;
    }
  }
  if (heldPong_) frame(websocket::kPong, *heldPong_);
  heldPong_.reset();
  flushHeld();
}

/// Reads one frame from the front of what is unread; false when it is not complete.
bool MutantPeer::readFrame() {
  OctetView input(unread_);
  websocket::FrameHeaderReader reader;
  if (!reader.feed(input)) {
    if (is(Mutation::headerInOneRead) || is(Mutation::frameInOneRead)) fail(1002);
    // The first two octets are enough to judge most of a header.
    if (reader.firstTwoOctets() && !headerJudged_ && !is(Mutation::judgesLate)) {
      headerJudged_ = true;
      if (!isHeaderFine(reader.header())) return false;
    }
    return false;
  }
  FrameHeader header = reader.header();
  const auto length = header.length;
  if (is(Mutation::length63)) header.length &= ~(std::uint64_t{1} << 63U);
  if (is(Mutation::length32) && header.lengthOctets == 8) header.length &= 0xFFFFU;
  if (is(Mutation::length15) && header.lengthOctets == 2 && length > 32767) header.length = 0;
  if (is(Mutation::lengthSwapped) && header.lengthOctets == 2) {
    header.length = ((length & 0xFFU) << 8U) | (length >> 8U);
  }
  if (is(Mutation::length126Off) && header.lengthOctets == 2 && length == 126) header.length = 0;
  if (is(Mutation::strictLength) && ((header.lengthOctets == 2 && length < 126) ||
                                     (header.lengthOctets == 8 && length < 65536))) {
    fail(1002);
    return false;
  }
  if (is(Mutation::judgesLate) && input.size() < header.length) return false;
  if (!headerJudged_ && !isHeaderFine(header)) return false;
  headerJudged_ = true;
  if (header.length > kMaxPayload) {
    fail(header.length >> 63U != 0 ? 1002 : 1009);
    return false;
  }
  if (input.size() < header.length) {
    if (is(Mutation::frameInOneRead)) fail(1002);
    if (is(Mutation::failsFast) && header.opcode == websocket::kText && !message_ &&
        !(header.rsv & kRsv1)) {
      Octets part(input);
      websocket::FrameHeader copy = header;
      for (std::size_t i = 0; copy.mask && i < part.size(); ++i) {
        part[i] = static_cast<char>(static_cast<std::uint8_t>(part[i]) ^ (*copy.mask)[i % 4]);
      }
      websocket::Utf8Validator validator;
      if (!validator.feed(part)) fail(1007);
    }
    return false;
  }
  Octets payload(input.substr(0, static_cast<std::size_t>(header.length)));
  unread_.erase(0, unread_.size() - input.size() + payload.size());
  headerJudged_ = false;
  ++frames_;
  const bool skip = skipFrame_;
  skipFrame_ = false;
  if (skip) return true;
  unmask(payload, header);
  if (!closeSeen_ || is(Mutation::lateEchoes)) take(header, std::move(payload));
  return true;
}

/// Judges a header; fails the connection or lets the frame be skipped where a rule says so.
bool MutantPeer::isHeaderFine(const FrameHeader& header) {
  if (closeSeen_) return true;
  const bool masked = isMaskFine(header);
  const bool fine = masked && isRsvFine(header) && isOpcodeFine(header) && isControlFine(header) &&
                    isPlaceFine(header);
  if (fine || skipFrame_) return true;
  if (is(Mutation::failsWithoutEnd)) {
    skipFrame_ = true;
    return true;
  }
  if (!masked && is(Mutation::maskDrops)) {
    deaf_ = true;
    end();
  } else {
    fail(!masked && is(Mutation::maskCode) ? 1003 : 1002);
  }
  return false;
}

bool MutantPeer::isRsvFine(const FrameHeader& header) {
  std::uint8_t rsv = header.rsv;
  const bool first = header.opcode == websocket::kText || header.opcode == websocket::kBinary;
  if (agreed_ && first) rsv &= static_cast<std::uint8_t>(~kRsv1);
  if (agreed_ && is(Mutation::takesRsv1OnContinuations) && header.opcode == 0) rsv &= 3U;
  if (agreed_ && is(Mutation::takesRsv1OnControl) && isControl(header.opcode)) rsv &= 3U;
  if (agreed_ && is(Mutation::takesRsv2)) rsv &= 4U;
  if (is(Mutation::ignoresRsv1)) rsv &= 3U;
  if (is(Mutation::ignoresRsv2)) rsv &= 5U;
  if (is(Mutation::ignoresRsv3)) rsv &= 6U;
  return rsv == 0 || is(Mutation::ignoresRsv) ||
         (is(Mutation::ignoresRsvOfControl) && isControl(header.opcode)) ||
         (is(Mutation::ignoresRsvOfContinuations) && header.opcode == 0) ||
         (is(Mutation::ignoresRsvLater) && frames_ > 0);
}

bool MutantPeer::isOpcodeFine(const FrameHeader& header) {
  const std::uint8_t opcode = header.opcode;
  if (opcode <= websocket::kBinary || (opcode >= websocket::kClose && opcode <= websocket::kPong)) {
    return true;
  }
  const bool control = isControl(opcode);
  if ((is(Mutation::ignoresDataOpcodes) && !control) ||
      (is(Mutation::ignoresControlOpcodes) && control) ||
      (is(Mutation::ignoresOpcodesWithin) && message_)) {
    skipFrame_ = true;
    return true;
  }
  return (is(Mutation::opcode3IsText) && !control) || (is(Mutation::opcode11IsPing) && control);
}

bool MutantPeer::isMaskFine(const FrameHeader& header) {
  const bool masked = header.mask.has_value();
  if (is(Mutation::maskZeroRefused) && masked && *header.mask == websocket::MaskKey{}) return false;
  if (masked == isServer()) return true;
  if (is(Mutation::ignoresUnmasked) || is(Mutation::ignoresMasked)) {
    skipFrame_ = true;
    return true;
  }
  const LenientMasking& takes = isServer() ? kTakesUnmasked : kTakesMasked;
  return is(takes.always) || (is(takes.control) && isControl(header.opcode)) ||
         (is(takes.continuations) && header.opcode == 0) ||
         (is(takes.empty) && header.length == 0) || (is(takes.later) && frames_ > 0);
}

bool MutantPeer::isControlFine(const FrameHeader& header) {
  if (!isControl(header.opcode)) return true;
  ++controlFrames_;
  const bool ping = header.opcode == websocket::kPing;
  const bool pong = header.opcode == websocket::kPong;
  const bool close = header.opcode == websocket::kClose;
  const bool mayFragment = header.fin || (is(Mutation::takesFragmentedPing) && ping) ||
                           (is(Mutation::takesFragmentedPong) && pong) ||
                           (is(Mutation::takesFragmentedClose) && close) ||
                           (is(Mutation::takesFragmentedControlLater) && controlFrames_ > 1);
  if (!mayFragment) return false;
  if (header.length <= 125) return true;
  if (is(Mutation::ignoresLongControl)) {
    skipFrame_ = true;
    return true;
  }
  return (is(Mutation::takesLongPing) && ping) || (is(Mutation::takesLongPong) && pong) ||
         (is(Mutation::takesLongClose) && close) || is(Mutation::cutsLongControl);
}

/// Whether a data frame is where it may be: continuations in a message, others outside.
bool MutantPeer::isPlaceFine(const FrameHeader& header) {
  if (isControl(header.opcode)) return true;
  const bool continuation = header.opcode == websocket::kContinuation;
  if (continuation == message_.has_value()) return true;
  if (continuation) {
    if (is(Mutation::ignoresStrayContinuation)) {
      skipFrame_ = true;
      return true;
    }
    return is(Mutation::takesStrayContinuation) || (is(Mutation::takesStrayFinal) && header.fin) ||
           (is(Mutation::continuationAfterPing) && pings_ > 0);
  }
  if (is(Mutation::ignoresMessageWithin)) {
    skipFrame_ = true;
    return true;
  }
  return is(Mutation::takesMessageWithin) || is(Mutation::dropsMessageWithin) ||
         is(Mutation::messageWithinIsContinuation) ||
         (is(Mutation::takesBinaryWithinText) &&
          (header.opcode == websocket::kBinary) != message_->binary);
}

void MutantPeer::unmask(Octets& payload, const FrameHeader& header) {
  if (!header.mask || is(Mutation::maskNotUndone)) return;
  if (is(Mutation::maskControlNotUndone) && isControl(header.opcode)) return;
  websocket::MaskKey key = *header.mask;
  if (!firstKey_) firstKey_ = key;
  if (is(Mutation::maskFirstKey)) key = *firstKey_;
  if (is(Mutation::maskSwapped)) std::reverse(key.begin(), key.end());
  std::size_t size = payload.size();
  if (is(Mutation::maskTail)) size -= size % 4;
  const std::size_t phase = is(Mutation::maskContinues) && header.opcode == 0 ? maskPhase_ : 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t octet = is(Mutation::maskFirstOctet) ? key[0] : key[(i + phase) % 4];
    payload[i] = static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ octet);
  }
  if (!isControl(header.opcode)) maskPhase_ = (phase + payload.size()) % 4;
}

void MutantPeer::take(const FrameHeader& header, Octets payload) {
  if (isControl(header.opcode) && is(Mutation::cutsLongControl))
    payload.resize(std::min<std::size_t>(payload.size(), 125));
  switch (header.opcode) {
    case websocket::kClose:
      return takeClose(payload);
    case websocket::kPong:
      return takePong(payload);
    case websocket::kPing:
      return takePing(payload);
    default:
      if (isControl(header.opcode)) return takePing(payload);
      return takeData(header, std::move(payload));
  }
}

void MutantPeer::takeData(const FrameHeader& header, Octets payload) {
  const bool begins = header.opcode != websocket::kContinuation;
  if (!message_ || (begins && !is(Mutation::messageWithinIsContinuation))) {
    message_ = Message{};
    message_->payload = std::exchange(server_->leftOver, {});
    message_->binary = header.opcode == websocket::kBinary;
    const bool marked = (header.rsv & kRsv1) != 0;
    if (messages_ == 0) firstCompressed_ = marked;
    message_->compressed = agreed_ && (is(Mutation::allCompressed)     ? true
                                       : is(Mutation::firstCompressed) ? firstCompressed_
                                                                       : marked);
  }
  if (is(Mutation::noEmptyFragment) && payload.empty() && (!header.fin || !begins))
    return fail(1002);
  if (is(Mutation::echoesFragments)) {
    echo(message_->binary, std::move(payload));
    if (header.fin) message_.reset();
    return;
  }
  message_->payload += payload;
  message_->fragments.push_back(std::move(payload));
  if (is(Mutation::with50Fragments) && message_->fragments.size() > 50) return fail(1008);
  const bool last =
      header.fin || (is(Mutation::emptyEndsMessage) && message_->fragments.back().empty());
  if (last) endMessage();
}

void MutantPeer::endMessage() {
  Message message = std::move(*message_);
  message_.reset();
  ++messages_;
  if (is(Mutation::lastFragment)) message.payload = message.fragments.back();
  if (is(Mutation::firstFragment)) message.payload = message.fragments.front();
  if (is(Mutation::typeOfFragments) && message.fragments.size() > 1) message.binary = false;
  Octets payload;
  if (!message.compressed) {
    payload = message.payload;
    if (is(Mutation::plainResets) && agreed_) agree(*agreed_);
  } else if (is(Mutation::noEmptyCompressed) && message.payload.size() <= 1) {
    return fail(1002);
  } else if (!inflate(message.payload, payload)) {
    const bool isCut = inflater_->error().find("ends within") != std::string::npos;
    if (is(Mutation::takesCorrupt)) return agree(*agreed_);
    if (!is(Mutation::takesCorruptPart) && !(isCut && is(Mutation::takesCutData))) {
      return fail(1007);
    }
    agree(*agreed_);
  }
  if (is(Mutation::inflates1MbPart) && message.compressed)
    payload.resize(std::min<std::size_t>(payload.size(), 1000));
  if ((is(Mutation::limit1000) && payload.size() > 1000) ||
      (is(Mutation::limit100Kb) && payload.size() > 100000)) {
    return fail(1009);
  }
  if (!isText(message, payload)) {
    if (is(Mutation::utf8Skipped)) return;
    return fail(is(Mutation::utf81002) ? 1002 : is(Mutation::utf81000) ? 1000 : 1007);
  }
  echo(message.binary, std::move(payload));
}

bool MutantPeer::inflate(const Octets& in, Octets& out) {
  const int type = in.empty() ? 0 : (static_cast<unsigned char>(in[0]) >> 1U) & 3;
  if ((is(Mutation::noStored) && type == 0 && in.size() > 1) ||
      (is(Mutation::noDynamic) && type == 2))
    return false;
  if (is(Mutation::finalEnds)) {
    if (inflaterEnded_) return false;
    inflaterEnded_ = !in.empty() && (static_cast<unsigned char>(in[0]) & 1U) != 0;
  }
  using Status = websocket::Inflater::Status;
  if (inflater_->feed(in, out, kMaxPayload) != Status::ok) return false;
  return inflater_->finishMessage(out, kMaxPayload) == Status::ok;
}

void MutantPeer::takePing(const Octets& payload) {
  ++pings_;
  if (is(Mutation::pingEndsMessage)) message_.reset();
  if (is(Mutation::closesOnPingWithin) && message_) return fail(1002);
  if (is(Mutation::pingLimit) && pings_ > 20) return fail(1008);
  if (is(Mutation::utf8Ping) && !isUtf8(payload)) return fail(1007);
  if (closeSent_ || is(Mutation::noPong) || (is(Mutation::noPongWithin) && message_) ||
      (is(Mutation::pongOnce) && pings_ > 1) || (is(Mutation::noEmptyPong) && payload.empty()) ||
      (is(Mutation::pongUtf8) && !isUtf8(payload))) {
    return;
  }
  Octets answer = payload;
  if (is(Mutation::emptyPong)) answer.clear();
  if (is(Mutation::pong64)) answer.resize(std::min<std::size_t>(answer.size(), 64));
  if (is(Mutation::pongOfZero)) answer.erase(std::min(answer.find('\0'), answer.size()));
  if (is(Mutation::pongLate) && message_)
    return later(4, [this, answer] { frame(websocket::kPong, answer); });
  if (is(Mutation::lastPong)) {
    heldPong_ = answer;
    return;
  }
  const std::uint8_t opcode = is(Mutation::pongText)     ? websocket::kText
                              : is(Mutation::pongAsPing) ? websocket::kPing
                                                         : websocket::kPong;
  frame(opcode, answer);
}

void MutantPeer::takePong(const Octets& payload) {
  if (is(Mutation::closesOnPong)) return fail(1002);
  if (is(Mutation::answersPong)) frame(websocket::kText, payload);
  if (is(Mutation::pongEndsMessage)) message_.reset();
}

void MutantPeer::takeClose(const Octets& payload) {
  if (is(Mutation::closeBreaksMessage) && message_) return;
  std::optional<std::uint16_t> code;
  if (payload.size() >= 2) {
    code = static_cast<std::uint16_t>((static_cast<unsigned char>(payload[0]) << 8U) |
                                      static_cast<unsigned char>(payload[1]));
  }
  if (payload.size() == 1 && !is(Mutation::takesCloseOfOne)) return fail(1002);
  if (code) {
    const bool never = *code == 1004 || *code == 1005 || *code == 1006 || *code == 1015;
    const bool fine = (*code >= 1000 && *code < 5000 && !never) || is(Mutation::takesAnyCode) ||
                      (is(Mutation::takes1005) && never) ||
                      (is(Mutation::takesLowCodes) && *code < 1000);
    if (!fine || (is(Mutation::rejects2012) && *code >= 1012 && *code < 3000)) return fail(1002);
    if (!isUtf8(OctetView(payload).substr(2)) && !is(Mutation::takesBadReason)) return fail(1007);
  }
  closeSeen_ = true;
  if ((is(Mutation::ignoresEmptyClose) && !code) ||
      (is(Mutation::ignoresLongReason) && payload.size() > 100))
    return;
  if (is(Mutation::noPending)) held_.clear();
  flushHeld();
  if (is(Mutation::refuses3000) && code && *code >= 3000) return later(6, [this] { end(); });
  answerClose(code);
}

/// Fails the connection (RFC 6455 section 7.1.7).
void MutantPeer::fail(std::uint16_t code) {
  if (failed_ || is(Mutation::failsWithoutEnd)) return;
  flushHeld();
  failed_ = true;
  if (is(Mutation::failsInSilence)) {
    deaf_ = true;
    return;
  }
  if (is(Mutation::failsWith1000)) code = 1000;
  if (is(Mutation::failsWith1011)) code = 1011;
  if (!is(Mutation::drops)) sendClose(code);
  if (is(Mutation::twoCloses)) sendClose(1000);
  if (is(Mutation::failsAndGoesOn)) {
    skipFrame_ = true;
    return;
  }
  deaf_ = true;
  if (isServer() && is(Mutation::keepsTcpAfterFailure)) return;
  end();
}

}  // namespace wsgauntlet::mutants
