#include "net/transport.hpp"

#include "base/error.hpp"
#include "net/driver.hpp"

#include <utility>
#include <vector>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <fmt/format.h>

namespace wsgauntlet::net {
namespace {

using asio::ip::tcp;

std::string peerName(const tcp::endpoint& endpoint) {
  return fmt::format("{}:{}:{}", endpoint.address().is_v4() ? "tcp4" : "tcp6",
                     endpoint.address().to_string(), endpoint.port());
}

Driver::Socket generic(tcp::socket socket, bool noDelay) {
  std::error_code ignored;
  socket.set_option(tcp::no_delay(noDelay), ignored);
  return Driver::Socket(std::move(socket));
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<State> {
  State(Loop& loop, Accept callback)
      : acceptor(loop.context()), retry(loop.context()), accept(std::move(callback)) {}

  void acceptNext() {
    acceptor.async_accept(
        [self = shared_from_this()](const std::error_code& error, tcp::socket socket) {
          if (!self->acceptor.is_open()) return;
          if (error) {
            self->acceptLater();
            return;
          }
          std::error_code gone;
          const tcp::endpoint peer = socket.remote_endpoint(gone);
          if (!gone) {
            auto session = self->accept(peerName(peer));
            std::make_shared<Driver>(generic(std::move(socket), true), std::move(session), nullptr,
                                     false)
                ->start();
          }
          self->acceptNext();
        });
  }

  /// No file descriptor is left, for example: others may end soon.
  void acceptLater() {
    retry.expires_after(std::chrono::milliseconds(50));
    retry.async_wait([self = shared_from_this()](const std::error_code& error) {
      if (!error && self->acceptor.is_open()) self->acceptNext();
    });
  }

  tcp::acceptor acceptor;
  asio::steady_timer retry;
  Accept accept;
};

namespace {

/// Binds an acceptor and makes it listen.
void listenOn(tcp::acceptor& acceptor, const ListenAddress& address) {
  std::error_code error;
  const auto host = asio::ip::make_address(address.host.empty() ? "0.0.0.0" : address.host, error);
  if (error) {
    throw InputError(fmt::format("'{}' is no numeric address to listen on", address.host));
  }
  const tcp::endpoint endpoint(host, address.port);
  acceptor.open(endpoint.protocol(), error);
  if (!error) acceptor.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
  if (error) {
    throw InputError(fmt::format("cannot listen on port {}: {}", address.port, error.message()));
  }
}

}  // namespace

void requireListenable(const ListenAddress& address) {
  asio::io_context context;
  tcp::acceptor probe(context);
  listenOn(probe, address);
}

Listener::Listener(Loop& loop, const ListenAddress& address, Accept accept)
    : state_(std::make_shared<State>(loop, std::move(accept))) {
  listenOn(state_->acceptor, address);
  state_->acceptNext();
}

Listener::~Listener() {
  std::error_code ignored;
  state_->acceptor.close(ignored);
  state_->retry.cancel();
}

std::uint16_t Listener::port() const {
  return state_->acceptor.local_endpoint().port();
}

namespace {

/// Tries the addresses of a host, one after another.
class Connector : public std::enable_shared_from_this<Connector> {
 public:
  Connector(Loop& loop, ConnectAddress address, std::unique_ptr<websocket::Session> session,
            ConnectHandlers handlers)
      : address_(std::move(address)),
        session_(std::move(session)),
        handlers_(std::move(handlers)),
        resolver_(loop.context()),
        socket_(loop.context()),
        timer_(loop.context()) {}

  void start() {
    std::error_code notNumeric;
    const auto numeric = asio::ip::make_address(address_.host, notNumeric);
    if (!notNumeric) {
      endpoints_ = {tcp::endpoint(numeric, address_.port)};
      tryNext();
      return;
    }
    resolver_.async_resolve(
        address_.host, std::to_string(address_.port),
        [self = shared_from_this()](const std::error_code& error,
                                    const tcp::resolver::results_type& found) {
          if (error) {
            self->fail(fmt::format("{}: {}", self->address_.host, error.message()), false);
            return;
          }
          for (const auto& entry : found) self->endpoints_.push_back(entry.endpoint());
          self->tryNext();
        });
  }

 private:
  void tryNext() {
    const tcp::endpoint endpoint = endpoints_[next_++];
    std::error_code ignored;
    socket_.close(ignored);
    timedOut_ = false;
    timer_.expires_after(address_.timeout);
    timer_.async_wait([self = shared_from_this()](const std::error_code& error) {
      if (error) return;
      self->timedOut_ = true;
      std::error_code unused;
      self->socket_.close(unused);
    });
    socket_.async_connect(endpoint,
                          [self = shared_from_this(), endpoint](const std::error_code& error) {
                            self->timer_.cancel();
                            self->tried(error, endpoint);
                          });
  }

  void tried(const std::error_code& error, const tcp::endpoint& endpoint) {
    if (!error) {
      if (handlers_.connected) handlers_.connected(peerName(endpoint));
      std::make_shared<Driver>(generic(std::move(socket_), address_.noDelay), std::move(session_),
                               std::move(handlers_.ended), address_.exclusive)
          ->start();
    } else if (error == asio::error::connection_reset) {
      lose(endpoint);
    } else if (next_ < endpoints_.size()) {
      tryNext();
    } else if (timedOut_) {
      fail(fmt::format("no answer within {} seconds",
                       std::chrono::duration_cast<std::chrono::seconds>(address_.timeout).count()),
           false);
    } else {
      fail(error.message(), error == asio::error::connection_refused);
    }
  }

  /// The peer accepted the connection and reset it before we could look: it was there, and the
  /// session is to say what it makes of that.
  void lose(const tcp::endpoint& endpoint) {
    if (handlers_.connected) handlers_.connected(peerName(endpoint));
    const TimePoint now = std::chrono::steady_clock::now();
    session_->connected(now);
    session_->disconnected(now);
    if (handlers_.ended) handlers_.ended();
  }

  void fail(const std::string& reason, bool refused) { handlers_.failed(reason, refused); }

  ConnectAddress address_;
  std::unique_ptr<websocket::Session> session_;
  ConnectHandlers handlers_;
  tcp::resolver resolver_;
  tcp::socket socket_;
  asio::steady_timer timer_;
  std::vector<tcp::endpoint> endpoints_;
  std::size_t next_ = 0;
  bool timedOut_ = false;
};

}  // namespace

void connect(Loop& loop, const ConnectAddress& address, std::unique_ptr<websocket::Session> session,
             ConnectHandlers handlers) {
  std::make_shared<Connector>(loop, address, std::move(session), std::move(handlers))->start();
}

}  // namespace wsgauntlet::net
