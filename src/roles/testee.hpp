// Echo peers of our own: what the fuzzer is tried against, and an example of what it wants to see.
#pragma once

#include "mutants/mutations.hpp"
#include "net/loop.hpp"
#include "roles/connect_spec.hpp"
#include "roles/plain_server.hpp"
#include "roles/run_log.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace wsgauntlet::roles {

/// Serves a client by sending every message back.
[[nodiscard]] PlainServer::Serve echo();

struct TesteeClientSpec : ConnectSpec {
  std::string agent;                                 ///< name that it gives itself
  bool compression = true;                           ///< offer permessage-deflate
  Duration connectRetry = std::chrono::seconds(10);  ///< how long a refusal is tried again
  mutants::Mutation mutation = mutants::Mutation::none;
  std::uint64_t seed = 0;
};

/// Runs all cases of a fuzzing server one after another, echoing every message, and has the reports
/// written.
class TesteeClient {
 public:
  TesteeClient(net::Loop& loop, TesteeClientSpec spec, RunLog& log);
  ~TesteeClient();
  TesteeClient(const TesteeClient&) = delete;
  TesteeClient& operator=(const TesteeClient&) = delete;

  /// `done` is called from the loop when it is over; false: the server could not be reached.
  void start(std::function<void(bool reached)> done);

 private:
  class State;
  std::shared_ptr<State> state_;
};

/// Opens one connection and echoes every message on it until it ends. `done` as for `TesteeClient`.
void runEchoClient(net::Loop& loop, const TesteeClientSpec& spec, RunLog& log,
                   std::function<void(bool reached)> done);

}  // namespace wsgauntlet::roles
