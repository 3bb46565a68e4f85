#include "roles/testee.hpp"

#include "net/transport.hpp"
#include "roles/front_door.hpp"
#include "roles/names.hpp"
#include "roles/odd_peer.hpp"
#include "roles/simple_session.hpp"

#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::roles {
namespace {

/// How long a server that refuses is tried again.
constexpr auto kConnectRetry = std::chrono::seconds(10);
constexpr auto kRetryDelay = std::chrono::milliseconds(50);

websocket::Options testeeOptions(websocket::Options options) {
  options.dropAfterFailure = true;
  return options;
}

/// Sends every message back.
class EchoSession : public SimpleSession {
 public:
  using SimpleSession::SimpleSession;

 private:
  void onMessage(Octets& payload, bool binary) override {
    connection_.sendMessage(Payload(std::move(payload)), binary);
  }
};

/// Takes one text message.
class QuestionSession : public SimpleSession {
 public:
  QuestionSession(const websocket::Options& options, Random random,
                  websocket::ClientRequest request, std::shared_ptr<std::string> answer)
      : SimpleSession(options, random, std::move(request)), answer_(std::move(answer)) {}

 private:
  void onMessage(Octets& payload, bool) override { *answer_ = std::move(payload); }

  std::shared_ptr<std::string> answer_;
};

}  // namespace

class TesteeServer::State {
 public:
  State(net::Loop& loop, TesteeServerSpec description)
      : spec(std::move(description)),
        random(spec.seed),
        listener(loop, {spec.host, spec.port},
                 [this](const std::string& peer) { return serve(peer); }) {}

  std::unique_ptr<websocket::Session> serve(const std::string& peer) {
    if (!spec.oddRule.empty()) {
      return std::make_unique<OddPeer>(spec.oddRule, random.fork(++connections));
    }
    return std::make_unique<FrontDoor>(spec.options, kTesteeName, peer,
                                       [this](Knock knock) { return welcome(std::move(knock)); });
  }

  Welcome welcome(Knock knock) {
    const std::vector<websocket::AcceptRule> anyOffer(spec.compression ? 1 : 0);
    const auto deflate = websocket::negotiate(knock.accepted.extensions, anyOffer);
    websocket::ServerResponse response;
    response.server = kTesteeName;
    response.key = knock.accepted.key;
    if (deflate) response.extensions = deflate->header;
    SimpleSession::Answer answer;
    answer.request = std::move(knock.request);
    answer.response = websocket::buildResponse(response);
    if (deflate) answer.deflate = deflate->parameters;
    answer.rest = std::move(knock.rest);
    return std::make_unique<EchoSession>(testeeOptions(spec.options), random.fork(++connections),
                                         std::move(answer));
  }

  TesteeServerSpec spec;
  Random random;
  std::uint64_t connections = 0;
  net::Listener listener;
};

TesteeServer::TesteeServer(net::Loop& loop, TesteeServerSpec spec)
    : state_(std::make_unique<State>(loop, std::move(spec))) {}

TesteeServer::~TesteeServer() = default;

std::uint16_t TesteeServer::port() const {
  return state_->listener.port();
}

class TesteeClient::State : public std::enable_shared_from_this<State> {
 public:
  State(net::Loop& eventLoop, TesteeClientSpec description, RunLog& runLog)
      : loop(eventLoop), spec(std::move(description)), log(runLog), random(spec.seed) {}

  void askCount() {
    log.line("Getting case count ..");
    auto answer = std::make_shared<std::string>();
    open("/getCaseCount", answer, [self = shared_from_this(), answer] {
      self->count = websocket::parseNumber(*answer, 1000000).value_or(0);
      self->log.line(fmt::format("Ok, will run {} cases", self->count));
      self->runNext();
    });
  }

  void runNext() {
    const std::string agent = websocket::percentEncode(spec.agent);
    if (current == count) {
      open("/updateReports?agent=" + agent, std::make_shared<std::string>(),
           [self = shared_from_this()] { self->done(true); });
      return;
    }
    ++current;
    log.line(fmt::format("Running test case {}/{} as user agent {} on peer {}", current, count,
                         spec.agent, websocket::hostAndPort(spec.url.host, spec.url.port)));
    open(fmt::format("/runCase?case={}&agent={}", current, agent), nullptr,
         [self = shared_from_this()] { self->runNext(); });
  }

  /// Connects to `resource`: asks when there is room for an answer, else echoes.
  void open(const std::string& resource, const std::shared_ptr<std::string>& answer,
            std::function<void()> then) {
    websocket::ClientRequest request;
    request.host = spec.url.host;
    request.port = spec.url.port;
    request.resource = resource;
    request.version = spec.options.version;
    if (!spec.agent.empty() && spec.agent != kTesteeName) request.userAgent = spec.agent;
    if (spec.compression && answer == nullptr) {
      request.extensions =
          *websocket::parseExtensions(
               "permessage-deflate; client_no_context_takeover; client_max_window_bits")
               .value;
    }
    const Random numbers = random.fork(++connections);
    std::unique_ptr<websocket::Session> session;
    if (answer != nullptr) {
      session =
          std::make_unique<QuestionSession>(spec.options, numbers, std::move(request), answer);
    } else if (!spec.oddRule.empty()) {
      session = std::make_unique<OddPeer>(
          spec.oddRule, numbers,
          OddRequest{websocket::hostAndPort(spec.url.host, spec.url.port), resource, spec.agent});
    } else {
      session =
          std::make_unique<EchoSession>(testeeOptions(spec.options), numbers, std::move(request));
    }
    net::ConnectHandlers handlers;
    handlers.failed = [self = shared_from_this(), resource, answer, then](const std::string& reason,
                                                                          bool refused) {
      self->connectFailed(reason, refused,
                          [self, resource, answer, then] { self->open(resource, answer, then); });
    };
    handlers.ended = then;
    net::connect(loop, {spec.url.host, spec.url.port, true}, std::move(session),
                 std::move(handlers));
  }

  void connectFailed(const std::string& reason, bool refused, std::function<void()> again) {
    const TimePoint now = std::chrono::steady_clock::now();
    if (!giveUpAt) giveUpAt = now + kConnectRetry;
    if (refused && current == 0 && now < *giveUpAt) {
      loop.after(kRetryDelay, std::move(again));
      return;
    }
    log.line(fmt::format("Connection to {} failed ({})", spec.urlText, reason));
    done(false);
  }

  net::Loop& loop;
  TesteeClientSpec spec;
  RunLog& log;
  Random random;
  std::uint64_t connections = 0;
  int count = 0;
  int current = 0;
  std::optional<TimePoint> giveUpAt;
  std::function<void(bool)> done;
};

TesteeClient::TesteeClient(net::Loop& loop, TesteeClientSpec spec, RunLog& log)
    : state_(std::make_shared<State>(loop, std::move(spec), log)) {}

TesteeClient::~TesteeClient() = default;

void TesteeClient::start(std::function<void(bool)> done) {
  state_->done = std::move(done);
  state_->askCount();
}

}  // namespace wsgauntlet::roles
