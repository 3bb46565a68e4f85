#include "websocket/outbox.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace wsgauntlet::websocket {
namespace {
/// Writes up to this size are rendered at once and joined with their neighbours.
constexpr std::uint64_t kSmall = 4096;
}  // namespace

Encoded::Encoded(Octets octets) : payload_(std::move(octets)) {
  length_ = payload_.size();
}

Encoded::Encoded(OctetView header, Payload payload, std::uint64_t offset, std::uint64_t length,
                 std::optional<MaskKey> key, std::uint64_t phase)
    : headerSize_(header.size()),
      payload_(std::move(payload)),
      offset_(offset),
      length_(length),
      key_(key),
      phase_(phase) {
  std::copy(header.begin(), header.end(), header_.begin());
}

void Encoded::copy(std::uint64_t offset, std::span<char> out) const {
  if (offset < headerSize_) {
    const auto n =
        static_cast<std::size_t>(std::min<std::uint64_t>(headerSize_ - offset, out.size()));
    std::memcpy(out.data(), header_.data() + offset, n);
    out = out.subspan(n);
    offset += n;
  }
  if (out.empty()) return;
  const std::uint64_t at = offset - headerSize_;
  payload_.copy(offset_ + at, out);
  if (key_) applyMask(out, *key_, phase_ + at);
}

void Outbox::append(OctetView octets) {
  if (ending_ != Ending::none || octets.empty()) return;
  if (segments_.empty() || segments_.back().encoded) segments_.emplace_back();
  segments_.back().octets += octets;
  waiting_ += octets.size();
  total_ += octets.size();
  segments_.back().to = segments_.back().octets.size();
}

void Outbox::append(const Encoded& encoded, std::uint64_t from, std::uint64_t to) {
  if (ending_ != Ending::none || from == to) return;
  waiting_ += to - from;
  total_ += to - from;
  if (to - from > kSmall) {
    segments_.push_back({{}, encoded, from, to});
    return;
  }
  if (segments_.empty() || segments_.back().encoded) segments_.emplace_back();
  Segment& last = segments_.back();
  const std::size_t old = last.octets.size();
  last.octets.resize(old + static_cast<std::size_t>(to - from));
  encoded.copy(from, std::span(last.octets).subspan(old));
  last.to = last.octets.size();
}

std::size_t Outbox::take(std::span<char> out) {
  std::size_t done = 0;
  while (done < out.size() && !segments_.empty()) {
    Segment& first = segments_.front();
    const auto n =
        static_cast<std::size_t>(std::min<std::uint64_t>(first.to - first.at, out.size() - done));
    const auto target = out.subspan(done, n);
    if (first.encoded) {
      first.encoded->copy(first.at, target);
    } else {
      std::memcpy(target.data(), first.octets.data() + first.at, n);
    }
    done += n;
    first.at += n;
    if (first.at == first.to) segments_.pop_front();
  }
  waiting_ -= done;
  return done;
}

void Outbox::end(Ending ending) {
  if (ending_ == Ending::reset) return;
  ending_ = ending;
  if (ending == Ending::reset) {
    segments_.clear();
    waiting_ = 0;
  }
}

}  // namespace wsgauntlet::websocket
