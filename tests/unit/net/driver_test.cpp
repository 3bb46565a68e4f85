// When a session is woken, and what becomes of its wishes, over real sockets: in every mode of the
// driver, whatever the peer does.
#include "net/connector.hpp"
#include "net/listener.hpp"
#include "net/loop.hpp"
#include "net/tls_context.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace wsgauntlet::net {
namespace {

using namespace std::chrono_literals;
using websocket::Pieces;

/// What does not matter here.
class TestSession : public websocket::Session {
 public:
  void received(std::span<char> /*octets*/, TimePoint /*now*/) override {}
  void disconnected(TimePoint /*now*/) override { outbox_.end(websocket::Ending::close); }
  [[nodiscard]] Pieces queuedPieces() const override { return Pieces::none; }
  void sendNextPiece(TimePoint /*now*/) override {}
  websocket::Outbox& outbox() override { return outbox_; }

 protected:
  websocket::Outbox outbox_;
};

enum class Talk { once, always, more };

/// The peer: says something at once, and then nothing, an octet at a time for ever, or more than
/// one read takes.
class Talker : public TestSession {
 public:
  explicit Talker(Talk talk) : talk_(talk) {}
  void connected(TimePoint now) override {
    outbox_.append(OctetView("x"));
    if (talk_ != Talk::once) next_ = now + 200us;
  }
  [[nodiscard]] std::optional<TimePoint> deadline() const override { return next_; }
  void woken(TimePoint now) override {
    outbox_.append(std::string(talk_ == Talk::more ? 100000 : 1, 'x'));
    next_ = now + (talk_ == Talk::more ? 5ms : 200us);
  }

 private:
  const Talk talk_;
  std::optional<TimePoint> next_;
};

constexpr std::array kWaits{5ms, 20ms, 60ms};

/// Waits far ahead until the peer has spoken; from then on each wait begins when the one before has
/// ended, as the waits of a script do.
class Sleeper : public TestSession {
 public:
  explicit Sleeper(std::vector<Duration>& late) : late_(late) {}
  void connected(TimePoint now) override { due_ = now + 1s; }
  void received(std::span<char> /*octets*/, TimePoint now) override {
    if (!std::exchange(spokenTo_, true)) due_ = now + kWaits[0];
  }
  [[nodiscard]] std::optional<TimePoint> deadline() const override { return due_; }
  void woken(TimePoint now) override {
    late_.push_back(now - *due_);
    due_.reset();
    if (late_.size() < kWaits.size()) {
      due_ = now + kWaits[late_.size()];
    } else {
      outbox_.end(websocket::Ending::reset);
    }
  }

 private:
  std::vector<Duration>& late_;
  bool spokenTo_ = false;
  std::optional<TimePoint> due_;
};

/// The peer: answers each octet with one.
class Answerer : public TestSession {
 public:
  void connected(TimePoint /*now*/) override {}
  void received(std::span<char> octets, TimePoint /*now*/) override {
    outbox_.append(OctetView(octets.data(), octets.size()));
  }
  [[nodiscard]] std::optional<TimePoint> deadline() const override { return std::nullopt; }
  void woken(TimePoint /*now*/) override {}
};

/// Ends its direction of TCP behind the last of a few answers, and waits for the peer to end its
/// own.
class HalfCloser : public TestSession {
 public:
  explicit HalfCloser(bool& peerEnded) : peerEnded_(peerEnded) {}
  void connected(TimePoint now) override {
    due_ = now + 10s;
    outbox_.append(OctetView("x"));
  }
  void received(std::span<char> /*octets*/, TimePoint /*now*/) override {
    if (--left_ > 0) {
      outbox_.append(OctetView("x"));
    } else {
      outbox_.endSending();
    }
  }
  void disconnected(TimePoint now) override {
    peerEnded_ = true;
    TestSession::disconnected(now);
  }
  [[nodiscard]] std::optional<TimePoint> deadline() const override { return due_; }
  void woken(TimePoint /*now*/) override { outbox_.end(websocket::Ending::reset); }

 private:
  bool& peerEnded_;
  int left_ = 5;
  std::optional<TimePoint> due_;
};

struct Mode {
  bool exclusive = false;
  bool tls = false;
  Talk talk = Talk::once;
};

/// Lets the session meet a peer until it ends.
void meet(const Mode& mode, const Listener::Accept& makePeer,
          std::unique_ptr<websocket::Session> session) {
  TlsSettings selfSigned;
  selfSigned.selfSigned = true;
  Loop theirs;
  Listener listener(theirs, {"127.0.0.1"}, makePeer,
                    mode.tls ? TlsContext::forServer(selfSigned) : nullptr);
  std::thread peer([&] { theirs.run(); });

  Loop loop;
  ConnectAddress address;
  address.host = "127.0.0.1";
  address.port = listener.port();
  address.exclusive = mode.exclusive;
  if (mode.tls) address.tls = TlsContext::forClient({});
  ConnectHandlers handlers;
  handlers.failed = [&](const std::string& reason, bool) {
    ADD_FAILURE() << reason;
    loop.stop();
  };
  handlers.ended = [&] { loop.stop(); };
  connect(loop, address, std::move(session), handlers);
  loop.run();
  theirs.post([&] { theirs.stop(); });
  peer.join();
}

/// How late each wait was.
std::vector<Duration> lateness(const Mode& mode) {
  std::vector<Duration> late;
  meet(
      mode, [&](const std::string&) { return std::make_unique<Talker>(mode.talk); },
      std::make_unique<Sleeper>(late));
  return late;
}

/// The same waits by the system itself.
Duration latenessOfSystem() {
  Duration worst{};
  for (const auto wait : kWaits) {
    const TimePoint due = std::chrono::steady_clock::now() + wait;
    std::this_thread::sleep_until(due);
    worst = std::max<Duration>(worst, std::chrono::steady_clock::now() - due);
  }
  return worst;
}

class DriverTimers : public testing::TestWithParam<Mode> {};

TEST_P(DriverTimers, AreNeverEarlyAndNotLaterThanThoseOfTheSystem) {
  // What comes in one read, and being off the processor for a moment.
  constexpr Duration kSlack = 5ms;
  Duration best = Duration::max();
  Duration allowed{};
  // A machine that does something else for a moment is no finding.
  for (int attempt = 0; attempt < 8 && best > allowed; ++attempt) {
    Duration system{};
    std::thread reference([&] { system = latenessOfSystem(); });
    const std::vector<Duration> late = lateness(GetParam());
    reference.join();
    ASSERT_EQ(late.size(), kWaits.size());
    EXPECT_GE(*std::min_element(late.begin(), late.end()), Duration::zero());
    best = *std::max_element(late.begin(), late.end());
    allowed = 2 * system + kSlack;
  }
  EXPECT_LE(best.count(), allowed.count());
}

TEST(Driver, EndsSendingWhenTheLastAnswerCameInAnExchange) {
  for (const bool exclusive : {false, true}) {
    // A peer that is off the processor for a moment answers when the exchange is over.
    for (int attempt = 0; attempt < 8; ++attempt) {
      bool peerEnded = false;
      meet(
          {exclusive}, [](const std::string&) { return std::make_unique<Answerer>(); },
          std::make_unique<HalfCloser>(peerEnded));
      ASSERT_TRUE(peerEnded) << (exclusive ? "exclusive" : "shared");
    }
  }
}

std::vector<Mode> allModes() {
  std::vector<Mode> modes;
  for (const bool exclusive : {false, true}) {
    for (const bool tls : {false, true}) {
      for (const Talk talk : {Talk::once, Talk::always, Talk::more}) {
        modes.push_back({exclusive, tls, talk});
      }
    }
  }
  return modes;
}

std::string nameOf(const testing::TestParamInfo<Mode>& info) {
  const Mode& mode = info.param;
  const char* talk = mode.talk == Talk::once     ? "PeerIsSilent"
                     : mode.talk == Talk::always ? "PeerTalksAlways"
                                                 : "PeerFloods";
  return std::string(mode.exclusive ? "Exclusive" : "Shared") + (mode.tls ? "Tls" : "Plain") + talk;
}

INSTANTIATE_TEST_SUITE_P(Modes, DriverTimers, testing::ValuesIn(allModes()), nameOf);

}  // namespace
}  // namespace wsgauntlet::net
