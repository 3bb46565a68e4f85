#include "mutants/mutant_peer.hpp"

#include "websocket/handshake.hpp"

#include <algorithm>
#include <utility>

namespace wsgauntlet::mutants {

using websocket::Ending;
using websocket::Pieces;

MutantPeer::MutantPeer(Mutation mutation, Random random, std::shared_ptr<ServerState> server)
    : mutation_(mutation), random_(random), server_(std::move(server)) {
  server_->connections.push_back(this);
}

MutantPeer::MutantPeer(Mutation mutation, Random random, MutantRequest request)
    : mutation_(mutation),
      random_(random),
      server_(std::make_shared<ServerState>()),
      request_(std::move(request)) {
  server_->connections.push_back(this);
}

MutantPeer::~MutantPeer() {
  std::erase(server_->connections, this);
  if (!server_->connections.empty()) server_->connections.front()->requestWake();
}

void MutantPeer::connected(TimePoint now) {
  now_ = now;
  if (!isServer()) sendRequest();
}

void MutantPeer::received(std::span<char> octets, TimePoint now) {
  now_ = now;
  if (deaf_) return;
  ++reads_;
  unread_.append(octets.data(), octets.size());
  if (isOtherBlocked()) return;
  swapShared();
  read();
  swapShared();
}

void MutantPeer::read() {
  if (open_) {
    readFrames();
  } else if (!isServer()) {
    readResponse();
  } else if (!is(Mutation::oneAtATime) || server_->connections.front() == this) {
    readRequest();
  }
}

/// What belongs to a connection is one for all of them.
void MutantPeer::swapShared() {
  if (is(Mutation::sharesMessage)) std::swap(message_, server_->message);
}

/// One thread writes for all connections, and waits until a peer has read.
bool MutantPeer::isOtherBlocked() const {
  const auto isBlocked = [this](MutantPeer* other) {
    return other != this && other->outbox_.waiting() > 0;
  };
  return is(Mutation::blocksAll) &&
         std::any_of(server_->connections.begin(), server_->connections.end(), isBlocked);
}

void MutantPeer::disconnected(TimePoint now) {
  now_ = now;
  if (is(Mutation::ignoresTcpEnd) && open_ && !closeSeen_ && !closeSent_) return;
  if (is(Mutation::echoesCutFrame) && open_ && !closeSent_) {
    if (!header_.empty()) {
      message_ = Message{};
      message_->payload = unread_;
    }
    if (message_) echoNow(false, message_->payload);
  }
  if (is(Mutation::keepsLeftOver) && message_) server_->leftOver = message_->payload;
  delayed_.clear();
  outbox_.end(Ending::close);
}

std::optional<TimePoint> MutantPeer::deadline() const {
  std::optional<TimePoint> first;
  for (const Delayed& one : delayed_) {
    if (!first || one.when < *first) first = one.when;
  }
  return first;
}

void MutantPeer::woken(TimePoint now) {
  now_ = now;
  std::stable_sort(delayed_.begin(), delayed_.end(),
                   [](const Delayed& a, const Delayed& b) { return a.when < b.when; });
  while (!delayed_.empty() && delayed_.front().when <= now) {
    const auto what = std::move(delayed_.front().what);
    delayed_.erase(delayed_.begin());
    what();
  }
  if (is(Mutation::oneAtATime) && !open_ && !unread_.empty()) read();
}

void MutantPeer::later(double seconds, std::function<void()> what) {
  delayed_.push_back({now_ + fromSeconds(seconds), std::move(what)});
}

void MutantPeer::write(Octets octets) {
  if (is(Mutation::slow)) {
    later(0.25, [this, text = std::move(octets)] { writeNow(text); });
  } else {
    writeNow(std::move(octets));
  }
}

/// Long writes would take too long in small pieces.
void MutantPeer::writeNow(Octets octets) {
  constexpr std::size_t kMaxInPieces = 3000;
  const std::size_t size = is(Mutation::octets) ? 1 : is(Mutation::thirds) ? 3 : 0;
  if (size == 0 || octets.size() > kMaxInPieces) {
    if (pieces_.empty()) {
      outbox_.append(octets);
    } else {
      pieces_.push_back(std::move(octets));
    }
    return;
  }
  for (std::size_t at = 0; at < octets.size(); at += size) {
    pieces_.push_back(octets.substr(at, size));
  }
}

void MutantPeer::end() {
  if (is(Mutation::slow)) {
    later(0.25, [this] { endNow(); });
  } else {
    endNow();
  }
}

void MutantPeer::endNow() {
  if (pieces_.empty()) {
    outbox_.end(Ending::close);
  } else {
    endBehindPieces_ = true;
  }
}

Pieces MutantPeer::queuedPieces() const {
  return pieces_.empty() ? Pieces::none : Pieces::eager;
}

void MutantPeer::sendNextPiece(TimePoint now) {
  now_ = now;
  if (pieces_.empty()) return;
  outbox_.append(pieces_.front());
  pieces_.pop_front();
  if (pieces_.empty() && endBehindPieces_) outbox_.end(Ending::close);
}

void MutantPeer::agree(const websocket::DeflateParameters& parameters) {
  agreed_ = parameters;
  const bool server = isServer();
  int bits = server ? parameters.serverMaxWindowBits : parameters.clientMaxWindowBits;
  bool forget = server ? parameters.serverNoContextTakeover : parameters.clientNoContextTakeover;
  if (is(Mutation::ignoresWindow) || is(Mutation::largerServerBits)) bits = 15;
  if (is(Mutation::smallWindow)) bits = std::min(bits, 9);
  if (is(Mutation::keepsContext)) forget = false;
  deflater_ =
      std::make_unique<websocket::Deflater>(bits, forget, is(Mutation::compressesStored) ? 0 : 6);
  if (is(Mutation::sharesInflater) && server_->inflater) {
    inflater_ = server_->inflater;
    return;
  }
  inflater_ = std::make_shared<websocket::Inflater>(
      server ? parameters.clientMaxWindowBits : parameters.serverMaxWindowBits,
      (server ? parameters.clientNoContextTakeover : parameters.serverNoContextTakeover) ||
          is(Mutation::noInflateContext));
  server_->inflater = inflater_;
}

}  // namespace wsgauntlet::mutants
