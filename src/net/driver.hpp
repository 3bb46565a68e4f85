// Moves octets and time between a socket and a session.
#pragma once

#include "net/tls_stream.hpp"
#include "websocket/session.hpp"

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include <asio/generic/stream_protocol.hpp>
#include <asio/steady_timer.hpp>

namespace wsgauntlet::net {

/// Keeps itself alive while its connection lives. The socket is used without blocking: every write
/// is tried at once, and the loop is asked only when the socket is not ready. That saves most of
/// the turns through the loop, and it keeps each piece of a chopped frame in a write of its own.
class Driver : public std::enable_shared_from_this<Driver> {
 public:
  using Socket = asio::generic::stream_protocol::socket;

  /// `exclusive`: no other connection of the loop needs it meanwhile. `tls`: the TLS of the socket,
  /// with its handshake done; none for a plain connection.
  Driver(Socket socket, std::unique_ptr<websocket::Session> session, std::function<void()> ended,
         bool exclusive, std::unique_ptr<TlsStream> tls = nullptr);

  /// Tells the session that it is connected, and goes on until the connection has ended.
  void start();

 private:
  [[nodiscard]] ssize_t readSocket(std::span<char> octets, bool wait);
  [[nodiscard]] ssize_t writeSocket(std::span<const char> octets);
  void afterSession();
  bool flush();
  bool sendBlock();
  void postTurn();
  void sendPieceLater();
  void waitReadable();
  void waitWritable();
  void deliver(std::span<char> octets);
  void readable();
  void adaptRead(Duration took);
  ssize_t awaitAnswer(std::span<char> octets);
  void exchange();
  void wake();
  void armTimer();
  void setTimer();
  void timerFired();
  void keepUp();
  void endSending();
  void finish();
  void close();

  Socket socket_;
  std::unique_ptr<TlsStream> tls_;
  std::unique_ptr<websocket::Session> session_;
  std::function<void()> ended_;
  asio::steady_timer timer_;
  std::optional<asio::steady_timer> pieceTimer_;
  std::optional<TimePoint> armedFor_;
  std::size_t readSize_;  ///< octets of one read at most
  std::string unsent_;    ///< rest of a block that the socket did not take
  bool waitsWritable_ = false;
  bool sendingFailed_ = false;  ///< the peer accepts nothing any more
  bool waitsReadable_ = false;
  bool turnPosted_ = false;
  bool sessionEnded_ = false;
  bool sendingEnded_ = false;
  bool closed_ = false;
  const bool exclusive_;
};

}  // namespace wsgauntlet::net
