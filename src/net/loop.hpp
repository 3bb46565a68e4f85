// The event loop. All sessions of a loop run in the thread that calls `run`.
#pragma once

#include "base/clock.hpp"

#include <functional>
#include <memory>

namespace asio {
class io_context;
}

namespace wsgauntlet::net {

class Loop {
 public:
  Loop();
  ~Loop();
  Loop(const Loop&) = delete;
  Loop& operator=(const Loop&) = delete;

  /// Runs until nothing is left to do or `stop` was called.
  void run();
  /// Makes `run` return; handlers that wait are not called any more.
  void stop();
  /// Calls `task` from the loop, soon. May be called from any thread.
  void post(std::function<void()> task);
  /// Calls `task` once after `delay`, unless the loop ends before.
  void after(Duration delay, std::function<void()> task);
  /// Calls `handler` when the process gets SIGINT or SIGTERM, with the number of the signal.
  void onTermination(std::function<void(int)> handler);
  /// Gives up waiting for signals, so that `run` can end by itself.
  void forgetSignals();

  asio::io_context& context();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace wsgauntlet::net
