#include "websocket/connection.hpp"

#include "base/hex.hpp"

#include <utility>

namespace wsgauntlet::websocket {
namespace {

/// A header block that is longer than this is not a handshake.
constexpr std::size_t kMaxHead = 65536;

}  // namespace

Connection::Connection(Role role, const Options& options, Random random, Listener& listener,
                       Observer* observer)
    : role_(role), options_(options), random_(random), listener_(listener), observer_(observer) {}

void Connection::openAsClient(const ClientRequest& request, TimePoint now) {
  now_ = now;
  request_ = request;
  if (request_.key.empty()) request_.key = makeKey(random_);
  httpRequest_ = request_.octets ? *request_.octets : buildRequest(request_);
  if (options_.openHandshakeTimeout > Duration::zero()) {
    timers_.set(Timer::openHandshake, now + options_.openHandshakeTimeout);
  }
  write(Encoded(httpRequest_), request_.chop, false);
}

void Connection::openAsServer(OctetView request, const std::string& response,
                              const std::optional<DeflateParameters>& deflate, std::span<char> rest,
                              TimePoint now, std::optional<std::uint32_t> chop) {
  now_ = now;
  httpRequest_ = request;
  httpResponse_ = response;
  if (observer_ != nullptr) observer_->octetsReceived(request);
  write(Encoded(response), chop, false);
  opened(deflate, now);
  if (!rest.empty()) received(rest, now);
}

void Connection::readResponse(std::span<char> octets, TimePoint now) {
  const std::size_t searched = unread_.size();
  unread_.append(octets.data(), octets.size());
  const std::size_t end = findHeaderEnd(unread_, searched);
  if (end == Octets::npos) {
    if (unread_.size() > kMaxHead) failOpening("the answer to the opening handshake is too long");
    return;
  }
  httpResponse_ = unread_.substr(0, end);
  responseHead_ = parseHead(httpResponse_);
  const ResponseVerdict verdict = checkResponse(responseHead_, request_);
  if (!verdict.accepted()) {
    failOpening(verdict.failure);
    return;
  }
  timers_.cancel(Timer::openHandshake);
  opened(verdict.deflate, now);
  Octets rest = unread_.substr(end);
  unread_ = Octets();
  if (!rest.empty() && state_ != State::closed) readFrames(rest);
}

void Connection::failOpening(const std::string& reason) {
  if (httpResponse_.empty()) httpResponse_ = unread_;
  closing_.wasClean = false;
  closing_.wasNotCleanReason = reason;
  drop(Ending::reset);
}

void Connection::opened(const std::optional<DeflateParameters>& deflate, TimePoint now) {
  state_ = State::open;
  wasOpen_ = true;
  deflate_ = deflate;
  if (deflate) {
    const bool client = role_ == Role::client;
    deflater_ = std::make_unique<Deflater>(
        client ? deflate->clientMaxWindowBits : deflate->serverMaxWindowBits,
        client ? deflate->clientNoContextTakeover : deflate->serverNoContextTakeover,
        options_.compressionLevel, options_.compressionMemLevel);
    inflater_ = std::make_unique<Inflater>(
        client ? deflate->serverMaxWindowBits : deflate->clientMaxWindowBits,
        client ? deflate->serverNoContextTakeover : deflate->clientNoContextTakeover);
  }
  startAutoPing(now);
  listener_.onOpen();
}

void Connection::disconnected() {
  if (state_ == State::closed) return;
  if (state_ == State::connecting && httpResponse_.empty()) httpResponse_ = unread_;
  if (!closing_.wasClean && !closing_.wasNotCleanReason) {
    closing_.wasNotCleanReason =
        "peer dropped the TCP connection without previous WebSocket closing handshake";
  }
  outbox_.end(Ending::close);
  closed();
}

void Connection::closed() {
  state_ = State::closed;
  timers_.clear();
  pieces_.clear();
  draining_ = false;
  listener_.onClosed();
}

void Connection::woken(TimePoint now) {
  now_ = now;
  const auto timer = timers_.popDue(now);
  if (!timer) return;
  switch (*timer) {
    case Timer::openHandshake:
      closing_.wasOpenHandshakeTimeout = true;
      failOpening("peer did not finish (in time) the opening handshake");
      break;
    case Timer::closeHandshake:
      closing_.wasClean = false;
      closing_.wasCloseHandshakeTimeout = true;
      closing_.wasNotCleanReason = "peer did not respond (in time) in closing handshake";
      drop(Ending::reset);
      break;
    case Timer::serverDrop:
      if (role_ == Role::server) {
        drop(Ending::close);
        break;
      }
      closing_.wasClean = false;
      closing_.wasServerConnectionDropTimeout = true;
      closing_.wasNotCleanReason = "server did not drop TCP connection (in time)";
      drop(Ending::reset);
      break;
    case Timer::autoPing:
      sendAutoPing();
      break;
    case Timer::autoPong:
      closing_.wasNotCleanReason = "peer did not answer a Ping in time";
      drop(Ending::reset);
      break;
  }
}

void Connection::startAutoPing(TimePoint now) {
  if (role_ == Role::server && options_.autoPingInterval > Duration::zero()) {
    timers_.set(Timer::autoPing, now + options_.autoPingInterval);
  }
}

void Connection::sendAutoPing() {
  pingPayload_.resize(options_.autoPingSize / 2);
  random_.fill(pingPayload_);
  pingPayload_ = toHex(pingPayload_);
  FrameToSend ping;
  ping.opcode = kPing;
  ping.payload = Payload(pingPayload_);
  sendFrame(ping);
  if (options_.autoPingTimeout > Duration::zero()) {
    timers_.set(Timer::autoPong, now_ + options_.autoPingTimeout);
  }
  startAutoPing(now_);
}

}  // namespace wsgauntlet::websocket
