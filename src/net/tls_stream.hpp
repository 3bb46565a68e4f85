// TLS between a socket and its driver.
#pragma once

#include "net/tls_context.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <sys/types.h>

namespace wsgauntlet::net {

/// The TLS of one connection. It reads and writes the socket itself and never waits, except where
/// `receive` is asked to.
class TlsStream {
 public:
  /// `peerName`: the host that a client means, for SNI (RFC 6066) and for the check of the
  /// certificate (RFC 9525).
  TlsStream(std::shared_ptr<const TlsContext> context, int socket, const std::string& peerName);
  ~TlsStream();
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  enum class Progress { done, needsRead, needsWrite, failed };
  /// Goes on with the TLS handshake as far as the socket allows.
  [[nodiscard]] Progress handshake();
  /// Why the handshake failed.
  [[nodiscard]] const std::string& failure() const { return failure_; }
  /// The handshake failed because the peer ended the transport without a word.
  [[nodiscard]] bool peerVanished() const { return vanished_; }

  /// As `recv`: octets read, 0 at the peer's end, -1 and `errno`. Less than fits means that the
  /// socket had no more. With `wait` the socket may be waited for once.
  [[nodiscard]] ssize_t receive(std::span<char> octets, bool wait);
  /// `receive` has something to give that was read from the socket before, octets or the end: the
  /// socket need not become readable.
  [[nodiscard]] bool isReady() const;
  /// As `send`: octets taken, or -1 and `errno`. What was not taken must come again, unchanged.
  [[nodiscard]] ssize_t send(std::span<const char> octets);
  /// Tells the peer that nothing more comes (close_notify).
  void endWriting();
  /// Calls `broken` with the reason when `receive` finds that TLS has broken. With TLS 1.3 a server
  /// refuses a client's certificate only then, when the handshake is done for the client.
  void onBroken(std::function<void(const std::string& reason)> broken);

 private:
  struct State;

  std::shared_ptr<const TlsContext> context_;
  std::unique_ptr<State> state_;
  std::string failure_;
  bool vanished_ = false;
  std::function<void(const std::string&)> broken_;
};

}  // namespace wsgauntlet::net
