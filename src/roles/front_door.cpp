#include "roles/front_door.hpp"

#include <utility>

namespace wsgauntlet::roles {
namespace {

using websocket::Ending;

/// A request that is longer is no opening handshake.
constexpr std::size_t kMaxHead = 65536;

}  // namespace

FrontDoor::FrontDoor(const websocket::Options& options, std::string serverName, std::string peer,
                     Route route, std::shared_ptr<std::size_t> guests, BadRoute badRoute)
    : options_(options),
      serverName_(std::move(serverName)),
      peer_(std::move(peer)),
      route_(std::move(route)),
      guests_(std::move(guests)),
      badRoute_(std::move(badRoute)) {
  if (guests_) ++*guests_;
}

FrontDoor::~FrontDoor() {
  leave();
}

void FrontDoor::leave() {
  if (guests_) --*guests_;
  guests_ = nullptr;
}

void FrontDoor::connected(TimePoint now) {
  if (options_.openHandshakeTimeout > Duration::zero()) {
    giveUpAt_ = now + options_.openHandshakeTimeout;
  }
}

void FrontDoor::received(std::span<char> octets, TimePoint now) {
  if (session_) {
    session_->received(octets, now);
    return;
  }
  const std::size_t searched = read_.size();
  read_.append(octets.data(), octets.size());
  const std::size_t end = websocket::findHeaderEnd(read_, searched);
  if (end != Octets::npos) {
    giveUpAt_.reset();
    answer(end, now);
  } else if (read_.size() > kMaxHead) {
    refuse({431, "Request Header Fields Too Large", {}});
  }
}

void FrontDoor::answer(std::size_t headEnd, TimePoint now) {
  const websocket::HttpHead head = websocket::parseHead(OctetView(read_).substr(0, headEnd));
  websocket::ServerPolicy policy;
  policy.allowedOrigins = options_.allowedOrigins;
  policy.versions = options_.versions;
  policy.webStatus = options_.webStatus;
  policy.maxConnectionsReached =
      guests_ && options_.maxConnections > 0 && *guests_ > options_.maxConnections;
  websocket::RequestVerdict verdict = websocket::checkRequest(head, policy);
  if (const auto* refused = std::get_if<websocket::Refused>(&verdict)) {
    if (!handOver(OctetView(read_).substr(0, headEnd), *refused, now)) refuse(*refused);
  } else if (const auto* page = std::get_if<websocket::StatusPage>(&verdict)) {
    reply(websocket::buildStatusPage(*page, serverName_));
  } else if (const auto* redirect = std::get_if<websocket::Redirect>(&verdict)) {
    reply(websocket::buildRedirect(*redirect, serverName_));
  } else {
    Knock knock{std::move(std::get<websocket::Accepted>(verdict)), read_.substr(0, headEnd),
                read_.substr(headEnd), peer_};
    Welcome welcome = route_(std::move(knock));
    if (const auto* no = std::get_if<websocket::Refused>(&welcome)) {
      refuse(*no);
      return;
    }
    session_ = std::move(std::get<std::unique_ptr<websocket::Session>>(welcome));
    session_->onWakeRequest([this] { requestWake(); });
    session_->connected(now);
  }
}

/// A case may be about what is wrong with the request.
bool FrontDoor::handOver(OctetView request, const websocket::Refused& refused, TimePoint now) {
  const auto words = websocket::splitWords(request.substr(0, request.find('\n')));
  const auto target = words.size() > 1 ? websocket::parseTarget(words[1]) : std::nullopt;
  if (!badRoute_ || !target) return false;
  session_ = badRoute_({*target, Octets(request), refused, peer_});
  if (session_) session_->connected(now);
  return session_ != nullptr;
}

void FrontDoor::refuse(const websocket::Refused& refused) {
  reply(websocket::buildRefusal(refused));
}

void FrontDoor::reply(const std::string& response) {
  giveUpAt_.reset();
  leave();
  outbox_.append(response);
  outbox_.end(Ending::close);
}

void FrontDoor::disconnected(TimePoint now) {
  if (session_) {
    session_->disconnected(now);
  } else {
    outbox_.end(Ending::close);
  }
}

std::optional<TimePoint> FrontDoor::deadline() const {
  return session_ ? session_->deadline() : giveUpAt_;
}

void FrontDoor::woken(TimePoint now) {
  if (session_) {
    session_->woken(now);
  } else {
    giveUpAt_.reset();
    outbox_.end(Ending::reset);
  }
}

websocket::Pieces FrontDoor::queuedPieces() const {
  return session_ ? session_->queuedPieces() : websocket::Pieces::none;
}

void FrontDoor::sendNextPiece(TimePoint now) {
  session_->sendNextPiece(now);
}

websocket::Outbox& FrontDoor::outbox() {
  return session_ ? session_->outbox() : outbox_;
}

}  // namespace wsgauntlet::roles
