// The opening handshake of a client: any octets as the server's answer.
#include "base/text.hpp"
#include "fuzz_input.hpp"
#include "websocket/handshake.hpp"

#include <string>

using namespace wsgauntlet;

namespace {

constexpr std::string_view kKey = "dGhlIHNhbXBsZSBub25jZQ==";  // of RFC 6455 section 1.3

/// Where the head ends, when the octets come in pieces.
std::size_t endInPieces(OctetView octets, std::size_t size) {
  Octets read;
  std::size_t end = Octets::npos;
  fuzz::inPieces(octets, size, [&](OctetView piece) {
    if (end != Octets::npos) return;
    const std::size_t searched = read.size();
    read += piece;
    end = websocket::findHeaderEnd(read, searched);
  });
  return end;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  websocket::ClientRequest request;
  request.host = "127.0.0.1";
  request.key = kKey;
  const std::uint8_t choices = input.octet();
  if ((choices & 1U) != 0) request.protocols = {"chat", "mqtt"};
  if ((choices & 2U) != 0) {
    request.extensions =
        *websocket::parseExtensions("permessage-deflate; client_max_window_bits").value;
  }
  const std::size_t pieces = 1 + (choices >> 2U) % 16;
  const OctetView octets = input.rest();

  const std::size_t end = websocket::findHeaderEnd(octets);
  FUZZ_REQUIRE(end == endInPieces(octets, pieces));
  // A head that is not complete is no head; taking it apart must be harmless all the same.
  const websocket::HttpHead head = websocket::parseHead(octets.substr(0, end));
  const websocket::ResponseVerdict verdict = checkResponse(head, request);
  FUZZ_REQUIRE(terminalText(verdict.failure) == verdict.failure);
  if (!verdict.accepted()) return 0;

  FUZZ_REQUIRE(head.find("Sec-WebSocket-Accept").size() == 1);
  FUZZ_REQUIRE(head.find("Sec-WebSocket-Accept")[0] == websocket::acceptKey(kKey));
  FUZZ_REQUIRE(!verdict.deflate || (choices & 2U) != 0);
  FUZZ_REQUIRE(verdict.subprotocol.empty() || (choices & 1U) != 0);
  return 0;
}
