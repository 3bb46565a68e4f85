// The fuzzing server: clients under test connect and ask for cases.
#pragma once

#include "net/listener.hpp"
#include "net/tls_context.hpp"
#include "play/result.hpp"
#include "report/store/folder.hpp"
#include "roles/agent_exclusions.hpp"
#include "roles/run_log.hpp"
#include "suite/catalogue.hpp"
#include "suite/corpora.hpp"
#include "websocket/http.hpp"
#include "websocket/options.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::roles {

struct FuzzingServerSpec {
  net::ListenAddress listen;
  std::shared_ptr<const net::TlsContext> tls;  ///< for wss
  /// Port of the web page, 0 for any; without one there is no page.
  std::optional<std::uint16_t> webPort;
  bool webPageRequired = true;  ///< false: when the port is taken, go on without a page
  std::vector<const suite::Case*> cases;
  AgentExclusions exclusions;
  websocket::Options options;
  std::vector<std::string> protocols;  ///< subprotocols that are selected when a client offers them
  websocket::HttpFields headers;       ///< further fields of the answers that open a connection
  std::uint64_t seed = 0;
  double timeoutScale = 1;
  bool corrections = false;  ///< what corrections of cases tolerate is right
  /// Asked about each result: true ends the run. May be absent.
  std::function<bool(const play::Result&)> endsRun;
  /// What slices are taken from; lives longer than the run.
  const suite::Corpora* corpora = &suite::Corpora::builtIn();
};

/// Serves any number of clients at the same time, until it is stopped.
class FuzzingServer {
 public:
  /// Listens. Throws InputError when the port cannot be used.
  FuzzingServer(net::Loop& loop, FuzzingServerSpec spec, report::Folder& folder, RunLog& log);
  ~FuzzingServer();
  FuzzingServer(const FuzzingServer&) = delete;
  FuzzingServer& operator=(const FuzzingServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;
  /// Port of the web page; nothing when there is none.
  [[nodiscard]] std::optional<std::uint16_t> webPort() const;
  /// Writes index.html and index.json for all that was done so far; false when they cannot be
  /// written.
  bool writeReports();
  /// Results that could not be written.
  [[nodiscard]] std::size_t unwritten() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace wsgauntlet::roles
