#include "net/connector.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "net/driver.hpp"
#include "net/endpoint.hpp"
#include "net/tls_handshake.hpp"
#include "net/tls_stream.hpp"
#include "websocket/http.hpp"
#include "websocket/url.hpp"

#include <algorithm>
#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/read_until.hpp>
#include <asio/steady_timer.hpp>
#include <asio/write.hpp>
#include <fmt/format.h>

namespace wsgauntlet::net {
namespace {

using asio::ip::tcp;

/// An address that does not answer is given up after this, where there is another one.
constexpr auto kNextAddressAfter = std::chrono::seconds(3);
/// A longer answer of a proxy is none.
constexpr std::size_t kMaxProxyAnswer = 65536;

/// Tries the addresses of a host, one after another; then goes through the proxy and TLS.
class Connector : public std::enable_shared_from_this<Connector> {
 public:
  Connector(Loop& loop, ConnectAddress address, std::unique_ptr<websocket::Session> session,
            ConnectHandlers handlers)
      : address_(std::move(address)),
        host_(address_.proxy ? address_.proxy->host : address_.host),
        port_(address_.proxy ? address_.proxy->port : address_.port),
        session_(std::move(session)),
        handlers_(std::move(handlers)),
        resolver_(loop.context()),
        socket_(loop.context()),
        timer_(loop.context()) {}

  void start() {
    if (!address_.socketPath.empty()) {
      endpoints_ = {unixEndpoint(address_.socketPath)};
      tryNext();
      return;
    }
    std::error_code notNumeric;
    const Protocol::endpoint numeric = ipEndpoint(host_, port_, notNumeric);
    if (!notNumeric) {
      endpoints_ = {numeric};
      tryNext();
      return;
    }
    resolver_.async_resolve(host_, std::to_string(port_),
                            [self = shared_from_this()](const std::error_code& error,
                                                        const tcp::resolver::results_type& found) {
                              if (error) {
                                self->fail(fmt::format("{}: {}", self->host_, error.message()));
                                return;
                              }
                              for (const auto& entry : found) {
                                self->endpoints_.emplace_back(entry.endpoint());
                              }
                              self->tryNext();
                            });
  }

 private:
  void tryNext() {
    const Protocol::endpoint endpoint = endpoints_[next_++];
    std::error_code ignored;
    socket_.close(ignored);
    const bool last = next_ == endpoints_.size();
    startTimer(last ? address_.timeout : std::min<Duration>(address_.timeout, kNextAddressAfter));
    socket_.async_connect(endpoint,
                          [self = shared_from_this(), endpoint](const std::error_code& error) {
                            self->timer_.cancel();
                            self->tried(error, endpoint);
                          });
  }

  /// Closes the socket when the time is over, which ends what waits for it.
  void startTimer(Duration timeout) {
    timedOut_ = false;
    timer_.expires_after(timeout);
    timer_.async_wait([self = shared_from_this()](const std::error_code& error) {
      if (error) return;
      self->timedOut_ = true;
      std::error_code unused;
      self->socket_.close(unused);
    });
  }

  void tried(const std::error_code& error, const Protocol::endpoint& endpoint) {
    peer_ = peerName(endpoint);
    refused_ = refused_ || error == asio::error::connection_refused ||
               // The socket of a server that is just starting.
               (!address_.socketPath.empty() && error == std::errc::no_such_file_or_directory);
    if (!error) {
      setNoDelay(socket_, address_.noDelay);
      if (address_.proxy) {
        askProxy();
      } else {
        secure();
      }
    } else if (error == asio::error::connection_reset && !address_.proxy && !address_.tls) {
      lose();
    } else if (next_ < endpoints_.size()) {
      tryNext();
    } else {
      std::string reason = timedOut_ ? noAnswer() : error.message();
      if (endpoints_.size() > 1) {
        reason += fmt::format(" ({} addresses of {} were tried)", endpoints_.size(), host_);
      }
      fail(address_.proxy ? fmt::format("proxy {}: {}", proxyName(), reason) : reason);
    }
  }

  [[nodiscard]] std::string noAnswer() const {
    return fmt::format("no answer within {:g} seconds",
                       std::chrono::duration<double>(address_.timeout).count());
  }
  [[nodiscard]] std::string proxyName() const { return websocket::hostAndPort(host_, port_); }

  void askProxy() {
    startTimer(address_.timeout);
    target_ = websocket::hostAndPort(address_.host, address_.port);
    request_ = connectRequest(*address_.proxy, target_);
    asio::async_write(socket_, asio::buffer(request_),
                      [self = shared_from_this()](const std::error_code& error, std::size_t) {
                        if (error) {
                          self->proxyFailed(error);
                        } else {
                          self->readProxyAnswer();
                        }
                      });
  }

  /// The server speaks only when it was spoken to, so nothing comes after the blank line yet.
  void readProxyAnswer() {
    asio::async_read_until(
        socket_, asio::dynamic_buffer(answer_, kMaxProxyAnswer), "\r\n\r\n",
        [self = shared_from_this()](const std::error_code& error, std::size_t size) {
          self->timer_.cancel();
          if (error) {
            self->proxyFailed(error);
            return;
          }
          const websocket::HttpHead head =
              websocket::parseHead(OctetView(self->answer_).substr(0, size));
          const auto words = websocket::splitWords(head.startLine);
          if (words.size() > 1 && words[1].size() == 3 && words[1].front() == '2') {
            self->secure();
          } else {
            self->fail(fmt::format("proxy {} did not connect us to {}: it answered '{}'",
                                   self->proxyName(), self->target_, terminalText(head.startLine)));
          }
        });
  }

  void proxyFailed(const std::error_code& error) {
    timer_.cancel();
    const std::string reason = timedOut_                         ? noAnswer()
                               : error == asio::error::eof       ? "it ended the connection"
                               : error == asio::error::not_found ? "its answer is no HTTP"
                                                                 : error.message();
    fail(fmt::format("proxy {}: {}", proxyName(), reason));
  }

  void secure() {
    if (!address_.tls) {
      drive(nullptr);
      return;
    }
    const std::string& name = address_.tlsName.empty() ? address_.host : address_.tlsName;
    shakeHands(std::move(socket_), address_.tls, name, address_.timeout,
               [self = shared_from_this()](TlsOutcome outcome) {
                 if (!outcome.tls) {
                   // A server that is just starting, or the proxy before it, ends like that too.
                   self->refused_ = outcome.vanished;
                   self->fail(fmt::format("TLS handshake: {}", outcome.failure));
                   return;
                 }
                 self->socket_ = std::move(outcome.socket);
                 if (self->handlers_.tlsBroken) outcome.tls->onBroken(self->handlers_.tlsBroken);
                 self->drive(std::move(outcome.tls));
               });
  }

  void drive(std::unique_ptr<TlsStream> tls) {
    if (handlers_.connected) handlers_.connected(peer_);
    std::make_shared<Driver>(std::move(socket_), std::move(session_), std::move(handlers_.ended),
                             address_.exclusive, std::move(tls))
        ->start();
  }

  /// The peer accepted the connection and reset it before we could look: it was there, and the
  /// session is to say what it makes of that.
  void lose() {
    if (handlers_.connected) handlers_.connected(peer_);
    const TimePoint now = std::chrono::steady_clock::now();
    session_->connected(now);
    session_->disconnected(now);
    if (handlers_.ended) handlers_.ended();
  }

  void fail(const std::string& reason) {
    std::error_code ignored;
    socket_.close(ignored);
    handlers_.failed(reason, refused_);
  }

  const ConnectAddress address_;
  const std::string host_;  ///< whom we connect to: the server or the proxy
  const std::uint16_t port_;
  std::unique_ptr<websocket::Session> session_;
  ConnectHandlers handlers_;
  tcp::resolver resolver_;
  Protocol::socket socket_;
  asio::steady_timer timer_;
  std::vector<Protocol::endpoint> endpoints_;
  std::size_t next_ = 0;
  bool timedOut_ = false;
  bool refused_ = false;  ///< by one of the addresses
  std::string peer_;
  std::string target_;
  std::string request_;
  std::string answer_;
};

}  // namespace

void connect(Loop& loop, const ConnectAddress& address, std::unique_ptr<websocket::Session> session,
             ConnectHandlers handlers) {
  std::make_shared<Connector>(loop, address, std::move(session), std::move(handlers))->start();
}

}  // namespace wsgauntlet::net
