#include "websocket/handshake.hpp"

#include <array>
#include <cstdint>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace wsgauntlet::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr std::size_t kKeyOctets = 16;

std::string toBase64(const std::uint8_t* data, std::size_t length) {
  // Four characters for three octets or a part of them; and the NUL that OpenSSL writes.
  std::string out((length + 2) / 3 * 4 + 1, '\0');
  const int written =
      EVP_EncodeBlock(reinterpret_cast<std::uint8_t*>(out.data()), data, static_cast<int>(length));
  out.resize(static_cast<std::size_t>(written));
  return out;
}

}  // namespace

std::string acceptKey(std::string_view key) {
  const std::string text = std::string(key) + std::string(kGuid);
  std::array<std::uint8_t, SHA_DIGEST_LENGTH> digest{};
  SHA1(reinterpret_cast<const std::uint8_t*>(text.data()), text.size(), digest.data());
  return toBase64(digest.data(), SHA_DIGEST_LENGTH);
}

std::string makeKey(Random& random) {
  std::array<char, kKeyOctets> octets{};
  random.fill(octets);
  return toBase64(reinterpret_cast<const std::uint8_t*>(octets.data()), kKeyOctets);
}

std::string basicAuth(std::string_view credentials) {
  return "Basic " +
         toBase64(reinterpret_cast<const std::uint8_t*>(credentials.data()), credentials.size());
}

}  // namespace wsgauntlet::websocket
