#include "websocket/piece_queue.hpp"

#include <algorithm>
#include <array>
#include <span>

namespace wsgauntlet::websocket {
namespace {

/// As many octets as any observer wants to see of a write.
constexpr std::uint64_t kHead = 64;

}  // namespace

void PieceQueue::write(const Encoded& encoded, std::optional<std::uint32_t> chop, bool sync) {
  if (!chop && !sync && pieces_.empty()) {
    transmit(encoded, 0, encoded.size(), false);
    return;
  }
  pieces_.push_back({encoded, 0, chop.value_or(0), sync || chop});
  if (!draining_) {
    draining_ = true;
    sendNext();
  }
}

void PieceQueue::markClose() {
  if (!pieces_.empty()) pieces_.back().closes = true;
}

Pieces PieceQueue::queued() const {
  constexpr std::uint32_t kEager = 64;
  if (!draining_) return Pieces::none;
  return pieces_.empty() || pieces_.front().chop >= kEager ? Pieces::eager : Pieces::paced;
}

void PieceQueue::sendNext() {
  if (pieces_.empty()) {
    draining_ = false;
    return;
  }
  Piece& piece = pieces_.front();
  const std::uint64_t size = piece.encoded.size();
  const std::uint64_t to = piece.chop == 0 ? size : std::min(size, piece.at + piece.chop);
  transmit(piece.encoded, piece.at, to, piece.sync);
  piece.at = to;
  if (to == size) pieces_.pop_front();
}

void PieceQueue::dropWaiting() {
  for (const Piece& piece : pieces_) {
    if (piece.at > 0 || piece.closes) {
      transmit(piece.encoded, piece.at, piece.encoded.size(), piece.sync);
    }
  }
  clear();
}

void PieceQueue::clear() {
  pieces_.clear();
  draining_ = false;
}

void PieceQueue::transmit(const Encoded& encoded, std::uint64_t from, std::uint64_t to,
                          bool piece) {
  if (observer_ != nullptr) {
    std::array<char, kHead> head{};
    const auto n = static_cast<std::size_t>(std::min<std::uint64_t>(kHead, to - from));
    encoded.copy(from, std::span(head).first(n));
    observer_->octetsSent(to - from, OctetView(head.data(), n), piece);
  }
  outbox_.append(encoded, from, to);
}

}  // namespace wsgauntlet::websocket
