// Boost.Beast echo server: PORT [--tls] [--no-deflate] [--sync]
// Asynchronous on one thread by default; --sync is blocking calls, one thread per connection.
#include "peer.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <iostream>
#include <memory>
#include <thread>

namespace beast = boost::beast;
namespace websocket = beast::websocket;
namespace net = boost::asio;
using tcp = net::ip::tcp;
using plain = beast::tcp_stream;
using secure = beast::ssl_stream<beast::tcp_stream>;

static bool deflate;

template <class Stream>
void configure(websocket::stream<Stream>& ws) {
  websocket::permessage_deflate pmd;
  pmd.server_enable = deflate;
  ws.set_option(pmd);
  ws.read_message_max(peer::max_message);
  ws.auto_fragment(false);
  ws.text(true);
}

inline void handshake(plain&) {}
inline void handshake(secure& s) {
  s.handshake(net::ssl::stream_base::server);
}
template <class F>
void async_handshake(plain&, F f) {
  f({});
}
template <class F>
void async_handshake(secure& s, F f) {
  s.async_handshake(net::ssl::stream_base::server, f);
}

template <class Stream>
void sync_session(websocket::stream<Stream> ws) try {
  configure(ws);
  handshake(ws.next_layer());
  ws.accept();
  for (beast::flat_buffer buf;; buf.clear()) {
    ws.read(buf);
    ws.text(ws.got_text());
    ws.write(buf.data());
  }
} catch (std::exception const&) {
}

template <class Stream>
struct session : std::enable_shared_from_this<session<Stream>> {
  websocket::stream<Stream> ws;
  beast::flat_buffer buf;
  template <class... A>
  explicit session(A&&... a) : ws(std::forward<A>(a)...) {}

  void start() {
    configure(ws);
    async_handshake(ws.next_layer(), [self = this->shared_from_this()](beast::error_code ec) {
      if (ec) return;
      self->ws.async_accept([self](beast::error_code ec) {
        if (!ec) self->read();
      });
    });
  }
  void read() {
    ws.async_read(buf, [self = this->shared_from_this()](beast::error_code ec, std::size_t) {
      if (!ec) self->write();
    });
  }
  void write() {
    ws.text(ws.got_text());
    ws.async_write(buf.data(),
                   [self = this->shared_from_this()](beast::error_code ec, std::size_t) {
                     if (ec) return;
                     self->buf.clear();
                     self->read();
                   });
  }
};

int main(int argc, char** argv) {
  peer::args a(argc, argv);
  deflate = a.deflate();
  net::io_context io;
  net::ssl::context tls(net::ssl::context::tls_server);
  if (a.tls()) {
    tls.use_certificate_chain_file(peer::cert("server.crt"));
    tls.use_private_key_file(peer::cert("server.key"), net::ssl::context::pem);
  }
  tcp::acceptor acceptor(io, {net::ip::address_v4::loopback(), a.port()});
  std::cout << "listening on " << acceptor.local_endpoint() << std::endl;
  if (a.has("sync"))
    for (;;) {
      auto socket = acceptor.accept();
      std::thread([&a, &tls, s = std::move(socket)]() mutable {
        if (a.tls())
          sync_session(websocket::stream<secure>(std::move(s), tls));
        else
          sync_session(websocket::stream<plain>(std::move(s)));
      }).detach();
    }
  std::function<void()> accept = [&] {
    acceptor.async_accept([&](beast::error_code ec, tcp::socket s) {
      if (!ec && a.tls())
        std::make_shared<session<secure>>(std::move(s), tls)->start();
      else if (!ec)
        std::make_shared<session<plain>>(std::move(s))->start();
      accept();
    });
  };
  accept();
  io.run();
}
