#include "net/tls_context.hpp"

#include "base/error.hpp"
#include "net/tls_native.hpp"

#include <array>

#include <fmt/format.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace wsgauntlet::net {
namespace {

/// The one protocol that we speak inside TLS (RFC 7301 section 3.1): its length, then its name.
constexpr std::array<unsigned char, 9> kAlpn = {8, 'h', 't', 't', 'p', '/', '1', '.', '1'};

/// A certificate that is made on the fly lives as long as a run may take.
constexpr long kDay = 24L * 3600;
constexpr long kSelfSignedLife = 30 * kDay;

[[noreturn]] void refuseTls(const std::string& what) {
  throw InputError(fmt::format("{}: {}", what, tlsError()));
}

int selectAlpn(SSL*, const unsigned char** out, unsigned char* outLength, const unsigned char* in,
               unsigned int inLength, void*) {
  unsigned char* chosen = nullptr;
  const int found =
      SSL_select_next_proto(&chosen, outLength, kAlpn.data(), kAlpn.size(), in, inLength);
  *out = chosen;
  // A client that wants something else only, HTTP/2 say, gets that as an answer (RFC 7301
  // section 3.2).
  return found == OPENSSL_NPN_NEGOTIATED ? SSL_TLSEXT_ERR_OK : SSL_TLSEXT_ERR_ALERT_FATAL;
}

void requireVersion(const std::string& version) {
  if (version.empty() || version == "1.2" || version == "1.3") return;
  throw InputError(fmt::format("TLS version: expected 1.2 or 1.3, got '{}'", version));
}

void setVersion(SSL_CTX* context, const std::string& version) {
  if (version.empty()) {
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    return;
  }
  const int number = version == "1.2" ? TLS1_2_VERSION : TLS1_3_VERSION;
  SSL_CTX_set_min_proto_version(context, number);
  SSL_CTX_set_max_proto_version(context, number);
}

void loadFiles(SSL_CTX* context, const TlsSettings& settings) {
  const std::string& cert = settings.certFile;
  const std::string& key = settings.keyFile.empty() ? cert : settings.keyFile;
  requireReadable(cert, "TLS certificate");
  requireReadable(key, "TLS key");
  if (SSL_CTX_use_certificate_chain_file(context, cert.c_str()) != 1) {
    refuseTls(fmt::format("TLS certificate {}: expected PEM", cert));
  }
  if (SSL_CTX_use_PrivateKey_file(context, key.c_str(), SSL_FILETYPE_PEM) != 1) {
    refuseTls(
        fmt::format("TLS key {}: expected a private key in PEM that belongs to {}", key, cert));
  }
}

void addExtension(X509* certificate, int kind, const char* value) {
  const Handle<X509_EXTENSION, X509_EXTENSION_free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value));
  if (!extension || X509_add_ext(certificate, extension.get(), -1) != 1) {
    refuseTls("cannot make a TLS certificate");
  }
}

void useSelfSigned(SSL_CTX* context) {
  const Handle<EVP_PKEY, EVP_PKEY_free> key(EVP_EC_gen("P-256"));
  const Handle<X509, X509_free> certificate(X509_new());
  std::uint64_t serial = 0;
  if (!key || !certificate ||
      RAND_bytes(reinterpret_cast<unsigned char*>(&serial), sizeof serial) != 1) {
    refuseTls("cannot make a TLS certificate");
  }
  X509* const x509 = certificate.get();
  X509_set_version(x509, X509_VERSION_3);
  ASN1_INTEGER_set_uint64(X509_get_serialNumber(x509), serial >> 1U);
  // Clocks of peers may be a little after.
  X509_gmtime_adj(X509_getm_notBefore(x509), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(x509), kSelfSignedLife);
  X509_set_pubkey(x509, key.get());
  X509_NAME* const name = X509_get_subject_name(x509);
  const auto* common = reinterpret_cast<const unsigned char*>("localhost");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, common, -1, -1, 0);
  X509_set_issuer_name(x509, name);
  addExtension(x509, NID_basic_constraints, "critical,CA:TRUE");
  addExtension(x509, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1");
  if (X509_sign(x509, key.get(), EVP_sha256()) == 0 ||
      SSL_CTX_use_certificate(context, x509) != 1 ||
      SSL_CTX_use_PrivateKey(context, key.get()) != 1) {
    refuseTls("cannot make a TLS certificate");
  }
}

void trust(SSL_CTX* context, const std::string& caFile) {
  if (caFile.empty()) {
    SSL_CTX_set_default_verify_paths(context);
    return;
  }
  requireReadable(caFile, "TLS CA file");
  if (SSL_CTX_load_verify_locations(context, caFile.c_str(), nullptr) != 1) {
    refuseTls(fmt::format("TLS CA file {}: expected certificates in PEM", caFile));
  }
}

}  // namespace

TlsContext::TlsContext(const TlsSettings& settings, bool isServer)
    : context_(SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method())),
      isServer_(isServer),
      verifies_(settings.verify || !settings.caFile.empty()) {
  if (context_ == nullptr) refuseTls("TLS cannot be used");
  setVersion(context_, settings.version);
  SSL_CTX_set_mode(context_, SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  // Many peers end TCP without a word of TLS; WebSocket has its own closing handshake.
  SSL_CTX_set_options(context_,
                      SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_NO_RENEGOTIATION | SSL_OP_NO_TICKET);
  // Each connection is independent: nothing is resumed, and no ticket waits unread at the end.
  SSL_CTX_set_session_cache_mode(context_, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_num_tickets(context_, 0);
}

TlsContext::~TlsContext() {
  SSL_CTX_free(context_);
}

std::shared_ptr<const TlsContext> TlsContext::forServer(const TlsSettings& settings) {
  requireVersion(settings.version);
  std::shared_ptr<TlsContext> context(new TlsContext(settings, true));
  if (settings.selfSigned) {
    useSelfSigned(context->context_);
  } else if (settings.certFile.empty()) {
    throw InputError(
        "a TLS server needs a certificate: give --cert FILE and --key FILE, or --tls-self-signed");
  } else {
    loadFiles(context->context_, settings);
  }
  SSL_CTX_set_alpn_select_cb(context->context_, selectAlpn, nullptr);
  if (context->verifies_) {
    trust(context->context_, settings.caFile);
    SSL_CTX_set_verify(context->context_, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
                       nullptr);
  }
  return context;
}

std::shared_ptr<const TlsContext> TlsContext::forClient(const TlsSettings& settings) {
  requireVersion(settings.version);
  std::shared_ptr<TlsContext> context(new TlsContext(settings, false));
  if (!settings.certFile.empty()) {
    loadFiles(context->context_, settings);
  } else if (!settings.keyFile.empty()) {
    throw InputError("a TLS key without a certificate: give --cert FILE too");
  }
  SSL_CTX_set_alpn_protos(context->context_, kAlpn.data(), kAlpn.size());
  if (context->verifies_) {
    trust(context->context_, settings.caFile);
    SSL_CTX_set_verify(context->context_, SSL_VERIFY_PEER, nullptr);
  }
  return context;
}

std::string TlsContext::fingerprint() const {
  const X509* certificate = SSL_CTX_get0_certificate(context_);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (certificate == nullptr || X509_digest(certificate, EVP_sha256(), digest.data(), &size) != 1) {
    return "";
  }
  std::string text;
  for (unsigned int i = 0; i < size; ++i) {
    text += fmt::format("{}{:02X}", i == 0 ? "" : ":", digest[i]);
  }
  return text;
}

}  // namespace wsgauntlet::net
