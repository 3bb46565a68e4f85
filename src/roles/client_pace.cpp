#include "roles/client_pace.hpp"

#include <algorithm>

namespace wsgauntlet::roles {
namespace {

constexpr int kMaxFullWaits = 3;
/// A client that is busy for a moment needs no more than this, or than N times its slowest
/// answer so far.
constexpr Duration kMinClientPatience = std::chrono::milliseconds(500);
constexpr int kClientPatienceFactor = 10;

/// The longest time from a frame of ours to the frame that came next.
Duration slowestAnswer(const play::WireLog& log) {
  Duration slowest{};
  Duration sentAt{};
  bool isAwaited = false;
  for (const play::WireLogRow& row : log) {
    if (std::holds_alternative<play::FrameSentRow>(row.what)) {
      sentAt = row.at;
      isAwaited = true;
    } else if (std::holds_alternative<play::FrameReceivedRow>(row.what) && isAwaited) {
      slowest = std::max(slowest, row.at - sentAt);
      isAwaited = false;
    }
  }
  return slowest;
}

}  // namespace

void ClientPace::ended(const play::Result& result) {
  if (result.doubt == play::Doubt::absence) {
    if (result.behavior == play::Behavior::failed && !result.cutShort) ++absences_;
  } else {
    slowest_ = std::max(slowest_, slowestAnswer(result.wireLog));
  }
}

std::optional<Duration> ClientPace::patience() const {
  if (absences_ < kMaxFullWaits) return std::nullopt;
  return std::max(kMinClientPatience, slowest_ * kClientPatienceFactor);
}

}  // namespace wsgauntlet::roles
