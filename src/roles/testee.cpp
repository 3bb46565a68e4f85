#include "roles/testee.hpp"

#include "mutants/mutant_peer.hpp"
#include "roles/names.hpp"
#include "roles/simple_session.hpp"

#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::roles {
namespace {

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

websocket::ClientRequest requestFor(const TesteeClientSpec& spec, bool compression) {
  const bool named = !spec.agent.empty() && spec.agent != kOriginalTesteeName;
  websocket::ClientRequest request = requestOf(spec, named ? spec.agent : "");
  if (compression) {
    request.extensions =
        *websocket::parseExtensions(
             "permessage-deflate; client_no_context_takeover; client_max_window_bits")
             .value;
  }
  return request;
}

}  // namespace

PlainServer::Serve echo() {
  return [](const websocket::Options& options, Random random, SimpleSession::Answer answer) {
    return std::make_unique<EchoSession>(testeeOptions(options), random, std::move(answer));
  };
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
    const bool asks = answer != nullptr;
    websocket::ClientRequest request = requestFor(spec, spec.compression && !asks);
    request.resource = resource;
    const Random numbers = random.fork(++connections);
    const auto makeSession = [this, request, numbers, answer, resource] {
      std::unique_ptr<websocket::Session> session;
      if (answer != nullptr) {
        session = std::make_unique<QuestionSession>(spec.options, numbers, request, answer);
      } else if (spec.mutation != mutants::Mutation::none) {
        session = std::make_unique<mutants::MutantPeer>(
            spec.mutation, numbers,
            mutants::MutantRequest{websocket::hostAndPort(spec.url.host, spec.url.port), resource,
                                   spec.agent});
      } else {
        session = std::make_unique<EchoSession>(testeeOptions(spec.options), numbers, request);
      }
      return session;
    };
    reach(loop, spec, current == 0 ? spec.connectRetry : Duration::zero(), makeSession, log,
          [self = shared_from_this(), then = std::move(then)](bool reached) {
            reached ? then() : self->done(false);
          });
  }

  net::Loop& loop;
  TesteeClientSpec spec;
  RunLog& log;
  Random random;
  std::uint64_t connections = 0;
  int count = 0;
  int current = 0;
  std::function<void(bool)> done;
};

TesteeClient::TesteeClient(net::Loop& loop, TesteeClientSpec spec, RunLog& log)
    : state_(std::make_shared<State>(loop, std::move(spec), log)) {}

TesteeClient::~TesteeClient() = default;

void TesteeClient::start(std::function<void(bool)> done) {
  state_->done = std::move(done);
  state_->askCount();
}

void runEchoClient(net::Loop& loop, const TesteeClientSpec& spec, RunLog& log,
                   std::function<void(bool)> done) {
  const auto makeSession = [&spec] {
    return std::make_unique<EchoSession>(testeeOptions(spec.options), Random(spec.seed),
                                         requestFor(spec, spec.compression));
  };
  reach(loop, spec, spec.connectRetry, makeSession, log, std::move(done));
}

}  // namespace wsgauntlet::roles
