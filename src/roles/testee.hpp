// Echo peers of our own: what the fuzzer is tried against, and an example of what it wants to see.
#pragma once

#include "net/loop.hpp"
#include "roles/run_log.hpp"
#include "websocket/options.hpp"
#include "websocket/url.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace wsgauntlet::roles {

struct TesteeServerSpec {
  std::string host;  ///< numeric address to listen on; empty for all IPv4 addresses
  std::uint16_t port = 9001;
  websocket::Options options;
  bool compression = true;  ///< accept permessage-deflate
  std::string oddRule;      ///< a deviation, one of `oddRules`; empty: none
  std::uint64_t seed = 0;
};

/// Echoes every message on every path, until it is destroyed.
class TesteeServer {
 public:
  /// Listens. Throws InputError when the port cannot be used.
  TesteeServer(net::Loop& loop, TesteeServerSpec spec);
  ~TesteeServer();
  TesteeServer(const TesteeServer&) = delete;
  TesteeServer& operator=(const TesteeServer&) = delete;

  [[nodiscard]] std::uint16_t port() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

struct TesteeClientSpec {
  websocket::Url url;
  std::string urlText;
  std::string agent;  ///< name that it gives itself
  websocket::Options options;
  bool compression = true;  ///< offer permessage-deflate
  std::string oddRule;      ///< a deviation, one of `oddRules`; empty: none
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

}  // namespace wsgauntlet::roles
