#include "roles/peer_pace.hpp"

#include <algorithm>

namespace wsgauntlet::roles {
namespace {

using std::chrono::milliseconds;

/// Opening handshakes at the same time: more would only wait for each other.
constexpr int kMaxOpening = 32;
/// An answer is late when it took this much longer than the fastest one, and more than `kPrompt`.
constexpr int kLateFactor = 10;
constexpr Duration kPrompt = milliseconds(50);
/// A peer that never answers is not made slower by more connections.
constexpr int kSilentGrowth = 4;
/// Patience in units of the slowest answer so far, and its minimum.
constexpr int kPatienceFactor = 10;
constexpr Duration kMinPatience = milliseconds(250);
constexpr Duration kSlow = milliseconds(200);

}  // namespace

bool PeerPace::mayStart() const {
  return running_ < width_ && opening_ < std::clamp(width_ / 2, 1, kMaxOpening);
}

PeerPace::Ticket PeerPace::start() {
  ++opening_;
  return {running_++ > 0, generation_};
}

void PeerPace::answered(Ticket& ticket, Duration took) {
  ticket.isAnswered = true;
  --opening_;
  const bool isLate = fastest_ && took > std::max(kPrompt, *fastest_ * kLateFactor);
  fastest_ = std::min(took, fastest_.value_or(took));
  slowest_ = std::max(slowest_, took);
  if (isLate) {
    shrink(ticket);
  } else {
    grow();
  }
}

void PeerPace::ended(const Ticket& ticket) {
  --running_;
  if (ticket.isAnswered) return;
  --opening_;
  if (fastest_) {
    shrink(ticket);
  } else {
    width_ = std::min(maxWidth_, width_ * kSilentGrowth);
  }
}

void PeerPace::grow() {
  if (pause_ > 0) {
    --pause_;
  } else {
    width_ = std::min(maxWidth_, width_ + 1);
  }
}

/// Only what ran with others shows that they were too many. What started before the width shrank
/// shows nothing new.
void PeerPace::shrink(const Ticket& ticket) {
  if (ticket.inParallel && ticket.generation == generation_) halve();
}

void PeerPace::halve() {
  ++generation_;
  width_ = std::max(1, std::min(width_, running_ + 1) / 2);
  pause_ = nextPause_;
  nextPause_ *= 2;
}

std::optional<Duration> PeerPace::patience() const {
  if (!fastest_) return std::nullopt;
  return std::max(kMinPatience, slowest_ * kPatienceFactor);
}

bool PeerPace::isSlow() const {
  return slowest_ > kSlow;
}

}  // namespace wsgauntlet::roles
