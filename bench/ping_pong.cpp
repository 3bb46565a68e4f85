// The reference for round trips: the octets of an echoed WebSocket message, sent to and fro over
// raw TCP on the loopback, by two processes with blocking sockets and nothing else to do.
//
//     ping_pong COUNT REQUEST_OCTETS RESPONSE_OCTETS [PIECE_OCTETS]
//
// A request is written in pieces of PIECE_OCTETS, 65536 unless told otherwise. Prints the
// nanoseconds that all round trips took, and those of CPU time of the side that sends requests.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

constexpr std::size_t kBlock = 65536;

void receiveAll(int socket, std::string& buffer, std::size_t octets) {
  std::size_t done = 0;
  while (done < octets) {
    const ssize_t n = ::recv(socket, buffer.data(), std::min(octets - done, buffer.size()), 0);
    if (n <= 0) std::exit(1);
    done += static_cast<std::size_t>(n);
  }
}

void sendAll(int socket, const std::string& octets, std::size_t piece) {
  std::size_t done = 0;
  while (done < octets.size()) {
    const ssize_t n =
        ::send(socket, octets.data() + done, std::min(octets.size() - done, piece), 0);
    if (n <= 0) std::exit(1);
    done += static_cast<std::size_t>(n);
  }
}

void noDelay(int socket) {
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4 && argc != 5) {
    std::fprintf(stderr, "usage: ping_pong COUNT REQUEST_OCTETS RESPONSE_OCTETS [PIECE_OCTETS]\n");
    return 2;
  }
  const long count = std::atol(argv[1]);
  const std::string request(static_cast<std::size_t>(std::atol(argv[2])), 'q');
  const std::string response(static_cast<std::size_t>(std::atol(argv[3])), 'r');
  std::string buffer(kBlock, '\0');
  const auto piece = argc == 5 ? static_cast<std::size_t>(std::atol(argv[4])) : kBlock;

  const int listener = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(listener, generic, length) != 0 || ::listen(listener, 1) != 0 ||
      ::getsockname(listener, generic, &length) != 0) {
    std::perror("ping_pong");
    return 1;
  }
  const pid_t child = ::fork();
  if (child == 0) {
    const int socket = ::accept(listener, nullptr, nullptr);
    noDelay(socket);
    for (long i = 0; i < count; ++i) {
      receiveAll(socket, buffer, request.size());
      sendAll(socket, response, kBlock);
    }
    std::_Exit(0);
  }
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (::connect(socket, generic, length) != 0) {
    std::perror("ping_pong");
    return 1;
  }
  noDelay(socket);
  const auto start = std::chrono::steady_clock::now();
  for (long i = 0; i < count; ++i) {
    sendAll(socket, request, piece);
    receiveAll(socket, buffer, response.size());
  }
  const std::chrono::nanoseconds all = std::chrono::steady_clock::now() - start;
  ::waitpid(child, nullptr, 0);
  timespec cpu{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &cpu);
  std::printf("%lld %lld\n", static_cast<long long>(all.count()),
              static_cast<long long>(cpu.tv_sec) * 1'000'000'000 + cpu.tv_nsec);
  return 0;
}
