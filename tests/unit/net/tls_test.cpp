// Two ends of TLS over a pair of sockets, without a loop.
#include "base/error.hpp"
#include "net/tls_context.hpp"
#include "net/tls_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace wsgauntlet::net {
namespace {

using Progress = TlsStream::Progress;
using namespace std::string_view_literals;

TlsSettings selfSigned() {
  TlsSettings settings;
  settings.selfSigned = true;
  return settings;
}

/// A client and a server that are connected, with small buffers so that writes are taken in parts.
class Pair {
 public:
  explicit Pair(const TlsSettings& ofClient = {}, const TlsSettings& ofServer = selfSigned()) {
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, sockets_.data()), 0);
    for (const int socket : sockets_) {
      const int size = 8192;
      ::setsockopt(socket, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    }
    client = std::make_unique<TlsStream>(TlsContext::forClient(ofClient), sockets_[0], "localhost");
    server = std::make_unique<TlsStream>(TlsContext::forServer(ofServer), sockets_[1], "");
  }
  ~Pair() {
    client.reset();
    server.reset();
    hangUp(0);
    hangUp(1);
  }
  Pair(const Pair&) = delete;
  Pair& operator=(const Pair&) = delete;

  void hangUp(std::size_t which) {
    if (sockets_[which] >= 0) ::close(sockets_[which]);
    sockets_[which] = -1;
  }
  void write(std::size_t which, const std::string& octets) {
    EXPECT_EQ(::send(sockets_[which], octets.data(), octets.size(), 0),
              static_cast<ssize_t>(octets.size()));
  }

  /// Lets both shake hands as far as they get; true when both are done.
  bool shakeHands() {
    Progress ours = Progress::needsRead;
    Progress theirs = Progress::needsRead;
    for (int i = 0; i < 20; ++i) {
      if (ours != Progress::failed) ours = client->handshake();
      if (theirs != Progress::failed) theirs = server->handshake();
    }
    return ours == Progress::done && theirs == Progress::done;
  }

  std::unique_ptr<TlsStream> client;
  std::unique_ptr<TlsStream> server;

 private:
  std::array<int, 2> sockets_{-1, -1};
};

std::string text(std::size_t size) {
  std::string out(size, '\0');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>(i * 31 + i / 251);
  return out;
}

TEST(Tls, MovesOctetsBothWaysWhateverFits) {
  for (const char* version : {"1.2", "1.3"}) {
    TlsSettings settings;
    settings.version = version;
    Pair pair(settings);
    ASSERT_TRUE(pair.shakeHands());
    const std::string sent = text(300000);
    std::string waiting = sent;
    std::string received;
    std::array<char, 5000> room{};
    bool wasFull = false;
    while (received.size() < sent.size()) {
      // As the driver does: what was not taken comes again, from another place in memory.
      const ssize_t taken = pair.client->send(waiting);
      if (taken > 0) waiting = waiting.substr(static_cast<std::size_t>(taken));
      wasFull = wasFull || !waiting.empty();
      const ssize_t n = pair.server->receive(room, false);
      if (n < 0) {
        ASSERT_EQ(errno, EAGAIN);
        continue;
      }
      ASSERT_NE(n, 0);
      received.append(room.data(), static_cast<std::size_t>(n));
    }
    EXPECT_TRUE(wasFull) << "the buffers are to be smaller than what is sent";
    EXPECT_TRUE(received == sent);
    EXPECT_EQ(pair.server->send("back"sv), 4);
    EXPECT_EQ(pair.client->receive(room, true), 4);
  }
}

TEST(Tls, LessThanFitsMeansThatTheSocketIsEmpty) {
  Pair pair;
  ASSERT_TRUE(pair.shakeHands());
  EXPECT_EQ(pair.client->send(text(3000)), 3000);
  std::array<char, 1000> room{};
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(pair.server->receive(room, false), 1000);
    // The socket has nothing more, so nobody would call us again.
    EXPECT_EQ(pair.server->isReady(), i < 2);
  }
  EXPECT_EQ(pair.server->receive(room, false), -1);
  EXPECT_EQ(errno, EAGAIN);
}

TEST(Tls, EndsWithAWordOrWithoutOne) {
  std::array<char, 10> room{};
  Pair orderly;
  ASSERT_TRUE(orderly.shakeHands());
  EXPECT_EQ(orderly.client->send("last"sv), 4);
  orderly.client->endWriting();
  orderly.client->endWriting();
  EXPECT_EQ(orderly.server->receive(room, false), 4);
  EXPECT_TRUE(orderly.server->isReady()) << "the end came with the octets";
  EXPECT_EQ(orderly.server->receive(room, false), 0);
  EXPECT_TRUE(orderly.server->isReady());
  EXPECT_EQ(orderly.server->send("still open"sv), 10);
  EXPECT_EQ(orderly.client->receive(room, false), 10);

  Pair sudden;
  ASSERT_TRUE(sudden.shakeHands());
  sudden.hangUp(0);
  EXPECT_EQ(sudden.server->receive(room, false), 0);
}

TEST(Tls, DamagedRecordsBreakIt) {
  Pair pair;
  ASSERT_TRUE(pair.shakeHands());
  pair.write(0, std::string("\x17\x03\x03\x00\x20", 5) + std::string(32, 'x'));
  std::array<char, 10> room{};
  std::string reasons;
  pair.server->onBroken([&](const std::string& reason) { reasons += reason + ";"; });
  for (int i = 0; i < 2; ++i) {
    EXPECT_EQ(pair.server->receive(room, false), -1);
    EXPECT_EQ(errno, EPROTO);
  }
  EXPECT_EQ(reasons, "decryption failed or bad record mac;");
  EXPECT_TRUE(pair.server->isReady());
  EXPECT_EQ(pair.server->send("x"sv), -1);
}

TEST(Tls, FailuresTellWhy) {
  TlsSettings verifying;
  verifying.verify = true;
  Pair unknown(verifying);
  EXPECT_FALSE(unknown.shakeHands());
  EXPECT_EQ(unknown.client->failure(), "certificate not accepted: self-signed certificate");
  EXPECT_FALSE(unknown.client->peerVanished());

  Pair noTls;
  noTls.write(0, "GET / HTTP/1.1\r\n\r\n");
  EXPECT_EQ(noTls.server->handshake(), Progress::failed);
  EXPECT_EQ(noTls.server->failure(), "the peer does not speak TLS");

  Pair gone;
  gone.hangUp(0);
  EXPECT_EQ(gone.server->handshake(), Progress::failed);
  EXPECT_TRUE(gone.server->peerVanished());

  TlsSettings old;
  old.version = "1.2";
  TlsSettings modern = selfSigned();
  modern.version = "1.3";
  Pair strangers(old, modern);
  EXPECT_FALSE(strangers.shakeHands());
  EXPECT_EQ(strangers.server->failure(), "unsupported protocol");
}

TEST(Tls, SettingsAreChecked) {
  EXPECT_THROW(static_cast<void>(TlsContext::forServer({})), InputError);
  TlsSettings keyOnly;
  keyOnly.keyFile = "key.pem";
  EXPECT_THROW(static_cast<void>(TlsContext::forClient(keyOnly)), InputError);
  TlsSettings version;
  version.version = "1.1";
  EXPECT_THROW(static_cast<void>(TlsContext::forClient(version)), InputError);
  EXPECT_EQ(TlsContext::forClient({})->fingerprint(), "");
  const std::string one = TlsContext::forServer(selfSigned())->fingerprint();
  EXPECT_EQ(one.size(), 95U);
  EXPECT_NE(one, TlsContext::forServer(selfSigned())->fingerprint());
}

}  // namespace
}  // namespace wsgauntlet::net
