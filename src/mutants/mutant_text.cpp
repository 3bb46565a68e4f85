// What a peer that deviates on purpose accepts as UTF-8.
#include "mutants/mutant_peer.hpp"
#include "websocket/utf8.hpp"

#include <algorithm>
#include <array>

namespace wsgauntlet::mutants {

/// True when the message is not text, or is text as this peer understands it.
bool MutantPeer::isText(const Message& message, Octets& payload) {
  if (message.binary && !is(Mutation::utf8Binary)) return true;
  const bool first = !textSeen_;
  textSeen_ = true;
  if (is(Mutation::noUtf8) || (is(Mutation::utf8First) && !first)) return true;
  if (is(Mutation::noUtf8Behind) && message.compressed) return true;
  if (is(Mutation::utf8Unfragmented) && message.fragments.size() > 1) return true;
  const bool plain = !message.compressed;
  if (is(Mutation::utf8FirstFragment) && plain && message.fragments.size() > 1) {
    websocket::Utf8Validator validator;
    return validator.feed(message.fragments.front());
  }
  if (is(Mutation::utf8PerFragment) && plain) {
    return std::all_of(message.fragments.begin(), message.fragments.end(),
                       [this](const Octets& part) { return isUtf8(part); });
  }
  if (is(Mutation::utf8Carried) && plain) {
    const Octets joined = cutCodePoint_ + payload;
    websocket::Utf8Validator validator;
    if (!validator.feed(joined)) return false;
    cutCodePoint_ = validator.atBoundary() ? Octets() : joined.substr(joined.size() - 1);
    return true;
  }
  if (is(Mutation::utf8Bom) && payload.starts_with("\xEF\xBB\xBF")) payload.erase(0, 3);
  if (is(Mutation::utf8Nul) && payload.find('\0') != Octets::npos) return false;
  if (is(Mutation::utf8Nonchar) && (payload.find("\xEF\xBF\xBE") != Octets::npos ||
                                    payload.find("\xEF\xBF\xBF") != Octets::npos)) {
    return false;
  }
  if (is(Mutation::utf8Bmp) && std::any_of(payload.begin(), payload.end(), [](char c) {
        return static_cast<unsigned char>(c) >= 0xF0U;
      })) {
    return false;
  }
  if (is(Mutation::utf8Normalised)) {
    if (const auto at = payload.find("a\xCC\x88"); at != Octets::npos) {
      payload.replace(at, 3, "\xC3\xA4");
    }
  }
  OctetView checked = payload;
  if (is(Mutation::utf864Kib)) checked = checked.substr(0, 65535);
  if (is(Mutation::utf84Kib)) checked = checked.substr(0, 4096);
  if (is(Mutation::utf816)) checked = checked.substr(0, 16);
  if (is(Mutation::utf8Words)) checked = checked.substr(0, checked.size() - checked.size() % 16);
  if (checked.size() < payload.size()) {
    websocket::Utf8Validator validator;
    return validator.feed(checked);
  }
  if (isUtf8(payload)) return true;
  if (!is(Mutation::utf8Replaced)) return false;
  payload = "\xEF\xBF\xBD";
  return true;
}

/// UTF-8 as this peer understands it: lax rules let some sequences pass.
bool MutantPeer::isUtf8(OctetView octets) const {
  std::size_t at = 0;
  const auto octet = [&](std::size_t i) {
    return i < octets.size() ? static_cast<unsigned char>(octets[i]) : 0U;
  };
  const auto isTail = [&](std::size_t i) { return (octet(i) & 0xC0U) == 0x80U; };
  while (at < octets.size()) {
    const unsigned c = octet(at);
    std::size_t n = c < 0x80   ? 1
                    : c < 0xC0 ? 0
                    : c < 0xE0 ? 2
                    : c < 0xF0 ? 3
                    : c < 0xF8 ? 4
                    : c < 0xFC ? 5
                    : c < 0xFE ? 6
                               : 0;
    if (n == 0) {
      if ((is(Mutation::utf8Lone) && c < 0xC0) || (is(Mutation::utf8Ff) && c >= 0xFE)) {
        ++at;
        continue;
      }
      return false;
    }
    std::size_t have = 1;
    while (have < n && at + have < octets.size() && isTail(at + have)) ++have;
    if (have < n) return is(Mutation::utf8Cut) && at + have == octets.size();
    std::uint32_t point = n == 1 ? c : c & (0xFFU >> (n + 1));
    for (std::size_t i = 1; i < n; ++i) point = (point << 6U) | (octet(at + i) & 0x3FU);
    constexpr std::array<std::uint32_t, 7> kLeast{0, 0, 0x80, 0x800, 0x10000, 0x200000, 0x4000000};
    const bool overlong = point < kLeast[n];
    const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
    const bool isPair = point >= 0xD800 && point <= 0xDBFF && octet(at + 3) == 0xED;
    const bool isPairEnd = point >= 0xDC00 && surrogate && at >= 3 &&
                           static_cast<unsigned char>(octets[at - 3]) == 0xED;
    if (overlong && !is(Mutation::utf8Overlong) && !(is(Mutation::utf8Overlong2) && n == 2))
      return false;
    if (surrogate && !is(Mutation::utf8Surrogates) &&
        !(is(Mutation::utf8SurrogatePairs) && (isPair || isPairEnd)))
      return false;
    if (point > 0x10FFFF && !(is(Mutation::utf8Beyond) && n == 4) &&
        !(is(Mutation::utf8Five) && n > 4))
      return false;
    at += n;
  }
  return true;
}

}  // namespace wsgauntlet::mutants
