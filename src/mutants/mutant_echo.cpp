// What a peer that deviates on purpose sends back.
#include "mutants/mutant_peer.hpp"

#include <algorithm>
#include <array>

namespace wsgauntlet::mutants {

using websocket::kBinary;
using websocket::kText;

void MutantPeer::echo(bool binary, Octets payload) {
  if (closeSent_ && !is(Mutation::failsAndGoesOn) && !is(Mutation::lateEchoes)) return;
  const bool holds = is(Mutation::merges) || is(Mutation::reverses) || is(Mutation::noPending) ||
                     is(Mutation::pongsFirst);
  if (holds) {
    held_.emplace_back(binary, std::move(payload));
  } else {
    echoNow(binary, std::move(payload));
  }
}

/// Messages that have come in one read, together.
void MutantPeer::flushHeld() {
  auto held = std::move(held_);
  held_.clear();
  if (is(Mutation::reverses)) std::reverse(held.begin(), held.end());
  if (is(Mutation::merges) && held.size() > 1) {
    Octets all;
    for (auto& one : held) all += one.second;
    held = {{held.front().first, all}};
  }
  for (auto& [binary, payload] : held) echoNow(binary, std::move(payload));
}

Octets MutantPeer::deflate(OctetView payload) {
  Octets out;
  deflater_->compress(payload, out);
  if (is(Mutation::finalBlocks)) out += Octets("\x00\x00\xff\xff\x01", 5);
  if (is(Mutation::keepsTail)) out += Octets("\x00\x00\xff\xff\x41\x42", 6);
  return out;
}

void MutantPeer::echoNow(bool binary, Octets payload) {
  ++sent_;
  if (is(Mutation::noEcho) || (is(Mutation::noEmpty) && payload.empty()) ||
      (is(Mutation::dropsTenth) && sent_ % 10 == 0))
    return;
  if (is(Mutation::crossTalk) && hasOthers() && server_->connections.back() == this) {
    MutantPeer* other = server_->connections.front();
    other->frame(binary ? kBinary : kText, payload);
    return other->requestWake();
  }
  if (is(Mutation::stopsAfter5000) && sent_ > 5000) return;
  if (is(Mutation::corruptsMessage9000) && sent_ == 9000) payload += 'x';
  const bool isFull = outbox_.waiting() > (std::uint64_t{1} << 20U);
  if (is(Mutation::dropsWhenFull) && isFull) return;
  if (is(Mutation::cutsWhenFull) && isFull) payload.resize(payload.size() / 2);
  if (is(Mutation::allText)) binary = false;
  if (is(Mutation::allBinary)) binary = true;
  if (is(Mutation::addsOctet)) payload += 'x';
  if (is(Mutation::cutsOctet) && !payload.empty()) payload.pop_back();
  if (is(Mutation::limit64Kib)) payload.resize(std::min<std::size_t>(payload.size(), 65535));
  constexpr std::size_t k16Mib = std::size_t{16} << 20U;
  if (is(Mutation::corrupts16Mib) && payload.size() > k16Mib) payload[k16Mib] ^= 1;
  if (is(Mutation::corruptsLate) && payload.size() > 65536) payload[65536] ^= 1;
  if (is(Mutation::corrupts1000) && payload.size() > 1000) payload[1000] ^= 1;
  if (is(Mutation::utf8Latin1) && !binary) {
    Octets doubled;
    for (const char c : payload) {
      const auto octet = static_cast<unsigned char>(c);
      if (octet < 0x80) {
        doubled += c;
      } else {
        doubled += static_cast<char>(0xC0U | (octet >> 6U));
        doubled += static_cast<char>(0x80U | (octet & 0x3FU));
      }
    }
    payload = std::move(doubled);
  }
  std::uint8_t rsv = is(Mutation::sendsRsv) ? 2 : is(Mutation::sendsRsv1) && !agreed_ ? 4 : 0;
  if (agreed_ && !is(Mutation::compressesNothing)) {
    if (!is(Mutation::rsv1WithoutData)) payload = deflate(payload);
    if (!is(Mutation::noRsv1)) rsv |= 4U;
  } else if (is(Mutation::deflateUnasked) && !agreed_) {
    websocket::Deflater own(15, true);
    Octets out;
    own.compress(payload, out);
    payload = std::move(out);
    rsv = 4;
  }
  if (is(Mutation::pings)) frame(websocket::kPing, "are you there");
  if (is(Mutation::pongs)) frame(websocket::kPong, "unasked");
  std::uint8_t opcode = binary ? kBinary : kText;
  if (is(Mutation::sendsOpcode3)) opcode = 3;
  if (is(Mutation::sendsContinuation)) opcode = 0;
  std::size_t size = is(Mutation::fragments) ? 100 : is(Mutation::tinyFragments) ? 7 : 0;
  if ((is(Mutation::fragmentsAsText) || is(Mutation::rsv1OnContinuations)) && payload.size() > 3)
    size = payload.size() / 2;
  if (is(Mutation::tinyFragments) && payload.size() > 5000) size = 1000;
  if (is(Mutation::emptyFragments)) {
    frame(opcode, "", false, rsv);
    frame(0, payload, false);
    frame(0, "");
  } else if (size == 0 || payload.size() <= size) {
    frame(opcode, payload, !is(Mutation::sendsNoFin), rsv);
  } else {
    for (std::size_t at = 0; at < payload.size(); at += size) {
      const bool first = at == 0;
      const std::uint8_t kind = first || is(Mutation::fragmentsAsText) ? opcode : std::uint8_t{0};
      frame(kind, OctetView(payload).substr(at, size), at + size >= payload.size(),
            first || is(Mutation::rsv1OnContinuations) ? rsv : std::uint8_t{0});
      if (is(Mutation::pongs)) frame(websocket::kPong, "between");
    }
  }
  if (is(Mutation::doubles)) frame(opcode, payload, true, rsv);
  if (is(Mutation::closesEach)) {
    sendClose(1000);
    end();
  }
}

std::optional<websocket::MaskKey> MutantPeer::nextMask(std::uint8_t opcode, bool empty) {
  const bool control = websocket::isControl(opcode);
  if (isServer() ? !is(Mutation::masks)
                 : is(Mutation::sendsUnmasked) || (is(Mutation::sendsControlUnmasked) && control) ||
                       (is(Mutation::sendsEmptyUnmasked) && empty) ||
                       (is(Mutation::sendsCloseUnmasked) && opcode == websocket::kClose)) {
    return std::nullopt;
  }
  const std::uint32_t bits = random_.next32();
  websocket::MaskKey key{static_cast<std::uint8_t>(bits >> 24U),
                         static_cast<std::uint8_t>(bits >> 16U),
                         static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits)};
  ++maskCount_;
  if (is(Mutation::maskZero)) key = {};
  if (is(Mutation::maskFixed) || (is(Mutation::maskOfControlFixed) && control))
    key = {0x37, 0xfa, 0x21, 0x3d};
  if (is(Mutation::maskCounts))
    key = {0, 0, static_cast<std::uint8_t>(maskCount_ >> 8U),
           static_cast<std::uint8_t>(maskCount_)};
  if (is(Mutation::maskOneOctet)) key = {key[0], key[0], key[0], key[0]};
  if (is(Mutation::mask16Bits)) key = {0, 0, key[2], key[3]};
  if (is(Mutation::maskTwoKeys))
    key = maskCount_ % 2 == 0 ? websocket::MaskKey{1, 2, 3, 4} : websocket::MaskKey{9, 8, 7, 6};
  return key;
}

void MutantPeer::frame(std::uint8_t opcode, OctetView payload, bool fin, std::uint8_t rsv) {
  websocket::FrameHeader header;
  header.fin = fin;
  header.rsv = rsv;
  header.opcode = opcode;
  header.length = payload.size();
  header.mask = nextMask(opcode, payload.empty());
  if (is(Mutation::longLength16) || (is(Mutation::wrongLength125) && payload.size() == 125))
    header.lengthOctets = 2;
  if (is(Mutation::longLength64)) header.lengthOctets = 8;
  std::array<char, websocket::kMaxHeaderOctets> head{};
  Octets out(head.data(), websocket::encodeHeader(header, head));
  const std::size_t at = out.size();
  out += payload;
  if (header.mask && !is(Mutation::maskNotApplied)) {
    for (std::size_t i = 0; i < payload.size(); ++i) {
      out[at + i] =
          static_cast<char>(static_cast<std::uint8_t>(out[at + i]) ^ (*header.mask)[i % 4]);
    }
  }
  write(std::move(out));
}

void MutantPeer::sendClose(std::optional<std::uint16_t> code, const Octets& reason) {
  closeSent_ = true;
  Octets payload;
  if (is(Mutation::noCode)) code.reset();
  if (code) {
    payload += static_cast<char>(*code >> 8U);
    payload += static_cast<char>(*code & 0xFFU);
    payload += reason;
    if (is(Mutation::withReason)) payload += "as you like, \xC3\xA4";
  }
  frame(websocket::kClose, payload);
}

void MutantPeer::answerClose(std::optional<std::uint16_t> code) {
  if (closeSent_) return end();
  if (is(Mutation::noCloseAnswer)) return;
  if (is(Mutation::noCloseAnswerAndEnd)) return end();
  if (is(Mutation::closeOneOctet)) {
    frame(websocket::kClose, "x");
  } else if (is(Mutation::closeFragmented)) {
    frame(websocket::kClose, Octets("\x03\xe8", 2), false);
  } else {
    std::uint16_t own = 1000;
    if (is(Mutation::close1005)) own = 1005;
    if (is(Mutation::close1006)) own = 1006;
    if (is(Mutation::close999)) own = 999;
    if (is(Mutation::ownCode)) own = 1001;
    if (is(Mutation::echoesCode) || is(Mutation::takesAnyCode)) own = code.value_or(1000);
    const Octets reason = is(Mutation::closeBadReason)    ? "\xFF"
                          : is(Mutation::closeLongReason) ? Octets(124, 'r')
                                                          : Octets();
    sendClose(own, reason);
  }
  closeSent_ = true;
  if (is(Mutation::dataBehindClose)) frame(kText, "one more thing");
  if (is(Mutation::twoCloses)) sendClose(1000);
  if (is(Mutation::lateEchoes)) return later(0.5, [this] { end(); });
  if (isServer() && is(Mutation::keepsTcpUp)) return;
  if (!isServer() && is(Mutation::closesInTurn)) return;
  if (is(Mutation::lateEnd)) return later(1, [this] { end(); });
  end();
}

}  // namespace wsgauntlet::mutants
