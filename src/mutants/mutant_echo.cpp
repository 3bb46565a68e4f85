// What a peer that deviates on purpose sends back.
#include "mutants/mutant_peer.hpp"

#include <algorithm>
#include <array>

namespace wsgauntlet::mutants {

using websocket::kBinary;
using websocket::kText;

void MutantPeer::echo(bool binary, Octets payload) {
  if (closeSent_ && !is("fails-and-goes-on") && !is("late-echoes")) return;
  const bool holds = is("merges") || is("reverses") || is("no-pending") || is("pongs-first");
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
  if (is("reverses")) std::reverse(held.begin(), held.end());
  if (is("merges") && held.size() > 1) {
    Octets all;
    for (auto& one : held) all += one.second;
    held = {{held.front().first, all}};
  }
  for (auto& [binary, payload] : held) echoNow(binary, std::move(payload));
}

Octets MutantPeer::deflate(OctetView payload) {
  Octets out;
  deflater_->compress(payload, out);
  if (is("final-blocks")) out += Octets("\x00\x00\xff\xff\x01", 5);
  if (is("keeps-tail")) out += Octets("\x00\x00\xff\xff\x41\x42", 6);
  return out;
}

void MutantPeer::echoNow(bool binary, Octets payload) {
  ++sent_;
  if (is("no-echo") || (is("no-empty") && payload.empty()) ||
      (is("drops-tenth") && sent_ % 10 == 0))
    return;
  if (is("all-text")) binary = false;
  if (is("all-binary")) binary = true;
  if (is("adds-octet")) payload += 'x';
  if (is("cuts-octet") && !payload.empty()) payload.pop_back();
  if (is("limit-64-kib")) payload.resize(std::min<std::size_t>(payload.size(), 65535));
  if (is("corrupts-late") && payload.size() > 65536) payload[65536] ^= 1;
  if (is("corrupts-1000") && payload.size() > 1000) payload[1000] ^= 1;
  if (is("utf-8-latin-1") && !binary) {
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
  std::uint8_t rsv = is("sends-rsv") ? 2 : is("sends-rsv1") && !agreed_ ? 4 : 0;
  if (agreed_ && !is("compresses-nothing")) {
    if (!is("rsv1-without-data")) payload = deflate(payload);
    if (!is("no-rsv1")) rsv |= 4U;
  } else if (is("deflate-unasked") && !agreed_) {
    websocket::Deflater own(15, true);
    Octets out;
    own.compress(payload, out);
    payload = std::move(out);
    rsv = 4;
  }
  if (is("pings")) frame(websocket::kPing, "are you there");
  if (is("pongs")) frame(websocket::kPong, "unasked");
  std::uint8_t opcode = binary ? kBinary : kText;
  if (is("sends-opcode-3")) opcode = 3;
  if (is("sends-continuation")) opcode = 0;
  std::size_t size = is("fragments") ? 100 : is("tiny-fragments") ? 7 : 0;
  if ((is("fragments-as-text") || is("rsv1-on-continuations")) && payload.size() > 3)
    size = payload.size() / 2;
  if (is("tiny-fragments") && payload.size() > 5000) size = 1000;
  if (is("empty-fragments")) {
    frame(opcode, "", false, rsv);
    frame(0, payload, false);
    frame(0, "");
  } else if (size == 0 || payload.size() <= size) {
    frame(opcode, payload, !is("sends-no-fin"), rsv);
  } else {
    for (std::size_t at = 0; at < payload.size(); at += size) {
      const bool first = at == 0;
      const std::uint8_t kind = first || is("fragments-as-text") ? opcode : std::uint8_t{0};
      frame(kind, OctetView(payload).substr(at, size), at + size >= payload.size(),
            first || is("rsv1-on-continuations") ? rsv : std::uint8_t{0});
      if (is("pongs")) frame(websocket::kPong, "between");
    }
  }
  if (is("doubles")) frame(opcode, payload, true, rsv);
  if (is("closes-each")) {
    sendClose(1000);
    end();
  }
}

std::optional<websocket::MaskKey> MutantPeer::nextMask(std::uint8_t opcode, bool empty) {
  const bool control = websocket::isControl(opcode);
  if (isServer() ? !is("masks")
                 : is("sends-unmasked") || (is("sends-control-unmasked") && control) ||
                       (is("sends-empty-unmasked") && empty) ||
                       (is("sends-close-unmasked") && opcode == websocket::kClose)) {
    return std::nullopt;
  }
  const std::uint32_t bits = random_.next32();
  websocket::MaskKey key{static_cast<std::uint8_t>(bits >> 24U),
                         static_cast<std::uint8_t>(bits >> 16U),
                         static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits)};
  ++maskCount_;
  if (is("mask-zero")) key = {};
  if (is("mask-fixed") || (is("mask-of-control-fixed") && control)) key = {0x37, 0xfa, 0x21, 0x3d};
  if (is("mask-counts"))
    key = {0, 0, static_cast<std::uint8_t>(maskCount_ >> 8U),
           static_cast<std::uint8_t>(maskCount_)};
  if (is("mask-one-octet")) key = {key[0], key[0], key[0], key[0]};
  if (is("mask-16-bits")) key = {0, 0, key[2], key[3]};
  if (is("mask-two-keys"))
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
  if (is("long-length-16") || (is("wrong-length-125") && payload.size() == 125))
    header.lengthOctets = 2;
  if (is("long-length-64")) header.lengthOctets = 8;
  std::array<char, websocket::kMaxHeaderOctets> head{};
  Octets out(head.data(), websocket::encodeHeader(header, head));
  const std::size_t at = out.size();
  out += payload;
  if (header.mask && !is("mask-not-applied")) {
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
  if (is("no-code")) code.reset();
  if (code) {
    payload += static_cast<char>(*code >> 8U);
    payload += static_cast<char>(*code & 0xFFU);
    payload += reason;
    if (is("with-reason")) payload += "as you like, \xC3\xA4";
  }
  frame(websocket::kClose, payload);
}

void MutantPeer::answerClose(std::optional<std::uint16_t> code) {
  if (closeSent_) return end();
  if (is("no-close-answer")) return;
  if (is("no-close-answer-and-end")) return end();
  if (is("close-one-octet")) {
    frame(websocket::kClose, "x");
  } else if (is("close-fragmented")) {
    frame(websocket::kClose, Octets("\x03\xe8", 2), false);
  } else {
    std::uint16_t own = 1000;
    if (is("close-1005")) own = 1005;
    if (is("close-1006")) own = 1006;
    if (is("close-999")) own = 999;
    if (is("own-code")) own = 1001;
    if (is("echoes-code") || is("takes-any-code")) own = code.value_or(1000);
    const Octets reason = is("close-bad-reason")    ? "\xFF"
                          : is("close-long-reason") ? Octets(124, 'r')
                                                    : Octets();
    sendClose(own, reason);
  }
  closeSent_ = true;
  if (is("data-behind-close")) frame(kText, "one more thing");
  if (is("two-closes")) sendClose(1000);
  if (is("late-echoes")) return later(0.5, [this] { end(); });
  if (isServer() && is("keeps-tcp-up")) return;
  if (!isServer() && is("closes-in-turn")) return;
  if (is("late-end")) return later(1, [this] { end(); });
  end();
}

}  // namespace wsgauntlet::mutants
