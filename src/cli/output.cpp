#include "cli/output.hpp"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace wsgauntlet::cli {
namespace {

/// Octets of a pipe; the maximum that Linux lets every user ask for. A case is a line of some 80.
constexpr int kPipeSize = 1 << 20;

bool complete = true;

void leadNowhere(int descriptor) {
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ::dup2(nowhere, descriptor);
  ::close(nowhere);
}

}  // namespace

void prepareOutput() {
  // A report or a connection that is opened later must not get the number of a closed console.
  for (const int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(descriptor, F_GETFD) < 0) ::open("/dev/null", O_RDWR);
  }
  // Writing fails in place of the signal. Children do not inherit a handler, but would SIG_IGN.
  std::signal(SIGPIPE, [](int) {});
  for (const int descriptor : {STDOUT_FILENO, STDERR_FILENO}) {
    ::fcntl(descriptor, F_SETPIPE_SZ, kPipeSize);
  }
}

void put(std::FILE* stream, std::string_view text) {
  const int descriptor = ::fileno(stream);
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor, text.data(), text.size());
    if (count >= 0) {
      text.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd room{descriptor, POLLOUT, 0};
      ::poll(&room, 1, -1);
    } else if (errno != EINTR) {
      const int error = errno;
      leadNowhere(descriptor);
      if (error == EPIPE) return;
      complete = false;
      if (stream == stderr) return;
      say(stderr, "wsgauntlet: error: standard output cannot be written: {}\n",
          std::strerror(error));
      return;
    }
  }
}

bool outputIsComplete() {
  return complete;
}

}  // namespace wsgauntlet::cli
