// Boost.Beast client (blocking): URL AGENT [CASES] [--no-deflate]
#include "peer.hpp"

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

namespace beast = boost::beast;
namespace websocket = beast::websocket;
namespace net = boost::asio;
using tcp = net::ip::tcp;

inline void handshake(beast::tcp_stream&) {}
inline void handshake(beast::ssl_stream<beast::tcp_stream>& s) {
  s.handshake(net::ssl::stream_base::client);
}

template <class Stream>
std::string talk(websocket::stream<Stream>& ws, peer::url const& url, bool deflate, bool echo) {
  std::string last;
  beast::flat_buffer buf;
  try {
    websocket::permessage_deflate pmd;
    pmd.client_enable = deflate;
    ws.set_option(pmd);
    ws.read_message_max(peer::max_message);
    ws.auto_fragment(false);
    beast::get_lowest_layer(ws).connect(
        tcp::endpoint(net::ip::make_address(url.host == "localhost" ? "127.0.0.1" : url.host),
                      static_cast<unsigned short>(std::stoi(url.port))));
    handshake(ws.next_layer());
    ws.handshake(url.host + ":" + url.port, url.path);
    for (;; buf.clear()) {
      ws.read(buf);
      last.assign(static_cast<char const*>(buf.data().data()), buf.size());
      ws.text(ws.got_text());
      if (echo) ws.write(buf.data());
    }
  } catch (std::exception const&) {
  }
  return last;
}

int main(int argc, char** argv) {
  peer::args a(argc, argv);
  net::io_context io;
  net::ssl::context tls(net::ssl::context::tls_client);
  return peer::run_client(a, [&](std::string const& s, bool echo) {
    peer::url url(s);
    if (a.tls()) {
      websocket::stream<beast::ssl_stream<beast::tcp_stream>> ws(io, tls);
      return talk(ws, url, a.deflate(), echo);
    }
    websocket::stream<beast::tcp_stream> ws(io);
    return talk(ws, url, a.deflate(), echo);
  });
}
