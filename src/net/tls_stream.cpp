#include "net/tls_stream.hpp"

#include "base/error.hpp"
#include "net/tls_context.hpp"
#include "net/tls_native.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <new>
#include <sys/socket.h>
#include <utility>

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace wsgauntlet::net {
namespace {

/// Room for what is read from the socket at a time: a TLS record of the greatest length.
constexpr std::size_t kRoom = 17408;

/// True when the text is a numeric address, which has no place in SNI.
bool isAddress(const std::string& name) {
  const Handle<ASN1_OCTET_STRING, ASN1_OCTET_STRING_free> address(a2i_IPADDRESS(name.c_str()));
  return address != nullptr;
}

}  // namespace

std::string tlsError() {
  const unsigned long code = ERR_peek_error();
  const char* reason = code == 0 ? nullptr : ERR_reason_error_string(code);
  std::string text = reason != nullptr                     ? reason
                     : code != 0 && ERR_SYSTEM_ERROR(code) ? std::strerror(ERR_GET_REASON(code))
                                                           : "unknown error";
  ERR_clear_error();
  return text;
}

void requireReadable(const std::string& path, const std::string& what) {
  const std::ifstream file(path);
  if (!file) {
    throw InputError(fmt::format("{} {}: cannot be read: {}", what, path, std::strerror(errno)));
  }
}

/// Connects OpenSSL with the socket. One read of the socket fetches several records.
struct TlsStream::State {
  int socket = -1;
  SSL* ssl = nullptr;
  std::array<char, kRoom> room;
  std::size_t next = 0;  ///< octets of `room` from here to `end` were read and not used
  std::size_t end = 0;
  bool mayWait = false;
  bool drained = false;  ///< the socket gave less than it was asked for
  bool broken = false;   ///< TLS must not be used any more
  bool ended = false;    ///< the peer has said that nothing more comes
  int error = 0;         ///< of the socket; 0: none

  int read(BIO* bio, char* out, int size) {
    BIO_clear_retry_flags(bio);
    if (next == end) {
      const ssize_t n = fill();
      if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
        BIO_set_retry_read(bio);
        return -1;
      }
      if (n < 0) error = errno;
      if (n <= 0) {
        BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
        return static_cast<int>(n);
      }
    }
    const std::size_t n = std::min(static_cast<std::size_t>(size), end - next);
    std::memcpy(out, room.data() + next, n);
    next += n;
    return static_cast<int>(n);
  }

  ssize_t fill() {
    if (drained) {
      errno = EAGAIN;
      return -1;
    }
    const ssize_t n = ::recv(socket, room.data(), room.size(), mayWait ? 0 : MSG_DONTWAIT);
    mayWait = false;
    drained = n < static_cast<ssize_t>(room.size());
    next = 0;
    end = n > 0 ? static_cast<std::size_t>(n) : 0;
    return n;
  }

  int write(BIO* bio, const char* octets, int size) {
    BIO_clear_retry_flags(bio);
    const ssize_t n =
        ::send(socket, octets, static_cast<std::size_t>(size), MSG_NOSIGNAL | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR)) {
      BIO_set_retry_write(bio);
    } else if (n < 0) {
      error = errno;
    }
    return static_cast<int>(n);
  }

  static State& of(BIO* bio) { return *static_cast<State*>(BIO_get_data(bio)); }

  static long control(BIO* bio, int command, long, void*) {
    switch (command) {
      case BIO_CTRL_FLUSH:
        return 1;
      case BIO_CTRL_EOF:
        return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
      default:
        return 0;
    }
  }

  static const BIO_METHOD* method() {
    static const BIO_METHOD* const table = [] {
      BIO_METHOD* const made = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "socket");
      BIO_meth_set_read(made, [](BIO* bio, char* out, int n) { return of(bio).read(bio, out, n); });
      BIO_meth_set_write(made,
                         [](BIO* bio, const char* in, int n) { return of(bio).write(bio, in, n); });
      BIO_meth_set_ctrl(made, control);
      return made;
    }();
    return table;
  }
};

TlsStream::TlsStream(std::shared_ptr<const TlsContext> context, int socket,
                     const std::string& peerName)
    : context_(std::move(context)), state_(std::make_unique<State>()) {
  state_->socket = socket;
  state_->ssl = SSL_new(context_->native());
  BIO* const bio = BIO_new(State::method());
  if (state_->ssl == nullptr || bio == nullptr) throw std::bad_alloc();
  BIO_set_data(bio, state_.get());
  BIO_set_init(bio, 1);
  SSL_set_bio(state_->ssl, bio, bio);
  if (context_->isServer()) {
    SSL_set_accept_state(state_->ssl);
    return;
  }
  SSL_set_connect_state(state_->ssl);
  const bool numeric = isAddress(peerName);
  if (!numeric && !peerName.empty()) SSL_set_tlsext_host_name(state_->ssl, peerName.c_str());
  if (!context_->verifies()) return;
  if (numeric) {
    X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(state_->ssl), peerName.c_str());
  } else {
    SSL_set1_host(state_->ssl, peerName.c_str());
  }
}

TlsStream::~TlsStream() {
  SSL_free(state_->ssl);
}

TlsStream::Progress TlsStream::handshake() {
  ERR_clear_error();
  state_->drained = false;
  const int result = SSL_do_handshake(state_->ssl);
  if (result == 1) return Progress::done;
  switch (SSL_get_error(state_->ssl, result)) {
    case SSL_ERROR_WANT_READ:
      return Progress::needsRead;
    case SSL_ERROR_WANT_WRITE:
      return Progress::needsWrite;
    default:
      break;
  }
  state_->broken = true;
  const unsigned long code = ERR_peek_error();
  const long verdict = SSL_get_verify_result(state_->ssl);
  if (state_->error != 0) {
    vanished_ = true;
    failure_ = std::strerror(state_->error);
  } else if (code == 0 || ERR_GET_REASON(code) == SSL_R_UNEXPECTED_EOF_WHILE_READING) {
    vanished_ = true;
    failure_ = "the peer ended the connection";
  } else if (ERR_GET_REASON(code) == SSL_R_CERTIFICATE_VERIFY_FAILED && verdict != X509_V_OK) {
    failure_ = fmt::format("certificate not accepted: {}", X509_verify_cert_error_string(verdict));
  } else if (ERR_GET_REASON(code) == SSL_R_WRONG_VERSION_NUMBER ||
             ERR_GET_REASON(code) == SSL_R_HTTP_REQUEST ||
             ERR_GET_REASON(code) == SSL_R_PACKET_LENGTH_TOO_LONG) {
    failure_ = "the peer does not speak TLS";
  } else {
    failure_ = tlsError();
  }
  ERR_clear_error();
  return Progress::failed;
}

ssize_t TlsStream::receive(std::span<char> octets, bool wait) {
  ERR_clear_error();
  state_->drained = false;
  state_->mayWait = wait;
  std::size_t done = 0;
  int reason = state_->broken ? SSL_ERROR_SSL : SSL_ERROR_NONE;
  while (done < octets.size() && reason == SSL_ERROR_NONE) {
    std::size_t n = 0;
    const int result = SSL_read_ex(state_->ssl, octets.data() + done, octets.size() - done, &n);
    if (result == 1) {
      done += n;
      // What comes from here on is what has come already.
      state_->mayWait = false;
    } else {
      reason = SSL_get_error(state_->ssl, result);
    }
  }
  state_->mayWait = false;
  if (reason == SSL_ERROR_SSL || reason == SSL_ERROR_SYSCALL) {
    if (reason == SSL_ERROR_SSL && !state_->broken && broken_) broken_(tlsError());
    state_->broken = true;
  }
  if (reason == SSL_ERROR_ZERO_RETURN) state_->ended = true;
  if (done > 0) return static_cast<ssize_t>(done);
  if (state_->ended) return 0;
  errno = !state_->broken ? EAGAIN : state_->error != 0 ? state_->error : EPROTO;
  return -1;
}

bool TlsStream::isReady() const {
  // A peer may say its end with its last octets, and then wait for ours before it ends TCP.
  return state_->ended || state_->broken || state_->next < state_->end ||
         SSL_pending(state_->ssl) > 0;
}

ssize_t TlsStream::send(std::span<const char> octets) {
  ERR_clear_error();
  std::size_t done = 0;
  while (done < octets.size()) {
    std::size_t n = 0;
    const int result =
        state_->broken ? 0
                       : SSL_write_ex(state_->ssl, octets.data() + done, octets.size() - done, &n);
    if (result == 1) {
      done += n;
      continue;
    }
    const int reason =
        state_->broken ? static_cast<int>(SSL_ERROR_SSL) : SSL_get_error(state_->ssl, result);
    if (reason != SSL_ERROR_WANT_WRITE && reason != SSL_ERROR_WANT_READ) {
      // Reading may still find what the peer sent before it went away.
      errno = state_->error != 0 ? state_->error : EPROTO;
      return -1;
    }
    break;
  }
  if (done > 0 || octets.empty()) return static_cast<ssize_t>(done);
  errno = EAGAIN;
  return -1;
}

void TlsStream::onBroken(std::function<void(const std::string&)> broken) {
  broken_ = std::move(broken);
}

void TlsStream::endWriting() {
  ERR_clear_error();
  const bool told = (SSL_get_shutdown(state_->ssl) & SSL_SENT_SHUTDOWN) != 0;
  if (!state_->broken && !told) SSL_shutdown(state_->ssl);
}

}  // namespace wsgauntlet::net
