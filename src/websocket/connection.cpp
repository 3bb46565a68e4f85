#include "websocket/connection.hpp"

#include "base/hex.hpp"
#include "websocket/close_code.hpp"

#include <array>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::websocket {
namespace {

/// A header block that is longer than this is not a handshake.
constexpr std::size_t kMaxHead = 65536;

/// A peer that floods us with Pings and reads nothing gets no further Pongs.
constexpr std::uint64_t kMaxWaiting = std::uint64_t{1} << 20U;

Octets closePayload(std::optional<std::uint16_t> code, const std::optional<Octets>& reason) {
  Octets payload;
  if (code) {
    payload += static_cast<char>(*code >> 8U);
    payload += static_cast<char>(*code & 0xFFU);
  }
  if (reason) payload += *reason;
  return payload;
}

}  // namespace

Connection::Connection(Role role, const Options& options, Random random, Listener& listener,
                       Observer* observer)
    : role_(role),
      options_(options),
      random_(random),
      listener_(listener),
      observer_(observer),
      pieces_(observer),
      writer_(role, options_, random_, observer, pieces_),
      reader_(role, options_, *this) {}

void Connection::openAsClient(const ClientRequest& request, TimePoint now) {
  now_ = now;
  request_ = request;
  if (request_.key.empty()) request_.key = makeKey(random_);
  httpRequest_ = request_.octets ? *request_.octets : buildRequest(request_);
  if (options_.openHandshakeTimeout > Duration::zero()) {
    timers_.set(Timer::openHandshake, now + options_.openHandshakeTimeout);
  }
  pieces_.write(Encoded(httpRequest_), request_.chop, false);
}

void Connection::openAsServer(OctetView request, const std::string& response,
                              const std::optional<DeflateParameters>& deflate, std::span<char> rest,
                              TimePoint now, std::optional<std::uint32_t> chop) {
  now_ = now;
  httpRequest_ = request;
  httpResponse_ = response;
  if (observer_ != nullptr) observer_->octetsReceived(request);
  pieces_.write(Encoded(response), chop, false);
  opened(deflate, now);
  if (!rest.empty()) received(rest, now);
}

void Connection::received(std::span<char> octets, TimePoint now) {
  if (state_ == State::closed) return;
  now_ = now;
  if (observer_ != nullptr) observer_->octetsReceived(OctetView(octets.data(), octets.size()));
  if (state_ == State::connecting) {
    readResponse(octets, now);
  } else {
    reader_.read(octets);
  }
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
  reader_.read(rest);
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
    writer_.compress(*deflate);
    reader_.inflate(*deflate);
  }
  startAutoPing(now);
  listener_.onOpen();
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

/// Once both Close frames are there nothing more is said (RFC 6455 section 7.1.4).
bool Connection::isWritable() const {
  return state_ != State::closed && !(state_ == State::closing && closing_.wasClean);
}

void Connection::sendOctets(const Payload& octets) {
  if (isWritable()) pieces_.write(Encoded({}, octets, 0, octets.size(), {}), {}, false);
}

void Connection::sendFrame(const FrameToSend& frame) {
  if (isWritable()) writer_.writeFrame(frame);
}

void Connection::sendMessage(const Payload& payload, bool binary, std::uint64_t fragmentSize,
                             bool sync) {
  if (state_ != State::open) return;
  writer_.writeMessage(payload, binary,
                       fragmentSize == 0 ? options_.autoFragmentSize : fragmentSize, sync);
}

void Connection::beginMessage(bool binary) {
  if (state_ == State::open) writer_.beginMessage(binary);
}

void Connection::beginFrame(std::uint64_t length) {
  if (state_ == State::open) writer_.beginFrame(length);
}

void Connection::sendFrameData(const Payload& payload, bool sync) {
  if (state_ == State::open) writer_.writeFrameData(payload, sync);
}

void Connection::endMessage() {
  if (state_ == State::open) writer_.endMessage();
}

void Connection::sendNextPiece() {
  if (state_ == State::closed) return;
  pieces_.sendNext();
  dropAfterPieces();
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

/// The first violation fails the connection. What comes after it is read, so that the peer's Close
/// frame and its other events are seen, but not judged again: a frame with a further breach counts
/// for nothing.
void Connection::onViolation(const Violation& violation) {
  if (violation_) {
    brokenAgain_ = true;
    return;
  }
  violation_ = violation;
  fail(violation.closeCode, violation.what, now_);
  if (options_.dropAfterFailure) drop(Ending::close);
}

void Connection::onDataFrame(const FrameHeader& header, OctetView payload) {
  if (observer_ != nullptr) observer_->frameReceived({header, payload.size(), payload});
  brokenAgain_ = false;
}

void Connection::onWholeMessage(Octets& payload, bool binary) {
  if (observer_ != nullptr) observer_->messageReceived(payload.size());
  listener_.onMessage(payload, binary);
}

void Connection::onControlFrame(const FrameHeader& header, OctetView payload) {
  if (observer_ != nullptr) observer_->frameReceived({header, payload.size(), payload});
  if (header.opcode == kClose) {
    closeReceived(payload);
  } else if (header.opcode == kPing) {
    pingReceived(payload);
  } else if (header.opcode == kPong) {
    if (payload == pingPayload_) timers_.cancel(Timer::autoPong);
    if (!brokenAgain_) listener_.onPong(payload);
  }
  brokenAgain_ = false;
}

void Connection::pingReceived(OctetView payload) {
  if (state_ != State::open || outbox().waiting() >= kMaxWaiting) return;
  FrameToSend pong;
  pong.opcode = kPong;
  pong.payload = Payload(Octets(payload));
  if (options_.holdPongs && writer_.isInsideFrame()) {
    writer_.writeAfterFrame(std::move(pong));
  } else {
    writer_.writeFrame(pong);
  }
}

void Connection::closeReceived(OctetView payload) {
  const std::optional<std::uint16_t> code = closeCodeOf(payload);
  std::optional<Octets> reason;
  if (payload.size() > 2) reason = Octets(payload.substr(2));
  closing_.remoteCloseCode = code;
  closing_.remoteCloseReason = reason;
  if (code && !isAllowedOnWire(*code)) {
    onViolation({1002, fmt::format("invalid close code {}", *code), "RFC 6455 section 7.4"});
  } else if (reason && !isValidUtf8(*reason)) {
    onViolation({1007, "invalid close reason (non-UTF-8 payload)", "RFC 6455 section 5.5.1"});
  }
  if (state_ == State::closed) return;
  closing_.wasClean = true;
  pieces_.dropWaiting();
  dropAfterPieces();
  if (state_ == State::closed) return;
  if (state_ == State::open) answerClose(code, reason);
  awaitEndOfTransport();
}

/// The Close frame is there, whatever was wrong with it: now the server ends TCP.
void Connection::awaitEndOfTransport() {
  timers_.cancel(Timer::closeHandshake);
  if (role_ == Role::server) {
    if (options_.serverDropDelay > Duration::zero()) {
      timers_.set(Timer::serverDrop, now_ + options_.serverDropDelay);
    } else {
      drop(Ending::close);
    }
  } else if (options_.serverConnectionDropTimeout > Duration::zero() &&
             !timers_.runs(Timer::serverDrop)) {
    // Further Close frames give the server no more time.
    timers_.set(Timer::serverDrop, now_ + options_.serverConnectionDropTimeout);
  }
}

void Connection::answerClose(std::optional<std::uint16_t> code,
                             const std::optional<Octets>& reason) {
  if (options_.echoCloseCodeReason) {
    sendCloseFrame(code, reason, true, now_);
  } else {
    sendCloseFrame(1000, std::nullopt, true, now_);
  }
}

void Connection::sendClose(std::optional<std::uint16_t> code, const std::optional<Octets>& reason,
                           TimePoint now) {
  if (state_ == State::open) sendCloseFrame(code, reason, false, now);
}

void Connection::sendCloseFrame(std::optional<std::uint16_t> code,
                                const std::optional<Octets>& reason, bool isReply, TimePoint now) {
  FrameToSend frame;
  frame.opcode = kClose;
  frame.payload = Payload(closePayload(code, reason));
  sendFrame(frame);
  pieces_.markClose();

  state_ = State::closing;
  timers_.cancel(Timer::autoPing);
  timers_.cancel(Timer::autoPong);
  closing_.closedByMe = !isReply;
  closing_.localCloseCode = code;
  closing_.localCloseReason = reason;
  if (!isReply && options_.closeHandshakeTimeout > Duration::zero()) {
    timers_.set(Timer::closeHandshake, now + options_.closeHandshakeTimeout);
  }
}

void Connection::fail(std::uint16_t code, const std::string& reason, TimePoint now) {
  if (state_ == State::closed) return;
  now_ = now;
  closing_.failedByMe = true;
  reader_.ignoreData();
  if (options_.failByDrop) {
    closing_.wasClean = false;
    closing_.wasNotCleanReason = "I failed the WebSocket connection by dropping the TCP connection";
    drop(Ending::close);
  } else if (state_ == State::open) {
    sendCloseFrame(code, reason, false, now);
  } else {
    drop(Ending::close);
  }
}

void Connection::drop(Ending ending) {
  if (state_ == State::closed) return;
  closing_.droppedByMe = true;
  if (ending == Ending::close && pieces_.isDraining()) {
    // What was logged as sent also reaches the wire; a peer that does not read is cut off in time.
    endAfterPieces_ = ending;
    timers_.cancel(Timer::closeHandshake);
    if (options_.closeHandshakeTimeout > Duration::zero()) {
      timers_.set(Timer::closeHandshake, now_ + options_.closeHandshakeTimeout);
    }
    return;
  }
  outbox().end(ending);
  closed();
}

void Connection::dropAfterPieces() {
  if (!pieces_.isDraining() && endAfterPieces_ != Ending::none) drop(endAfterPieces_);
}

void Connection::disconnected() {
  if (state_ == State::closed) return;
  if (state_ == State::connecting && httpResponse_.empty()) httpResponse_ = unread_;
  if (!closing_.wasClean && !closing_.wasNotCleanReason) {
    closing_.wasNotCleanReason =
        "peer dropped the TCP connection without previous WebSocket closing handshake";
  }
  outbox().end(Ending::close);
  closed();
}

void Connection::closed() {
  state_ = State::closed;
  timers_.clear();
  pieces_.clear();
  reader_.stop();
  listener_.onClosed();
}

}  // namespace wsgauntlet::websocket
