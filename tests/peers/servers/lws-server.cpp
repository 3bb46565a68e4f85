// libwebsockets echo server: PORT [--tls] [--no-deflate]
#include "peer.hpp"

#include <cstring>
#include <deque>
#include <libwebsockets.h>

struct message {
  std::string data;
  bool binary, sent = false;
};  // data has LWS_PRE spare bytes in front
struct session {
  std::string rx;
  std::deque<message> out;
  std::size_t pending = 0;
};

// lws 4.1.6 asserts when a compressed message's end leaves the inflate buffer full, so the buffer
// is large: 2^24.
static const int rx_bits = 24;

static int callback(lws* wsi, lws_callback_reasons reason, void* user, void* in, size_t len) {
  auto slot = static_cast<session**>(user);
  switch (reason) {
    case LWS_CALLBACK_ESTABLISHED:
      *slot = new session;
      lws_set_extension_option(wsi, "permessage-deflate", "rx_buf_size",
                               std::to_string(rx_bits).c_str());
      break;
    case LWS_CALLBACK_CLOSED:
      delete *slot;
      *slot = nullptr;
      break;
    case LWS_CALLBACK_RECEIVE: {
      session& s = **slot;
      if (lws_is_first_fragment(wsi)) s.rx.clear();
      if (s.rx.size() + len > peer::max_message || s.pending > 2 * peer::max_message) return -1;
      s.rx.append(static_cast<char*>(in), len);
      if (lws_is_final_fragment(wsi)) {
        s.out.push_back({std::string(LWS_PRE, '\0') + s.rx, lws_frame_is_binary(wsi) != 0});
        s.pending += s.rx.size() + LWS_PRE;
        s.rx.clear();
        lws_callback_on_writable(wsi);
      }
      break;
    }
    case LWS_CALLBACK_SERVER_WRITEABLE: {
      session& s = **slot;
      // Deflating may go on reading the buffer after lws_write returns: it is freed one callback
      // later.
      if (!s.out.empty() && s.out.front().sent) {
        s.pending -= s.out.front().data.size();
        s.out.pop_front();
      }
      if (s.out.empty()) break;
      message& m = s.out.front();
      m.sent = true;
      auto p = reinterpret_cast<unsigned char*>(&m.data[LWS_PRE]);
      if (lws_write(wsi, p, m.data.size() - LWS_PRE, m.binary ? LWS_WRITE_BINARY : LWS_WRITE_TEXT) <
          0)
        return -1;
      lws_callback_on_writable(wsi);
      break;
    }
    default:
      break;
  }
  return 0;
}

int main(int argc, char** argv) {
  peer::args a(argc, argv);
  lws_set_log_level(LLL_ERR, nullptr);
  static const lws_protocols protocols[] = {
      {"echo", callback, sizeof(session*), 1 << rx_bits, 0, nullptr, 0}, {}};
  static const lws_extension extensions[] = {
      {"permessage-deflate", lws_extension_callback_pm_deflate, "permessage-deflate"}, {}};
  std::string cert = peer::cert("server.crt"), key = peer::cert("server.key");
  lws_context_creation_info info = {};
  info.port = a.port();
  info.iface = "127.0.0.1";
  info.protocols = protocols;
  info.extensions = a.deflate() ? extensions : nullptr;
  info.options = LWS_SERVER_OPTION_VALIDATE_UTF8;
  if (a.tls()) {
    info.options |= LWS_SERVER_OPTION_DO_SSL_GLOBAL_INIT;
    info.ssl_cert_filepath = cert.c_str();
    info.ssl_private_key_filepath = key.c_str();
  }
  lws_context* context = lws_create_context(&info);
  if (!context) return 1;
  int port = lws_get_vhost_listen_port(lws_get_vhost_by_name(context, "default"));
  std::printf("listening on 127.0.0.1:%d\n", port);
  std::fflush(stdout);
  while (lws_service(context, 0) >= 0) {
  }
  lws_context_destroy(context);
}
