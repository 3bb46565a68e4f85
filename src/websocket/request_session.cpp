#include "websocket/request_session.hpp"

#include "websocket/server_response.hpp"

#include <utility>

namespace wsgauntlet::websocket {
namespace {

/// A request that is longer is not an opening handshake.
constexpr std::size_t kMaxRequest = 65536;

}  // namespace

RequestSession::RequestSession(const Options& options, std::string serverName, std::string peer,
                               Route route, std::shared_ptr<std::size_t> connections,
                               RejectedRoute rejectedRoute)
    : options_(options),
      serverName_(std::move(serverName)),
      peer_(std::move(peer)),
      route_(std::move(route)),
      connections_(std::move(connections)),
      rejectedRoute_(std::move(rejectedRoute)) {
  if (connections_) ++*connections_;
}

RequestSession::~RequestSession() {
  leave();
}

void RequestSession::leave() {
  if (connections_) --*connections_;
  connections_ = nullptr;
}

void RequestSession::connected(TimePoint now) {
  if (options_.openHandshakeTimeout > Duration::zero()) {
    giveUpAt_ = now + options_.openHandshakeTimeout;
  }
}

void RequestSession::received(std::span<char> octets, TimePoint now) {
  if (session_) {
    session_->received(octets, now);
    return;
  }
  const std::size_t searched = read_.size();
  read_.append(octets.data(), octets.size());
  const std::size_t end = findHeaderEnd(read_, searched);
  if (end != Octets::npos) {
    giveUpAt_.reset();
    answer(end, now);
  } else if (read_.size() > kMaxRequest) {
    refuse({431, "Request Header Fields Too Large", {}});
  }
}

void RequestSession::answer(std::size_t headEnd, TimePoint now) {
  const HttpHead head = parseHead(OctetView(read_).substr(0, headEnd));
  ServerPolicy policy;
  policy.allowedOrigins = options_.allowedOrigins;
  policy.versions = options_.versions;
  policy.webStatus = options_.webStatus;
  policy.maxConnectionsReached =
      connections_ && options_.maxConnections > 0 && *connections_ > options_.maxConnections;
  RequestVerdict verdict = checkRequest(head, policy);
  if (const auto* refused = std::get_if<Refused>(&verdict)) {
    if (!handOver(OctetView(read_).substr(0, headEnd), *refused, now)) refuse(*refused);
  } else if (const auto* page = std::get_if<StatusPage>(&verdict)) {
    reply(buildStatusPage(*page, serverName_));
  } else if (const auto* redirect = std::get_if<Redirect>(&verdict)) {
    reply(buildRedirect(*redirect, serverName_));
  } else {
    OpeningRequest request{std::move(std::get<Accepted>(verdict)), read_.substr(0, headEnd),
                           read_.substr(headEnd), peer_};
    RouteResult routed = route_(std::move(request));
    if (const auto* no = std::get_if<Refused>(&routed)) {
      refuse(*no);
      return;
    }
    session_ = std::move(std::get<std::unique_ptr<Session>>(routed));
    session_->onWakeRequest([this] { requestWake(); });
    session_->connected(now);
  }
}

/// A case may be about what is wrong with the request.
bool RequestSession::handOver(OctetView request, const Refused& refused, TimePoint now) {
  const auto words = splitWords(request.substr(0, request.find('\n')));
  const auto target = words.size() > 1 ? parseTarget(words[1]) : std::nullopt;
  if (!rejectedRoute_ || !target) return false;
  session_ = rejectedRoute_({*target, Octets(request), refused, peer_});
  if (session_) session_->connected(now);
  return session_ != nullptr;
}

void RequestSession::refuse(const Refused& refused) {
  reply(buildRefusal(refused));
}

void RequestSession::reply(const std::string& response) {
  giveUpAt_.reset();
  leave();
  outbox_.append(response);
  outbox_.end(Ending::close);
}

void RequestSession::disconnected(TimePoint now) {
  if (session_) {
    session_->disconnected(now);
  } else {
    outbox_.end(Ending::close);
  }
}

std::optional<TimePoint> RequestSession::deadline() const {
  return session_ ? session_->deadline() : giveUpAt_;
}

void RequestSession::woken(TimePoint now) {
  if (session_) {
    session_->woken(now);
  } else {
    giveUpAt_.reset();
    outbox_.end(Ending::reset);
  }
}

Pieces RequestSession::queuedPieces() const {
  return session_ ? session_->queuedPieces() : Pieces::none;
}

void RequestSession::sendNextPiece(TimePoint now) {
  session_->sendNextPiece(now);
}

Outbox& RequestSession::outbox() {
  return session_ ? session_->outbox() : outbox_;
}

}  // namespace wsgauntlet::websocket
