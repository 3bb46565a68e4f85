#include "net/child_process.hpp"

#include "base/error.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <fmt/format.h>

namespace wsgauntlet::net {
namespace {

/// How long a child may take to end after SIGTERM.
constexpr int kGraceMilliseconds = 5000;

int exitStatus(int status) {
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/// Starts a shell with `command`, with nothing to read and `output` for what it prints. Returns an
/// error number.
int spawnShell(std::string command, int output, pid_t& pid) {
  posix_spawn_file_actions_t files{};
  ::posix_spawn_file_actions_init(&files);
  ::posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  ::posix_spawn_file_actions_adddup2(&files, output, STDOUT_FILENO);
  ::posix_spawn_file_actions_adddup2(&files, output, STDERR_FILENO);

  // A process group of its own, and default signals: masks and ignored signals are inherited.
  posix_spawnattr_t attributes{};
  ::posix_spawnattr_init(&attributes);
  sigset_t signals;
  ::sigemptyset(&signals);
  ::posix_spawnattr_setsigmask(&attributes, &signals);
  ::sigaddset(&signals, SIGPIPE);
  ::posix_spawnattr_setsigdefault(&attributes, &signals);
  ::posix_spawnattr_setflags(
      &attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);

  std::string shell = "sh";
  std::string option = "-c";
  const std::array<char*, 4> arguments{shell.data(), option.data(), command.data(), nullptr};
  const int error = ::posix_spawn(&pid, "/bin/sh", &files, &attributes, arguments.data(), environ);
  ::posix_spawnattr_destroy(&attributes);
  ::posix_spawn_file_actions_destroy(&files);
  return error;
}

}  // namespace

struct ChildProcess::State : std::enable_shared_from_this<State> {
  explicit State(Loop& loop) : handle(loop.context()) {}

  /// The handle of a process becomes readable when the process has ended.
  void watch(pid_t child) {
    pid = child;
    handle.assign(static_cast<int>(::syscall(SYS_pidfd_open, child, 0)));
    handle.async_wait(asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const std::error_code& error) {
                        if (!error && self->reap(WNOHANG)) self->ended(self->status);
                      });
  }

  bool reap(int flags) {
    int raw = 0;
    if (pid <= 0 || ::waitpid(pid, &raw, flags) != pid) return false;
    status = exitStatus(raw);
    // What remains in its group must not outlive it.
    ::kill(-pid, SIGTERM);
    pid = 0;
    return true;
  }

  void stop() {
    if (pid <= 0) return;
    pollfd end{handle.release(), POLLIN, 0};
    ::kill(-pid, SIGTERM);
    if (::poll(&end, 1, kGraceMilliseconds) <= 0) ::kill(-pid, SIGKILL);
    reap(0);
    ::close(end.fd);
  }

  asio::posix::stream_descriptor handle;
  pid_t pid = 0;
  int status = 0;
  std::function<void(int)> ended;
};

ChildProcess::ChildProcess(Loop& loop, const std::string& command, const std::string& outputFile,
                           std::function<void(int)> ended)
    : state_(std::make_shared<State>(loop)) {
  state_->ended = std::move(ended);
  const int output =
      ::open(outputFile.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_APPEND | O_CLOEXEC, 0644);
  if (output < 0) {
    throw InputError(fmt::format("{}: cannot be written: {}", outputFile, std::strerror(errno)));
  }
  pid_t pid = 0;
  const int error = spawnShell(command, output, pid);
  ::close(output);
  if (error != 0) {
    throw InputError(fmt::format("cannot start '{}': {}", command, std::strerror(error)));
  }
  state_->watch(pid);
}

ChildProcess::~ChildProcess() {
  state_->stop();
}

bool ChildProcess::running() const {
  return state_->pid > 0;
}

std::uint16_t freePort() {
  asio::io_context context;
  std::error_code error;
  asio::ip::tcp::acceptor probe(context);
  probe.open(asio::ip::tcp::v4(), error);
  if (!error) probe.bind({asio::ip::make_address("127.0.0.1"), 0}, error);
  if (error) throw InputError("there is no free port: " + error.message());
  return probe.local_endpoint().port();
}

}  // namespace wsgauntlet::net
