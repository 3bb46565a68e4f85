// The fuzzing client: connects to servers under test, a connection for each case.
#pragma once

#include "net/loop.hpp"
#include "report/store/folder.hpp"
#include "roles/agent_exclusions.hpp"
#include "roles/connect_spec.hpp"
#include "roles/run_log.hpp"
#include "suite/catalogue.hpp"
#include "suite/corpora.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

namespace wsgauntlet::roles {

/// A server under test.
struct ServerSpec : ConnectSpec {
  std::string agent;  ///< name in reports; empty: the Server field of its answer
};

struct FuzzingClientSpec {
  std::vector<ServerSpec> servers;
  std::vector<const suite::Case*> cases;      ///< those to run
  std::vector<const suite::Case*> selection;  ///< of which these are a part: pages link among them
  /// Cases that have a result from an earlier run, by agent.
  std::map<std::string, std::set<suite::CaseId>> finished;
  AgentExclusions exclusions;
  int jobs = 1;  ///< cases at the same time at most; 1: one server and one case after another
  Duration connectRetry = std::chrono::seconds(10);  ///< how long a refusal is tried again
  std::uint64_t seed = 0;
  double timeoutScale = 1;
  bool corrections = false;  ///< what corrections of cases tolerate is right
  /// Asked about each result that counts: true ends the run. May be absent.
  std::function<bool(const play::Result&)> endsRun;
  /// What slices are taken from; lives longer than the run.
  const suite::Corpora* corpora = &suite::Corpora::builtIn();
};

/// How a run ended, apart from its results.
struct RunOutcome {
  std::size_t done = 0;       ///< cases with a result
  std::size_t resumed = 0;    ///< cases whose result an earlier run has left
  std::size_t skipped = 0;    ///< excluded for their agent
  std::size_t missing = 0;    ///< cases without a result that should have one
  std::size_t unwritten = 0;  ///< those of them whose result could not be written
  /// Cases in doubt that were not repeated, because the run or the server ended before.
  std::vector<suite::CaseId> unrepeated;
};

/// Runs all cases against all servers.
class FuzzingClient {
 public:
  FuzzingClient(net::Loop& loop, FuzzingClientSpec spec, report::Folder& folder, RunLog& log);
  ~FuzzingClient();
  FuzzingClient(const FuzzingClient&) = delete;
  FuzzingClient& operator=(const FuzzingClient&) = delete;

  /// Starts the run; `done` is called from the loop when it is over.
  void start(std::function<void()> done);
  /// Writes index.html and index.json for all that was done so far; false when they cannot be
  /// written.
  bool writeReports();
  /// Keeps what is known of cases that were to be repeated, when the run ends before its time.
  void interrupt();
  [[nodiscard]] RunOutcome outcome() const;

 private:
  class State;
  std::shared_ptr<State> state_;
};

}  // namespace wsgauntlet::roles
