// What a peer that deviates on purpose makes of the frames that come.
#include "mutants/mutant_peer.hpp"
#include "websocket/utf8.hpp"

#include <algorithm>
#include <array>

namespace wsgauntlet::mutants {
namespace {

using websocket::FrameHeader;
using websocket::isControl;

constexpr std::uint64_t kMostPayload = std::uint64_t{64} << 20U;
constexpr std::uint8_t kRsv1 = websocket::kRsv1;

}  // namespace

void MutantPeer::readFrames() {
  const int framesBefore = frames_;
  while (!unread_.empty() && !deaf_ && readFrame()) {
    if (is("one-frame-per-read") && frames_ > framesBefore) {
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
    if (is("header-in-one-read") || is("frame-in-one-read")) fail(1002);
    // The first two octets are enough to judge most of a header.
    if (reader.firstTwoOctets() && !headerJudged_) {
      headerJudged_ = true;
      if (!isHeaderFine(reader.header())) return false;
    }
    return false;
  }
  FrameHeader header = reader.header();
  const auto length = header.length;
  if (is("length-63")) header.length &= ~(std::uint64_t{1} << 63U);
  if (is("length-32") && header.lengthOctets == 8) header.length &= 0xFFFFU;
  if (is("length-15") && header.lengthOctets == 2 && length > 32767) header.length = 0;
  if (is("length-swapped") && header.lengthOctets == 2) {
    header.length = ((length & 0xFFU) << 8U) | (length >> 8U);
  }
  if (is("length-126-off") && header.lengthOctets == 2 && length == 126) header.length = 0;
  if (is("strict-length") && ((header.lengthOctets == 2 && length < 126) ||
                              (header.lengthOctets == 8 && length < 65536))) {
    fail(1002);
    return false;
  }
  if (!headerJudged_ && !isHeaderFine(header)) return false;
  headerJudged_ = true;
  if (header.length > kMostPayload) {
    fail(header.length >> 63U != 0 ? 1002 : 1009);
    return false;
  }
  if (input.size() < header.length) {
    if (is("frame-in-one-read")) fail(1002);
    if (is("fails-fast") && header.opcode == websocket::kText && !message_ &&
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
  if (!closeSeen_ || is("late-echoes")) take(header, std::move(payload));
  return true;
}

/// Judges a header; fails the connection or lets the frame be skipped where a rule says so.
bool MutantPeer::isHeaderFine(const FrameHeader& header) {
  if (closeSeen_) return true;
  const bool masked = isMaskFine(header);
  const bool fine = masked && isRsvFine(header) && isOpcodeFine(header) && isControlFine(header) &&
                    isPlaceFine(header);
  if (fine || skipFrame_) return true;
  if (is("fails-without-end")) {
    skipFrame_ = true;
    return true;
  }
  if (!masked && is("mask-drops")) {
    deaf_ = true;
    end();
  } else {
    fail(!masked && is("mask-code") ? 1003 : 1002);
  }
  return false;
}

bool MutantPeer::isRsvFine(const FrameHeader& header) {
  std::uint8_t rsv = header.rsv;
  const bool first = header.opcode == websocket::kText || header.opcode == websocket::kBinary;
  if (agreed_ && first) rsv &= static_cast<std::uint8_t>(~kRsv1);
  if (agreed_ && is("takes-rsv1-on-continuations") && header.opcode == 0) rsv &= 3U;
  if (agreed_ && is("takes-rsv1-on-control") && isControl(header.opcode)) rsv &= 3U;
  if (agreed_ && is("takes-rsv2")) rsv &= 4U;
  if (is("ignores-rsv1")) rsv &= 3U;
  if (is("ignores-rsv2")) rsv &= 5U;
  if (is("ignores-rsv3")) rsv &= 6U;
  return rsv == 0 || is("ignores-rsv") ||
         (is("ignores-rsv-of-control") && isControl(header.opcode)) ||
         (is("ignores-rsv-of-continuations") && header.opcode == 0) ||
         (is("ignores-rsv-later") && frames_ > 0);
}

bool MutantPeer::isOpcodeFine(const FrameHeader& header) {
  const std::uint8_t opcode = header.opcode;
  if (opcode <= websocket::kBinary || (opcode >= websocket::kClose && opcode <= websocket::kPong)) {
    return true;
  }
  const bool control = isControl(opcode);
  if ((is("ignores-data-opcodes") && !control) || (is("ignores-control-opcodes") && control) ||
      (is("ignores-opcodes-within") && message_)) {
    skipFrame_ = true;
    return true;
  }
  return (is("opcode-3-is-text") && !control) || (is("opcode-11-is-ping") && control);
}

bool MutantPeer::isMaskFine(const FrameHeader& header) {
  const bool masked = header.mask.has_value();
  if (is("mask-zero-refused") && masked && *header.mask == websocket::MaskKey{}) return false;
  if (masked == isServer()) return true;
  if (is("ignores-unmasked") || is("ignores-masked")) {
    skipFrame_ = true;
    return true;
  }
  const std::string_view what = isServer() ? "takes-unmasked" : "takes-masked";
  const auto rule = [&](std::string_view end) {
    return rule_ == std::string(what) + std::string(end);
  };
  return rule("") || (rule("-control") && isControl(header.opcode)) ||
         (rule("-continuations") && header.opcode == 0) || (rule("-empty") && header.length == 0) ||
         (rule("-later") && frames_ > 0);
}

bool MutantPeer::isControlFine(const FrameHeader& header) {
  if (!isControl(header.opcode)) return true;
  ++controlFrames_;
  const bool ping = header.opcode == websocket::kPing;
  const bool pong = header.opcode == websocket::kPong;
  const bool close = header.opcode == websocket::kClose;
  const bool mayFragment = header.fin || (is("takes-fragmented-ping") && ping) ||
                           (is("takes-fragmented-pong") && pong) ||
                           (is("takes-fragmented-close") && close) ||
                           (is("takes-fragmented-control-later") && controlFrames_ > 1);
  if (!mayFragment) return false;
  if (header.length <= 125) return true;
  if (is("ignores-long-control")) {
    skipFrame_ = true;
    return true;
  }
  return (is("takes-long-ping") && ping) || (is("takes-long-pong") && pong) ||
         (is("takes-long-close") && close) || is("cuts-long-control");
}

/// Whether a data frame stands where it may: continuations in a message, others outside.
bool MutantPeer::isPlaceFine(const FrameHeader& header) {
  if (isControl(header.opcode)) return true;
  const bool continuation = header.opcode == websocket::kContinuation;
  if (continuation == message_.has_value()) return true;
  if (continuation) {
    if (is("ignores-stray-continuation")) {
      skipFrame_ = true;
      return true;
    }
    return is("takes-stray-continuation") || (is("takes-stray-final") && header.fin) ||
           (is("continuation-after-ping") && pings_ > 0);
  }
  if (is("ignores-message-within")) {
    skipFrame_ = true;
    return true;
  }
  return is("takes-message-within") || is("drops-message-within") ||
         is("message-within-is-continuation") ||
         (is("takes-binary-within-text") &&
          (header.opcode == websocket::kBinary) != message_->binary);
}

void MutantPeer::unmask(Octets& payload, const FrameHeader& header) {
  if (!header.mask || is("mask-not-undone")) return;
  if (is("mask-control-not-undone") && isControl(header.opcode)) return;
  websocket::MaskKey key = *header.mask;
  if (!firstKey_) firstKey_ = key;
  if (is("mask-first-key")) key = *firstKey_;
  if (is("mask-swapped")) std::reverse(key.begin(), key.end());
  std::size_t size = payload.size();
  if (is("mask-tail")) size -= size % 4;
  const std::size_t phase = is("mask-continues") && header.opcode == 0 ? maskPhase_ : 0;
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t octet = is("mask-first-octet") ? key[0] : key[(i + phase) % 4];
    payload[i] = static_cast<char>(static_cast<std::uint8_t>(payload[i]) ^ octet);
  }
  if (!isControl(header.opcode)) maskPhase_ = (phase + payload.size()) % 4;
}

void MutantPeer::take(const FrameHeader& header, Octets payload) {
  if (isControl(header.opcode) && is("cuts-long-control"))
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
  if (!message_ || (begins && !is("message-within-is-continuation"))) {
    message_ = Message{};
    message_->binary = header.opcode == websocket::kBinary;
    const bool marked = (header.rsv & kRsv1) != 0;
    if (messages_ == 0) firstCompressed_ = marked;
    message_->compressed = agreed_ && (is("all-compressed")     ? true
                                       : is("first-compressed") ? firstCompressed_
                                                                : marked);
  }
  if (is("no-empty-fragment") && payload.empty() && (!header.fin || !begins)) return fail(1002);
  if (is("echoes-fragments")) {
    echo(message_->binary, std::move(payload));
    if (header.fin) message_.reset();
    return;
  }
  message_->payload += payload;
  message_->fragments.push_back(std::move(payload));
  if (is("50-fragments") && message_->fragments.size() > 50) return fail(1008);
  const bool last = header.fin || (is("empty-ends-message") && message_->fragments.back().empty());
  if (last) endMessage();
}

void MutantPeer::endMessage() {
  Message message = std::move(*message_);
  message_.reset();
  ++messages_;
  if (is("last-fragment")) message.payload = message.fragments.back();
  if (is("first-fragment")) message.payload = message.fragments.front();
  if (is("type-of-fragments") && message.fragments.size() > 1) message.binary = false;
  Octets payload;
  if (!message.compressed) {
    payload = message.payload;
    if (is("plain-resets") && agreed_) agree(*agreed_);
  } else if (is("no-empty-compressed") && message.payload.size() <= 1) {
    return fail(1002);
  } else if (!inflate(message.payload, payload)) {
    if (is("takes-corrupt")) return agree(*agreed_);
    if (!is("takes-corrupt-part")) return fail(1007);
    agree(*agreed_);
  }
  if (is("inflates-1-mb-part") && message.compressed)
    payload.resize(std::min<std::size_t>(payload.size(), 1000));
  if ((is("limit-1000") && payload.size() > 1000) ||
      (is("limit-100-kb") && payload.size() > 100000)) {
    return fail(1009);
  }
  if (!isText(message, payload)) {
    if (is("utf-8-skipped")) return;
    return fail(is("utf-8-1002") ? 1002 : is("utf-8-1000") ? 1000 : 1007);
  }
  echo(message.binary, std::move(payload));
}

bool MutantPeer::inflate(const Octets& in, Octets& out) {
  const int type = in.empty() ? 0 : (static_cast<unsigned char>(in[0]) >> 1U) & 3;
  if ((is("no-stored") && type == 0 && in.size() > 1) || (is("no-dynamic") && type == 2))
    return false;
  if (is("final-ends")) {
    if (inflaterEnded_) return false;
    inflaterEnded_ = !in.empty() && (static_cast<unsigned char>(in[0]) & 1U) != 0;
  }
  using Status = websocket::Inflater::Status;
  if (inflater_->feed(in, out, kMostPayload) != Status::ok) return false;
  return inflater_->finishMessage(out, kMostPayload) == Status::ok;
}

void MutantPeer::takePing(const Octets& payload) {
  ++pings_;
  if (is("ping-ends-message")) message_.reset();
  if (is("closes-on-ping-within") && message_) return fail(1002);
  if (is("ping-limit") && pings_ > 20) return fail(1008);
  if (is("utf-8-ping") && !isUtf8(payload)) return fail(1007);
  if (closeSent_ || is("no-pong") || (is("no-pong-within") && message_) ||
      (is("pong-once") && pings_ > 1) || (is("no-empty-pong") && payload.empty()) ||
      (is("pong-utf-8") && !isUtf8(payload))) {
    return;
  }
  Octets answer = payload;
  if (is("empty-pong")) answer.clear();
  if (is("pong-64")) answer.resize(std::min<std::size_t>(answer.size(), 64));
  if (is("pong-of-zero")) answer.erase(std::min(answer.find('\0'), answer.size()));
  if (is("pong-late") && message_)
    return later(4, [this, answer] { frame(websocket::kPong, answer); });
  if (is("last-pong")) {
    heldPong_ = answer;
    return;
  }
  const std::uint8_t opcode = is("pong-text")      ? websocket::kText
                              : is("pong-as-ping") ? websocket::kPing
                                                   : websocket::kPong;
  frame(opcode, answer);
}

void MutantPeer::takePong(const Octets& payload) {
  if (is("closes-on-pong")) return fail(1002);
  if (is("answers-pong")) frame(websocket::kText, payload);
  if (is("pong-ends-message")) message_.reset();
}

void MutantPeer::takeClose(const Octets& payload) {
  if (is("close-breaks-message") && message_) return;
  std::optional<std::uint16_t> code;
  if (payload.size() >= 2) {
    code = static_cast<std::uint16_t>((static_cast<unsigned char>(payload[0]) << 8U) |
                                      static_cast<unsigned char>(payload[1]));
  }
  if (payload.size() == 1 && !is("takes-close-of-one")) return fail(1002);
  if (code) {
    const bool never = *code == 1004 || *code == 1005 || *code == 1006 || *code == 1015;
    const bool fine = (*code >= 1000 && *code < 5000 && !never) || is("takes-any-code") ||
                      (is("takes-1005") && never) || (is("takes-low-codes") && *code < 1000);
    if (!fine || (is("rejects-2012") && *code >= 1012 && *code < 3000)) return fail(1002);
    if (!isUtf8(OctetView(payload).substr(2)) && !is("takes-bad-reason")) return fail(1007);
  }
  closeSeen_ = true;
  if ((is("ignores-empty-close") && !code) || (is("ignores-long-reason") && payload.size() > 100))
    return;
  if (is("no-pending")) held_.clear();
  flushHeld();
  if (is("refuses-3000") && code && *code >= 3000) return later(6, [this] { end(); });
  answerClose(code);
}

/// Fails the connection (RFC 6455 section 7.1.7).
void MutantPeer::fail(std::uint16_t code) {
  if (failed_ || is("fails-without-end")) return;
  flushHeld();
  failed_ = true;
  if (is("fails-in-silence")) {
    deaf_ = true;
    return;
  }
  if (is("fails-with-1000")) code = 1000;
  if (is("fails-with-1011")) code = 1011;
  if (!is("drops")) sendClose(code);
  if (is("two-closes")) sendClose(1000);
  if (is("fails-and-goes-on")) {
    skipFrame_ = true;
    return;
  }
  deaf_ = true;
  if (isServer() && is("keeps-tcp-after-failure")) return;
  end();
}

}  // namespace wsgauntlet::mutants
