#include "roles/peer_pace.hpp"

#include <algorithm>

namespace wsgauntlet::roles {
namespace {

using std::chrono::milliseconds;

/// More opening handshakes at the same time would only wait for each other.
constexpr int kMaxOpening = 32;
/// An answer is late when it took this much longer than the fastest one, and more than `kPrompt`.
constexpr int kLateFactor = 10;
constexpr Duration kPrompt = milliseconds(50);
/// Prompt answers after which a peer is tried with more cases again.
constexpr int kPause = 16;
/// A peer that never answers is not made slower by more connections.
constexpr int kSilentGrowth = 4;
/// Patience in units of the slowest answer so far, and its minimum.
constexpr int kPatienceFactor = 10;
constexpr Duration kMinPatience = milliseconds(250);
constexpr Duration kSlow = milliseconds(200);
/// A peer is slow when one in this number of answers is.
constexpr std::uint64_t kSlowShare = 20;
/// A script's wait of a second suits a peer that answers within this time.
constexpr Duration kSuitsScripts = milliseconds(100);
constexpr double kMaxStretch = 10;
/// The machine is busy when this many processes share each core; builds and tests alone do not make
/// it so.
constexpr double kBusy = 3.5;
/// With the lowest priority, a peer gets a small part of what is left.
constexpr double kStretchByLoad = 4;
constexpr double kMaxStretchByLoad = 20;

}  // namespace

bool PeerPace::mayStart() const {
  return running_ < width_ && opening_ < maxOpening_;
}

PeerPace::Ticket PeerPace::start(bool mayBeIgnored) {
  if (!mayBeIgnored) ++opening_;
  return {running_++ > 0, answers_, ends_, false, mayBeIgnored};
}

/// The peer answered no more cases than had ended meanwhile: it had no room for this one before.
bool PeerPace::waitedForAnEnd(const Ticket& ticket) const {
  return ticket.inParallel && answers_ - ticket.answers <= ends_ - ticket.ends;
}

void PeerPace::answered(Ticket& ticket, Duration took) {
  ticket.isAnswered = true;
  if (!ticket.mayBeIgnored) --opening_;
  const bool isLate = fastest_ && took > std::max(kPrompt, *fastest_ * kLateFactor);
  if (isLate && ends_ > ticket.ends && waitedForAnEnd(ticket)) {
    narrow(running_ - opening_);
  } else {
    fastest_ = std::min(took, fastest_.value_or(took));
    slowest_ = std::max(slowest_, took);
    if (took > kSlow) ++slowAnswers_;
    if (isLate) {
      slowDown();
    } else {
      speedUp();
    }
  }
  ++answers_;
}

void PeerPace::refused(const Ticket& ticket) {
  if (ticket.inParallel) narrow(running_ / 2);
}

void PeerPace::ended(const Ticket& ticket) {
  --running_;
  ++ends_;
  if (ticket.isAnswered || ticket.mayBeIgnored) return;
  --opening_;
  if (!fastest_) {
    width_ = std::min(maxWidth_, width_ * kSilentGrowth);
    maxOpening_ = width_;
  } else if (waitedForAnEnd(ticket)) {
    narrow(running_ - opening_);
  }
}

void PeerPace::speedUp() {
  maxOpening_ = std::min(kMaxOpening, maxOpening_ + 1);
  if (pause_ > 0) {
    --pause_;
  } else {
    width_ = std::min(maxWidth_, width_ + 1);
  }
}

void PeerPace::slowDown() {
  maxOpening_ = std::max(1, maxOpening_ / 2);
}

void PeerPace::narrow(int width) {
  width_ = std::max(1, std::min(width_, width));
  pause_ = kPause;
}

std::optional<Duration> PeerPace::patience() const {
  if (!fastest_) return std::nullopt;
  return std::max(kMinPatience, slowest_ * kPatienceFactor);
}

bool PeerPace::isSlow() const {
  return load_ >= kBusy || (slowAnswers_ > 0 && slowAnswers_ * kSlowShare >= answers_);
}

double PeerPace::stretch() const {
  if (!isSlow()) return 1;
  const double byAnswers = std::chrono::duration<double>(slowest_) / kSuitsScripts;
  const double byLoad = load_ >= kBusy ? load_ * kStretchByLoad : 1;
  return std::max(std::clamp(byAnswers, 1.0, kMaxStretch), std::min(byLoad, kMaxStretchByLoad));
}

}  // namespace wsgauntlet::roles
