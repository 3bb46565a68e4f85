// The other end of a connection, in memory and in virtual time: frames as a peer writes them, and
// what a connection puts on the wire, read back.
#pragma once

#include "base/octets.hpp"
#include "websocket/connection.hpp"
#include "websocket/handshake.hpp"
#include "websocket/server_response.hpp"
#include "websocket/session.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgauntlet::websocket {

/// A frame with its payload unmasked.
struct PeerFrame {
  std::uint8_t opcode = kText;
  Octets payload = {};
  bool fin = true;
  std::uint8_t rsv = 0;
  std::optional<MaskKey> mask = std::nullopt;
  std::uint8_t lengthOctets = 0;  ///< a lower bound, to write lengths that are too long
};

inline constexpr MaskKey kPeerMask = {0x37, 0xFA, 0x21, 0x3D};

inline Octets encode(const PeerFrame& frame) {
  FrameHeader header;
  header.fin = frame.fin;
  header.rsv = frame.rsv;
  header.opcode = frame.opcode;
  header.mask = frame.mask;
  header.length = frame.payload.size();
  header.lengthOctets = frame.lengthOctets;
  std::array<char, kMaxHeaderOctets> octets{};
  const std::size_t size = encodeHeader(header, octets);
  Octets payload = frame.payload;
  if (frame.mask) applyMask(payload, *frame.mask, 0);
  return Octets(octets.data(), size) + payload;
}

/// The frames of `octets`; throws when they do not end with a whole frame.
inline std::vector<PeerFrame> decode(OctetView octets) {
  std::vector<PeerFrame> frames;
  while (!octets.empty()) {
    FrameHeaderReader reader;
    if (!reader.feed(octets) || reader.header().length > octets.size()) {
      throw std::runtime_error("the octets end inside a frame");
    }
    const FrameHeader& header = reader.header();
    PeerFrame frame{header.opcode, Octets(octets.substr(0, header.length)),
                    header.fin,    header.rsv,
                    header.mask,   header.lengthOctets};
    if (frame.mask) applyMask(frame.payload, *frame.mask, 0);
    octets.remove_prefix(static_cast<std::size_t>(header.length));
    frames.push_back(std::move(frame));
  }
  return frames;
}

inline Octets closePayload(std::uint16_t code, OctetView reason = {}) {
  return Octets{static_cast<char>(code >> 8U), static_cast<char>(code & 0xFFU)} + Octets(reason);
}

/// `text Hello`, `continuation… abc`, `close 1002 reason`; `rsv` follows the opcode when it is set.
inline std::string describe(const PeerFrame& frame) {
  static const std::array<std::string_view, 16> kNames = {
      "continuation", "text", "binary", "3",  "4",  "5",  "6",  "7",
      "close",        "ping", "pong",   "11", "12", "13", "14", "15"};
  std::string text(kNames.at(frame.opcode));
  if (!frame.fin) text += "…";
  if (frame.rsv != 0) text += " rsv=" + std::to_string(frame.rsv);
  OctetView payload = frame.payload;
  if (frame.opcode == kClose && payload.size() >= 2) {
    const auto high = static_cast<unsigned char>(payload[0]);
    const auto low = static_cast<unsigned char>(payload[1]);
    text += " " + std::to_string(high * 256 + low);
    payload.remove_prefix(2);
  }
  if (!payload.empty()) text += " " + Octets(payload);
  return text;
}

inline std::vector<std::string> describe(OctetView octets) {
  std::vector<std::string> texts;
  for (const PeerFrame& frame : decode(octets)) texts.push_back(describe(frame));
  return texts;
}

/// All that an outbox holds.
inline Octets takeAll(Outbox& outbox) {
  Octets octets;
  std::array<char, 997> block{};
  while (const std::size_t n = outbox.take(block)) octets.append(block.data(), n);
  return octets;
}

/// The answer that a server gives to the request of a client.
inline std::string answerTo(OctetView request, const std::string& extensions = {}) {
  ServerResponse response;
  const HttpHead head = parseHead(request);
  response.key = std::string(head.find("Sec-WebSocket-Key").at(0));
  response.extensions = extensions;
  return buildResponse(response);
}

/// The request of a client.
inline std::string requestOf(const std::string& resource = "/") {
  ClientRequest request;
  request.host = "localhost";
  request.port = 9001;
  request.resource = resource;
  request.key = "dGhlIHNhbXBsZSBub25jZQ==";
  return buildRequest(request);
}

inline constexpr TimePoint kStart{std::chrono::seconds(1000)};

}  // namespace wsgauntlet::websocket
