#include "websocket/handshake.hpp"

#include <array>
#include <cstdint>

#include <openssl/evp.h>
#include <openssl/sha.h>

namespace wsgauntlet::websocket {
namespace {

constexpr std::string_view kGuid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
constexpr int kKeyOctets = 16;

std::string toBase64(const std::uint8_t* data, int length) {
  std::array<std::uint8_t, 64> out{};  // room for 47 octets of data
  const int written = EVP_EncodeBlock(out.data(), data, length);
  return {out.begin(), out.begin() + written};
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

}  // namespace wsgauntlet::websocket
