// Flags about connections: TLS, addresses, requests, protocol options.
#pragma once

#include "cli/common_flags.hpp"
#include "net/listener.hpp"
#include "net/tls_context.hpp"
#include "roles/connect_spec.hpp"
#include "roles/plain_server.hpp"
#include "websocket/options.hpp"
#include "websocket/url.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace wsgauntlet::cli {

/// TLS in addition to `-k` and `-c`, which are among the flags of the original.
struct TlsFlags {
  bool verify = false;
  std::string ca;
  std::string version;
};

/// Flags of a role that connects.
struct ConnectFlags {
  TlsFlags tls;
  std::string hostname;
  std::string proxy;
  std::string origin;
  std::vector<std::string> protocols;
  std::vector<std::string> headers;
  std::string basicAuth;
  std::string bearerToken;
  std::vector<std::string> options;
};

/// Flags of a role that listens.
struct ListenFlags {
  TlsFlags tls;
  bool selfSigned = false;
  std::string address;
  std::string portFile;
  std::vector<std::string> protocols;
  std::vector<std::string> headers;
  std::vector<std::string> options;
};

void addConnectFlags(CLI::App& app, ConnectFlags& flags);
/// `heading`: that of the flags which say where to listen.
void addListenFlags(CLI::App& app, ListenFlags& flags, const char* heading);

/// Sets protocol options from `name=value`. Throws InputError.
void applyOptions(const std::vector<std::string>& assignments, websocket::Options& options);

/// Flags win over the values that `spec` has. `settings`: those of the spec file.
/// Makes the TLS of a wss URL. Throws InputError.
void applyConnectFlags(const ConnectFlags& flags, const OriginalFlags& original,
                       net::TlsSettings settings, roles::ConnectSpec& spec);

/// Where a role listens, for a URL with its port; made once all is known.
struct Listening {
  net::ListenAddress address;
  std::shared_ptr<const net::TlsContext> tls;
  std::string host = "127.0.0.1";  ///< under which clients on this machine find us

  /// The URL for clients on this machine.
  [[nodiscard]] std::string url(std::uint16_t port) const;
};

/// `settings`: those of the spec file, over which the flags win. Throws InputError.
[[nodiscard]] Listening listeningAt(const websocket::Url& url, const ListenFlags& flags,
                                    const OriginalFlags& original, net::TlsSettings settings,
                                    const websocket::Options& options);

/// Says where we listen: a line on the console, and the port file.
void announce(const Listening& listening, std::uint16_t port, const ListenFlags& flags);

/// Header fields from lines. Throws InputError.
void applyHeaders(const std::vector<std::string>& lines, websocket::HttpFields& fields);

/// A server without cases, from the command line only. Sets `listening` to where it is to listen.
[[nodiscard]] roles::ServeSpec serveSpec(const OriginalFlags& original, const ListenFlags& flags,
                                         websocket::Options options, Listening& listening);

}  // namespace wsgauntlet::cli
