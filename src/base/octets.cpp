#include "base/octets.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wsgauntlet {

Payload::Payload(Octets base) : base_(std::make_shared<const Octets>(std::move(base))) {
  length_ = base_->size();
}

Payload::Payload(Octets base, std::uint64_t length)
    : base_(std::make_shared<const Octets>(std::move(base))),
      length_(base_->empty() ? 0 : length) {}

Payload Payload::repeatedTo(std::uint64_t length) const {
  Payload other = *this;
  other.length_ = base_->empty() ? 0 : length;
  return other;
}

void Payload::copy(std::uint64_t offset, std::span<char> out) const {
  std::size_t at = base_->empty() ? 0 : static_cast<std::size_t>(offset % base_->size());
  std::size_t done = 0;
  // Once a whole period is in place, doubling it is much faster than copying a short base.
  while (done < out.size() && done < base_->size()) {
    const std::size_t n = std::min(base_->size() - at, out.size() - done);
    std::memcpy(out.data() + done, base_->data() + at, n);
    done += n;
    at = 0;
  }
  // A prefix of whole periods may be copied onto its own end: the phase stays right.
  std::size_t period = done - (base_->empty() ? 0 : done % base_->size());
  while (done < out.size()) {
    const std::size_t n = std::min(period, out.size() - done);
    std::memcpy(out.data() + done, out.data() + done - period, n);
    done += n;
    if (n == period) period *= 2;
    period = std::min(period, done - done % base_->size());
  }
}

Octets Payload::head(std::size_t count) const {
  Octets out(static_cast<std::size_t>(std::min<std::uint64_t>(count, length_)), '\0');
  copy(0, out);
  return out;
}

std::uint64_t Payload::mismatch(OctetView other) const {
  constexpr std::size_t kBlock = 16384;
  char block[kBlock];
  const std::uint64_t common = std::min<std::uint64_t>(length_, other.size());
  for (std::uint64_t at = 0; at < common; at += kBlock) {
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(kBlock, common - at));
    copy(at, std::span(block, n));
    const char* theirs = other.data() + at;
    if (std::memcmp(block, theirs, n) != 0) {
      return at + static_cast<std::uint64_t>(std::mismatch(block, block + n, theirs).first - block);
    }
  }
  return length_ == other.size() ? npos : common;
}

bool operator==(const Payload& a, const Payload& b) {
  if (a.size() != b.size()) return false;
  if (a.base() == b.base()) return true;
  return a.mismatch(b.octets()) == Payload::npos;
}

}  // namespace wsgauntlet
