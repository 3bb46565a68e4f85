#include "net/driver.hpp"

#include <cerrno>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <utility>

#include <asio/post.hpp>

namespace wsgauntlet::net {
namespace {

/// The size of one read and of one write.
constexpr std::size_t kBlock = 65536;
/// The minimum read size; reads shrink towards it while input is expensive to process, as a flood
/// of tiny frames is.
constexpr std::size_t kSmallestRead = 2048;
/// What one connection may cost before others have a turn.
constexpr auto kTurnTime = std::chrono::microseconds(500);
/// Blocks or pieces that one connection moves before others have a turn.
constexpr int kTurn = 32;
/// Between two pieces that are paced; the system's timers add some 50 µs. That is about what peers
/// are used to from the original.
constexpr auto kPieceDelay = std::chrono::microseconds(50);
/// How long an exclusive connection waits in a read, in microseconds, and how long it reads before
/// the loop has a look at timers and signals.
constexpr int kPatience = 1000;
constexpr auto kLook = std::chrono::microseconds(50);
constexpr auto kExchange = std::chrono::milliseconds(10);
/// How long a connection of one direction is kept: longer than stretched waits for its end.
constexpr auto kKeepUp = std::chrono::minutes(5);
/// How long an orderly end waits for the peer's own end, so that what was written is not lost.
constexpr auto kLinger = std::chrono::seconds(1);

TimePoint now() {
  return std::chrono::steady_clock::now();
}

/// Room for one read or write; the loop is one thread, and a block is used up within a call.
std::span<char> block() {
  thread_local std::array<char, kBlock> octets;
  return octets;
}

}  // namespace

Driver::Driver(Socket socket, std::unique_ptr<websocket::Session> session,
               std::function<void()> ended, bool exclusive, std::unique_ptr<TlsStream> tls)
    : socket_(std::move(socket)),
      tls_(std::move(tls)),
      session_(std::move(session)),
      ended_(std::move(ended)),
      timer_(socket_.get_executor()),
      readSize_(kBlock),
      exclusive_(exclusive) {}

void Driver::start() {
  socket_.non_blocking(!exclusive_);
  if (exclusive_) {
    const timeval patience{0, kPatience};
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    ::fcntl(socket_.native_handle(), F_SETFL,
            ::fcntl(socket_.native_handle(), F_GETFL) & ~O_NONBLOCK);
  }
  session_->onWakeRequest([weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      asio::post(self->socket_.get_executor(), [self] { self->wake(); });
    }
  });
  session_->connected(now());
  afterSession();
}

ssize_t Driver::readSocket(std::span<char> octets, bool wait) {
  if (tls_) return tls_->receive(octets, wait);
  return ::recv(socket_.native_handle(), octets.data(), octets.size(), wait ? 0 : MSG_DONTWAIT);
}

ssize_t Driver::writeSocket(std::span<const char> octets) {
  if (tls_) return tls_->send(octets);
  return ::send(socket_.native_handle(), octets.data(), octets.size(), MSG_NOSIGNAL | MSG_DONTWAIT);
}

/// Whatever was done to the session: write what it has, end if it wants to, wait for more.
void Driver::afterSession() {
  if (closed_) return;
  if (!flush()) return;
  if (session_->outbox().ending() != websocket::Ending::none) {
    finish();
    return;
  }
  if (exclusive_ && !waitsReadable_ && session_->isReading()) exchange();
  if (closed_) return;
  armTimer();  // last: an exchange sets timers too
  if (!turnPosted_ && !waitsReadable_ && session_->isReading()) waitReadable();
}

/// Writes as much as the socket accepts. False when the connection has broken.
bool Driver::flush() {
  for (int i = 0; i < kTurn; ++i) {
    if (waitsWritable_ || sendingFailed_) return true;
    if (!unsent_.empty() || !session_->outbox().empty()) {
      if (!sendBlock()) return false;
    } else if (const auto pieces = session_->queuedPieces(); pieces == websocket::Pieces::eager) {
      session_->sendNextPiece(now());
    } else {
      if (pieces == websocket::Pieces::paced) sendPieceLater();
      endSending();
      return true;
    }
    if (session_->outbox().ending() == websocket::Ending::reset) return true;
  }
  postTurn();
  return true;
}

/// Goes on when others had a turn.
void Driver::postTurn() {
  if (turnPosted_) return;
  turnPosted_ = true;
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    self->turnPosted_ = false;
    self->afterSession();
  });
}

void Driver::sendPieceLater() {
  if (pieceTimer_) return;
  pieceTimer_.emplace(socket_.get_executor(), kPieceDelay);
  pieceTimer_->async_wait([self = shared_from_this()](const std::error_code& error) {
    self->pieceTimer_.reset();
    if (error || self->closed_ || self->sessionEnded_) return;
    if (self->unsent_.empty() && self->session_->queuedPieces() != websocket::Pieces::none) {
      self->session_->sendNextPiece(now());
    }
    self->afterSession();
  });
}

bool Driver::sendBlock() {
  std::span<char> octets = block();
  if (!unsent_.empty()) {
    octets = std::span(unsent_);
  } else {
    octets = octets.first(session_->outbox().take(octets));
  }
  const ssize_t sent = writeSocket(octets);
  if (sent < 0 && errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR) {
    // What the peer sent before it went away still counts: reading finds out about the end.
    // What waits to be written is left where it is: rendering it could take for ever.
    unsent_.clear();
    sendingFailed_ = true;
    if (!waitsReadable_) readable();
    return !closed_;
  }
  const auto done = static_cast<std::size_t>(std::max<ssize_t>(sent, 0));
  if (done < octets.size()) {
    unsent_ = std::string(octets.data() + done, octets.size() - done);
    waitWritable();
  } else {
    unsent_.clear();
  }
  return true;
}

void Driver::waitWritable() {
  waitsWritable_ = true;
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const std::error_code& error) {
    self->waitsWritable_ = false;
    if (!error) self->afterSession();
  });
}

void Driver::waitReadable() {
  waitsReadable_ = true;
  if (tls_ && tls_->isReady()) {
    asio::post(socket_.get_executor(), [self = shared_from_this()] {
      self->waitsReadable_ = false;
      self->readable();
    });
    return;
  }
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const std::error_code& error) {
    self->waitsReadable_ = false;
    if (!error) self->readable();
  });
}

/// A peer that is fast answers sooner than the system would wake a process that sleeps: looking for
/// the answer for a moment measures the peer instead of that. The processor is offered to others
/// between two looks, so that a peer on the same one is not kept from answering.
ssize_t Driver::awaitAnswer(std::span<char> octets) {
  const TimePoint patience = now() + kLook;
  do {
    const ssize_t n = readSocket(octets, false);
    if (n >= 0 || (errno != EAGAIN && errno != EWOULDBLOCK)) return n;
    ::sched_yield();
  } while (now() < patience);
  return readSocket(octets, true);
}

/// Waits in reads as long as the peer answers at once, then goes back to the loop.
void Driver::exchange() {
  using websocket::Ending;
  using websocket::Pieces;
  for (const TimePoint end = now() + kExchange; now() < end;) {
    if (waitsWritable_ || turnPosted_ || session_->queuedPieces() != Pieces::none ||
        !session_->isReading()) {
      return;
    }
    // A read that waits would outlast a timer that is about to fire.
    const auto deadline = session_->deadline();
    if (deadline && *deadline <= now() + std::chrono::microseconds(kPatience)) return;
    const std::span<char> octets = block();
    const ssize_t n = awaitAnswer(octets);
    // The end of the connection, and anything unusual, is for the loop to find.
    if (n <= 0) return;
    deliver(octets.first(static_cast<std::size_t>(n)));
    if (!flush() || session_->outbox().ending() != Ending::none) break;
  }
  if (!closed_) postTurn();
}

void Driver::deliver(std::span<char> octets) {
  session_->received(octets, now());
  if (!session_->outbox().empty()) return;
  // Nothing is written that would carry the acknowledgement. A peer that writes a message in pieces
  // without TCP_NODELAY waits for it before it sends the next one: that would be 40 ms each time.
  const int on = 1;
  ::setsockopt(socket_.native_handle(), IPPROTO_TCP, TCP_QUICKACK, &on, sizeof on);
}

/// A connection whose octets cost much time gets less of it at once: others are not to wait, since
/// theirs may be cases with a time limit.
void Driver::adaptRead(Duration took) {
  readSize_ =
      took > kTurnTime ? std::max(kSmallestRead, readSize_ / 2) : std::min(kBlock, readSize_ * 2);
}

void Driver::readable() {
  // Nobody listens any more: afterSession looks again when that changes.
  if (!sessionEnded_ && !session_->isReading()) return;
  const TimePoint turnEnd = now() + kTurnTime;
  for (int i = 0; i < kTurn && !closed_; ++i) {
    const std::span<char> octets = block().first(readSize_);
    const ssize_t n = readSocket(octets, false);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) break;
    if (n <= 0) {
      if (!sessionEnded_) session_->disconnected(now());
      if (n == 0 && !sessionEnded_) {
        if (session_->outbox().ending() == websocket::Ending::none) return keepUp();
        if (!flush()) return;  // what it says last
      }
      close();
      return;
    }
    const TimePoint begin = now();
    if (!sessionEnded_) deliver(octets.first(static_cast<std::size_t>(n)));
    if (session_->outbox().ending() != websocket::Ending::none && !sessionEnded_) break;
    if (!sessionEnded_ && !session_->isReading()) break;
    if (static_cast<std::size_t>(n) < octets.size()) break;
    const TimePoint end = now();
    adaptRead(end - begin);
    if (end > turnEnd) break;
    // More may wait; what the session wants to write goes first.
    if (!sessionEnded_ && !flush()) return;
  }
  if (sessionEnded_) {
    if (!closed_ && !waitsReadable_) waitReadable();
    return;
  }
  afterSession();
}

void Driver::armTimer() {
  const auto deadline = session_->deadline();
  // A timer that fires too early is cheaper than one that is set anew for each message.
  if (!deadline || (armedFor_ && *armedFor_ <= *deadline)) return;
  armedFor_ = deadline;
  setTimer();
}

void Driver::wake() {
  if (closed_ || sessionEnded_) return;
  session_->woken(now());
  afterSession();
}

void Driver::setTimer() {
  timer_.expires_at(*armedFor_);
  timer_.async_wait([self = shared_from_this()](const std::error_code& error) {
    if (!error) self->timerFired();
  });
}

void Driver::timerFired() {
  armedFor_.reset();
  if (closed_) return;
  if (sessionEnded_) {
    close();
    return;
  }
  if (const auto deadline = session_->deadline(); deadline && *deadline <= now()) {
    session_->woken(now());
  }
  afterSession();
}

/// The peer has ended its direction, and the session does not end its own: nothing is done.
void Driver::keepUp() {
  sessionEnded_ = true;
  armedFor_ = now() + kKeepUp;
  setTimer();
}

/// Ends our direction of TCP once all is written, if the session wants that.
void Driver::endSending() {
  const websocket::Outbox& outbox = session_->outbox();
  if (!outbox.sendingEnded() || outbox.ending() != websocket::Ending::none || sendingEnded_ ||
      waitsWritable_ || turnPosted_ || session_->queuedPieces() != websocket::Pieces::none) {
    return;
  }
  sendingEnded_ = true;
  std::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

/// The session wants to end the transport.
void Driver::finish() {
  if (session_->outbox().ending() == websocket::Ending::reset) {
    const struct linger hard { 1, 0 };
    ::setsockopt(socket_.native_handle(), SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
    return;
  }
  if (!sessionEnded_) {
    sessionEnded_ = true;
    armedFor_ = now() + kLinger;
    setTimer();
  }
  if (waitsWritable_ || turnPosted_) return;
  // Closing a socket with unread octets would reset the connection and could cost the peer what
  // was sent last: end our direction, and wait a moment for the peer to end its own.
  if (tls_) tls_->endWriting();
  std::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
  if (!waitsReadable_) waitReadable();
}

void Driver::close() {
  if (closed_) return;
  closed_ = true;
  timer_.cancel();
  std::error_code ignored;
  socket_.close(ignored);
  // Handlers that still wait hold this object; what the connection's owner waits for is over now.
  if (ended_) asio::post(timer_.get_executor(), [self = shared_from_this()] { self->ended_(); });
}

}  // namespace wsgauntlet::net
