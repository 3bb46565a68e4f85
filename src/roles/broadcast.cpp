#include "roles/broadcast.hpp"

#include "base/hex.hpp"
#include "roles/simple_session.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <unistd.h>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace wsgauntlet::roles {
namespace {

constexpr auto kTick = std::chrono::seconds(1);
constexpr auto kHello = std::chrono::seconds(2);
/// A client that lets more octets wait is dropped: it must not fill our memory.
constexpr std::uint64_t kMaxWaiting = std::uint64_t{64} << 20U;

struct Message {
  Payload payload;
  bool binary = false;
};

class ClientSession;

/// All clients that are connected.
class Hub {
 public:
  void add(ClientSession* client) { clients_.push_back(client); }
  void remove(ClientSession* client) { std::erase(clients_, client); }
  void tell(const Message& message);

 private:
  std::vector<ClientSession*> clients_;
};

class ClientSession : public SimpleSession {
 public:
  ClientSession(const websocket::Options& options, Random random, Answer answer,
                std::shared_ptr<Hub> hub)
      : SimpleSession(options, random, std::move(answer)), hub_(std::move(hub)) {}
  ~ClientSession() override { hub_->remove(this); }
  ClientSession(const ClientSession&) = delete;
  ClientSession& operator=(const ClientSession&) = delete;

  /// Messages go out when the loop turns to this connection.
  void tell(const Message& message) {
    if (messages_.empty()) requestWake();
    messages_.push_back(message);
  }

  void woken(TimePoint now) override {
    SimpleSession::woken(now);
    for (const Message& message : std::exchange(messages_, {})) {
      connection_.sendMessage(message.payload, message.binary);
    }
    if (connection_.outbox().waiting() > kMaxWaiting) {
      connection_.outbox().end(websocket::Ending::reset);
    }
  }

 private:
  void onOpen() override { hub_->add(this); }
  void onMessage(Octets& payload, bool binary) override {
    hub_->tell({Payload(std::move(payload)), binary});
  }
  void onClosed() override { hub_->remove(this); }

  const std::shared_ptr<Hub> hub_;
  std::deque<Message> messages_;
};

void Hub::tell(const Message& message) {
  for (ClientSession* client : clients_) client->tell(message);
}

std::string hello() {
  std::array<char, 256> host{};
  ::gethostname(host.data(), host.size() - 1);
  return fmt::format("hello from {}[{}]", host.data(), ::getpid());
}

/// Says hello and prints what it hears.
class ListenerSession : public SimpleSession {
 public:
  ListenerSession(const websocket::Options& options, Random random,
                  websocket::ClientRequest request, RunLog& log)
      : SimpleSession(options, random, std::move(request)), log_(log) {}

  [[nodiscard]] std::optional<TimePoint> deadline() const override {
    const auto protocol = SimpleSession::deadline();
    if (!helloAt_ || !protocol) return helloAt_ ? helloAt_ : protocol;
    return std::min(*helloAt_, *protocol);
  }
  void woken(TimePoint now) override {
    SimpleSession::woken(now);
    if (helloAt_ && *helloAt_ <= now) sayHello();
  }

 private:
  void onOpen() override { sayHello(); }
  void onMessage(Octets& payload, bool binary) override {
    log_.line("received:  " + (binary ? toHex(payload) : payload));
  }
  void onClosed() override { helloAt_.reset(); }

  void sayHello() {
    connection_.sendMessage(Payload(hello()), false);
    helloAt_ = now_ + kHello;
  }

  RunLog& log_;
  std::optional<TimePoint> helloAt_;
};

}  // namespace

class BroadcastServer::State : public std::enable_shared_from_this<State> {
 public:
  State(net::Loop& eventLoop, ServeSpec spec, RunLog& log)
      : loop(eventLoop),
        server(eventLoop, std::move(spec), log,
               [hub = hub](const websocket::Options& options, Random random,
                           SimpleSession::Answer answer) {
                 return std::make_unique<ClientSession>(options, random, std::move(answer), hub);
               }) {}

  void tick() {
    hub->tell({Payload(fmt::format("tick {}", ++ticks)), false});
    loop.after(kTick, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->tick();
    });
  }

  net::Loop& loop;
  std::shared_ptr<Hub> hub = std::make_shared<Hub>();
  PlainServer server;
  std::uint64_t ticks = 0;
};

BroadcastServer::BroadcastServer(net::Loop& loop, ServeSpec spec, RunLog& log)
    : state_(std::make_shared<State>(loop, std::move(spec), log)) {
  state_->tick();
}

BroadcastServer::~BroadcastServer() = default;

std::uint16_t BroadcastServer::port() const {
  return state_->server.port();
}

void runBroadcastClient(net::Loop& loop, const BroadcastClientSpec& spec, RunLog& log,
                        std::function<void(bool)> done) {
  const auto makeSession = [&spec, &log] {
    return std::make_unique<ListenerSession>(spec.options, Random(spec.seed), requestOf(spec, ""),
                                             log);
  };
  reach(loop, spec, spec.connectRetry, makeSession, log, std::move(done));
}

}  // namespace wsgauntlet::roles
