// Spec files: what to run against whom, in the form of the original.
#pragma once

#include "base/json_source.hpp"
#include "roles/agent_exclusions.hpp"
#include "roles/fuzzing_client.hpp"
#include "roles/fuzzing_server.hpp"
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
  Place casesPlace;  ///< where they stand
  std::vector<std::string> excludeCases;
  roles::AgentExclusions exclusions;
  websocket::Options options;
  std::vector<std::string> warnings;  ///< unknown options, for example
};

struct ClientSpecFile : CommonSpec {
  std::vector<roles::ServerSpec> servers;
};

struct ServerSpecFile : CommonSpec {
  websocket::Url url;
  std::vector<std::string> protocols;
  std::string key;
  std::string cert;
};

/// Reads a spec file. Throws InputError with everything that is wrong in it. Unknown keys are
/// ignored, as the original does; unknown options are warned of.
[[nodiscard]] ClientSpecFile readClientSpec(const JsonSource& source);
[[nodiscard]] ServerSpecFile readServerSpec(const JsonSource& source);

/// The spec files that are written when there is none, with an empty first line as the original
/// writes them.
[[nodiscard]] std::string defaultClientSpec();
[[nodiscard]] std::string defaultServerSpec();

/// A server entry for a URL on the command line. Throws InputError.
[[nodiscard]] roles::ServerSpec serverFromUrl(const std::string& url,
                                              const websocket::Options& options);

}  // namespace wsgauntlet::cli
