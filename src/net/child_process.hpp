// A program that is started for a run: the server or the client under test.
#pragma once

#include "net/loop.hpp"

#include <functional>
#include <memory>
#include <string>

namespace wsgauntlet::net {

/// A shell command in a process group of its own, with its output in a file. It is ended, with all
/// that it started, when the object is destroyed: first by SIGTERM, after some seconds by SIGKILL.
class ChildProcess {
 public:
  /// Starts `command` with /bin/sh. `ended` is called from the loop when it has ended by itself,
  /// with its exit status (128 and the number of the signal when one ended it). Throws InputError
  /// when it cannot be started.
  ChildProcess(Loop& loop, const std::string& command, const std::string& outputFile,
               std::function<void(int status)> ended);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  [[nodiscard]] bool running() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

/// A TCP port of the loopback address that nobody listens on. Throws InputError when there is none.
[[nodiscard]] std::uint16_t freePort();

}  // namespace wsgauntlet::net
