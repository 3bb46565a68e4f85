// Certificates and settings of TLS.
#pragma once

#include <memory>
#include <string>

struct ssl_ctx_st;

namespace wsgauntlet::net {

/// What a role shows of itself and asks of its peers.
struct TlsSettings {
  std::string certFile;     ///< PEM, with the chain after it; empty: none
  std::string keyFile;      ///< PEM; empty: it is in `certFile`
  bool selfSigned = false;  ///< make a certificate for localhost, in place of the files
  bool verify = false;      ///< check the peer's certificate; a server then demands one
  std::string caFile;       ///< PEM of those who are trusted; empty: those of the system
  std::string version;      ///< "1.2" or "1.3" and no other; empty: both
};

/// Certificates and settings, shared by the connections of a role.
class TlsContext {
 public:
  /// Throw InputError when a file cannot be used. A server needs a certificate.
  [[nodiscard]] static std::shared_ptr<const TlsContext> forServer(const TlsSettings& settings);
  [[nodiscard]] static std::shared_ptr<const TlsContext> forClient(const TlsSettings& settings);
  ~TlsContext();
  TlsContext(const TlsContext&) = delete;
  TlsContext& operator=(const TlsContext&) = delete;

  /// SHA-256 of our certificate, as `AB:CD:…`; empty when there is none.
  [[nodiscard]] std::string fingerprint() const;
  [[nodiscard]] bool verifies() const { return verifies_; }
  [[nodiscard]] bool isServer() const { return isServer_; }
  [[nodiscard]] ssl_ctx_st* native() const { return context_; }

 private:
  TlsContext(const TlsSettings& settings, bool isServer);

  ssl_ctx_st* context_;
  const bool isServer_;
  bool verifies_ = false;
};

}  // namespace wsgauntlet::net
