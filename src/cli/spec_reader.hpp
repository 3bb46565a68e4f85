// Spec files: what to run against whom, in the form of the original.
#pragma once

#include "base/json_source.hpp"
#include "net/tls_context.hpp"
#include "roles/agent_exclusions.hpp"
#include "roles/fuzzing_client.hpp"
#include "roles/fuzzing_server.hpp"
#include "roles/mass_connect.hpp"
#include "websocket/options.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wsgauntlet::cli {

/// What both fuzzers read from a spec file.
struct CommonSpec {
  std::string outdir;
  std::vector<std::string> suites;  ///< empty: all but those that run on request
  std::vector<std::string> cases;
  Place casesPlace;  ///< where they are
  std::vector<std::string> excludeCases;
  roles::AgentExclusions exclusions;
  websocket::Options options;
  net::TlsSettings tlsSettings;
  std::vector<std::string> warnings;  ///< unknown options, for example
};

struct ClientSpecFile : CommonSpec {
  /// A server, and what its TLS is to be made from.
  struct Server : roles::ServerSpec {
    net::TlsSettings tlsSettings;
  };
  std::vector<Server> servers;
  /// What holds for all servers: their options and request keys begin with these.
  Server defaults;
};

struct ServerSpecFile : CommonSpec {
  websocket::Url url;
  std::vector<std::string> protocols;
  websocket::HttpFields headers;
};

struct MassConnectSpecFile {
  struct Server : roles::MassConnectSpec::Server {
    net::TlsSettings tlsSettings;
  };
  /// Without its servers, which are below.
  roles::MassConnectSpec spec;
  std::vector<Server> servers;
  std::vector<std::string> warnings;
};

/// Reads a spec file. Throws InputError with all its errors. Unknown keys are
/// ignored, as the original does; unknown options, and keys that look mistyped, cause warnings.
[[nodiscard]] ClientSpecFile readClientSpec(const JsonSource& source);
[[nodiscard]] ServerSpecFile readServerSpec(const JsonSource& source);
[[nodiscard]] MassConnectSpecFile readMassConnectSpec(const JsonSource& source);

/// The spec files that are written when there is none, with an empty first line as the original
/// writes them.
[[nodiscard]] std::string defaultClientSpec();
[[nodiscard]] std::string defaultServerSpec();
[[nodiscard]] std::string defaultMassConnectSpec();

}  // namespace wsgauntlet::cli
