// The peer of a run, when it is us who start it.
#pragma once

#include "net/child_process.hpp"
#include "net/loop.hpp"

#include <functional>
#include <memory>
#include <string>

namespace wsgauntlet::cli {

/// `text` with every `{name}` replaced by `value`.
[[nodiscard]] std::string withPlaceholder(std::string text, const std::string& name,
                                          const std::string& value);

/// A server or client under test that was started by a command. Its output goes to a file and is
/// shown when something went wrong.
class PeerProcess {
 public:
  /// `ended` is called from the loop when the command has ended by itself.
  PeerProcess(net::Loop& loop, const std::string& command, std::function<void(int status)> ended);
  ~PeerProcess();
  PeerProcess(const PeerProcess&) = delete;
  PeerProcess& operator=(const PeerProcess&) = delete;

  /// Prints the last lines of the output to standard error.
  void showOutput() const;
  void stop() { process_.reset(); }

 private:
  std::string outputFile_;
  std::unique_ptr<net::ChildProcess> process_;
};

}  // namespace wsgauntlet::cli
