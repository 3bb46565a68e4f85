#include "net/listener.hpp"

#include "base/error.hpp"
#include "net/driver.hpp"
#include "net/endpoint.hpp"
#include "net/tls_handshake.hpp"
#include "net/tls_stream.hpp"

#include <cerrno>
#include <cstring>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

#include <asio/basic_socket_acceptor.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/v6_only.hpp>
#include <asio/steady_timer.hpp>
#include <fmt/format.h>

namespace wsgauntlet::net {
namespace {

using Acceptor = asio::basic_socket_acceptor<Protocol>;

void open(Acceptor& acceptor, const Protocol::endpoint& endpoint, std::error_code& error) {
  acceptor.close(error);
  acceptor.open(endpoint.protocol(), error);
  if (error) return;
  if (endpoint.protocol().family() != AF_UNIX) {
    acceptor.set_option(Acceptor::reuse_address(true), error);
  }
  if (!error && endpoint.protocol().family() == AF_INET6) {
    acceptor.set_option(asio::ip::v6_only(false), error);
  }
  if (!error) acceptor.bind(endpoint, error);
  if (!error) acceptor.listen(asio::socket_base::max_listen_connections, error);
}

[[noreturn]] void refuse(const std::string& where, const std::string& why) {
  throw InputError(fmt::format("cannot listen on {}: {}", where, why));
}

void openTcp(Acceptor& acceptor, const ListenAddress& address) {
  std::error_code error;
  if (address.host.empty()) {
    open(acceptor, ipEndpoint("::", address.port, error), error);
    // Not every system has IPv6.
    if (error && error != asio::error::address_in_use && error != asio::error::access_denied) {
      open(acceptor, ipEndpoint("0.0.0.0", address.port, error), error);
    }
  } else {
    const Protocol::endpoint endpoint = ipEndpoint(address.host, address.port, error);
    if (error) {
      throw InputError(fmt::format("'{}' is not a numeric address to listen on", address.host));
    }
    open(acceptor, endpoint, error);
  }
  if (!error) return;
  const std::string port = fmt::format("port {}", address.port);
  refuse(address.host.empty() ? port : fmt::format("{}, {}", address.host, port), error.message());
}

/// True when somebody listens on the socket.
bool answers(const Protocol::endpoint& endpoint) {
  asio::io_context context;
  Protocol::socket probe(context);
  std::error_code error;
  probe.connect(endpoint, error);
  return error != asio::error::connection_refused;
}

void openUnix(Acceptor& acceptor, const std::string& path) {
  const Protocol::endpoint endpoint = unixEndpoint(path);
  const std::string where = fmt::format("the Unix socket {}", path);
  std::error_code error;
  open(acceptor, endpoint, error);
  if (error == asio::error::address_in_use) {
    struct stat file {};
    if (::lstat(path.c_str(), &file) != 0 || !S_ISSOCK(file.st_mode)) {
      refuse(where, "a file that is not a socket is there");
    }
    if (answers(endpoint)) refuse(where, "another program listens on it");
    // A program that was killed has left it.
    ::unlink(path.c_str());
    open(acceptor, endpoint, error);
  }
  if (error) refuse(where, error.message());
}

void openAt(Acceptor& acceptor, const ListenAddress& address) {
  if (address.socketPath.empty()) {
    openTcp(acceptor, address);
  } else {
    openUnix(acceptor, address.socketPath);
  }
}

}  // namespace

struct Listener::State : std::enable_shared_from_this<State> {
  State(Loop& loop, ListenAddress where, Accept callback, std::shared_ptr<const TlsContext> secure,
        TlsFailed failed)
      : acceptor(loop.context()),
        retry(loop.context()),
        address(std::move(where)),
        accept(std::move(callback)),
        tls(std::move(secure)),
        tlsFailed(std::move(failed)) {}

  void acceptNext() {
    acceptor.async_accept(
        [self = shared_from_this()](const std::error_code& error, Protocol::socket socket) {
          if (!self->acceptor.is_open()) return;
          if (error) {
            self->acceptLater();
            return;
          }
          self->take(std::move(socket));
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

  void take(Protocol::socket socket) {
    std::error_code gone;
    const Protocol::endpoint remote = socket.remote_endpoint(gone);
    if (gone) return;
    // The clients of a Unix socket have no name of their own.
    const std::string peer =
        address.socketPath.empty() ? peerName(remote) : "unix:" + address.socketPath;
    setNoDelay(socket, address.noDelay);
    if (!tls) {
      drive(std::move(socket), peer, nullptr);
      return;
    }
    shakeHands(std::move(socket), tls, "", address.tlsTimeout,
               [self = shared_from_this(), peer](TlsOutcome outcome) {
                 if (!self->acceptor.is_open()) return;
                 if (outcome.tls) {
                   if (self->tlsFailed) {
                     outcome.tls->onBroken([self, peer](const std::string& reason) {
                       self->tlsFailed(peer, reason);
                     });
                   }
                   self->drive(std::move(outcome.socket), peer, std::move(outcome.tls));
                 } else if (self->tlsFailed) {
                   self->tlsFailed(peer, outcome.failure);
                 }
               });
  }

  void drive(Protocol::socket socket, const std::string& peer, std::unique_ptr<TlsStream> stream) {
    std::make_shared<Driver>(std::move(socket), accept(peer), nullptr, false, std::move(stream))
        ->start();
  }

  Acceptor acceptor;
  asio::steady_timer retry;
  const ListenAddress address;
  const Accept accept;
  const std::shared_ptr<const TlsContext> tls;
  const TlsFailed tlsFailed;
};

void requireListenable(const ListenAddress& address) {
  asio::io_context context;
  Acceptor probe(context);
  openAt(probe, address);
  if (!address.socketPath.empty()) ::unlink(address.socketPath.c_str());
}

Listener::Listener(Loop& loop, const ListenAddress& address, Accept accept,
                   std::shared_ptr<const TlsContext> tls, TlsFailed tlsFailed)
    : state_(std::make_shared<State>(loop, address, std::move(accept), std::move(tls),
                                     std::move(tlsFailed))) {
  openAt(state_->acceptor, address);
  state_->acceptNext();
}

Listener::~Listener() {
  std::error_code ignored;
  state_->acceptor.close(ignored);
  state_->retry.cancel();
  if (!state_->address.socketPath.empty()) ::unlink(state_->address.socketPath.c_str());
}

std::uint16_t Listener::port() const {
  return portOf(state_->acceptor.local_endpoint());
}

}  // namespace wsgauntlet::net
