#include "net/tls_handshake.hpp"

#include <utility>

#include <asio/steady_timer.hpp>
#include <fmt/format.h>

namespace wsgauntlet::net {
namespace {

class Handshake : public std::enable_shared_from_this<Handshake> {
 public:
  Handshake(Protocol::socket socket, const std::shared_ptr<const TlsContext>& context,
            const std::string& name, std::function<void(TlsOutcome)> done)
      : socket_(std::move(socket)),
        tls_(std::make_unique<TlsStream>(context, socket_.native_handle(), name)),
        timer_(socket_.get_executor()),
        done_(std::move(done)) {}

  void start(Duration timeout) {
    socket_.non_blocking(true);
    if (timeout > Duration::zero()) {
      timer_.expires_after(timeout);
      timer_.async_wait([self = shared_from_this(), timeout](const std::error_code& error) {
        if (error) return;
        self->end(fmt::format("no answer within {:g} seconds",
                              std::chrono::duration<double>(timeout).count()));
      });
    }
    goOn();
  }

 private:
  void goOn() {
    switch (tls_->handshake()) {
      case TlsStream::Progress::done:
        end("");
        break;
      case TlsStream::Progress::needsRead:
        wait(Protocol::socket::wait_read);
        break;
      case TlsStream::Progress::needsWrite:
        wait(Protocol::socket::wait_write);
        break;
      case TlsStream::Progress::failed:
        end(tls_->failure());
        break;
    }
  }

  void wait(Protocol::socket::wait_type what) {
    socket_.async_wait(what, [self = shared_from_this()](const std::error_code& error) {
      if (!error && self->done_) self->goOn();
    });
  }

  void end(std::string failure) {
    const auto done = std::exchange(done_, nullptr);
    if (!done) return;
    timer_.cancel();
    const bool vanished = tls_->peerVanished();
    if (!failure.empty()) {
      tls_.reset();
      std::error_code ignored;
      // An alert that we sent is to arrive, so no reset.
      socket_.shutdown(Protocol::socket::shutdown_send, ignored);
      socket_.close(ignored);
    }
    done({std::move(socket_), std::move(tls_), std::move(failure), vanished});
  }

  Protocol::socket socket_;
  std::unique_ptr<TlsStream> tls_;
  asio::steady_timer timer_;
  std::function<void(TlsOutcome)> done_;
};

}  // namespace

void shakeHands(Protocol::socket socket, const std::shared_ptr<const TlsContext>& context,
                const std::string& name, Duration timeout, std::function<void(TlsOutcome)> done) {
  std::make_shared<Handshake>(std::move(socket), context, name, std::move(done))->start(timeout);
}

}  // namespace wsgauntlet::net
