#include "roles/connect_spec.hpp"

#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::roles {
namespace {

/// Between two tries to connect.
constexpr auto kRetryDelay = std::chrono::milliseconds(50);

/// Tries until the server is reached or the time is over.
struct Attempt : std::enable_shared_from_this<Attempt> {
  net::Loop& loop;
  const ConnectSpec& spec;
  const TimePoint giveUpAt;
  std::function<std::unique_ptr<websocket::Session>()> makeSession;
  RunLog& log;
  std::function<void(bool)> done;

  Attempt(net::Loop& eventLoop, const ConnectSpec& where, Duration retry, RunLog& runLog)
      : loop(eventLoop),
        spec(where),
        giveUpAt(std::chrono::steady_clock::now() + retry),
        log(runLog) {}

  void start() {
    net::connect(loop, addressOf(spec), makeSession(),
                 {[self = shared_from_this()](const std::string& reason, bool refused) {
                    self->failed(reason, refused);
                  },
                  nullptr, [self = shared_from_this()] { self->done(true); }});
  }

  void failed(const std::string& reason, bool refused) {
    if (refused && std::chrono::steady_clock::now() < giveUpAt) {
      loop.after(kRetryDelay, [self = shared_from_this()] { self->start(); });
      return;
    }
    log.line(fmt::format("Connection to {} failed ({})", spec.urlText, reason));
    done(false);
  }
};

}  // namespace

net::ConnectAddress addressOf(const ConnectSpec& spec) {
  net::ConnectAddress address;
  address.host = spec.url.host;
  address.port = spec.url.port;
  address.socketPath = spec.url.socketPath;
  address.noDelay = spec.options.tcpNoDelay;
  address.proxy = spec.proxy;
  address.tls = spec.tls;
  address.tlsName = spec.hostname;
  return address;
}

websocket::ClientRequest requestOf(const ConnectSpec& spec, const std::string& userAgent) {
  websocket::ClientRequest request;
  request.host = spec.url.host;
  request.port = spec.url.port;
  request.resource = spec.url.resource;
  if (!userAgent.empty()) request.userAgent = userAgent;
  request.origin = spec.origin;
  request.protocols = spec.protocols;
  request.version = spec.options.version;
  for (const auto& [name, value] : spec.headers) {
    if (websocket::equalsIgnoringCase(name, "Host")) {
      request.authority = value;
    } else if (websocket::equalsIgnoringCase(name, "User-Agent")) {
      request.userAgent = value;
    } else {
      request.extraHeaders.emplace_back(name, value);
    }
  }
  return request;
}

void reach(net::Loop& loop, const ConnectSpec& spec, Duration retry,
           std::function<std::unique_ptr<websocket::Session>()> makeSession, RunLog& log,
           std::function<void(bool)> done) {
  const auto attempt = std::make_shared<Attempt>(loop, spec, retry, log);
  attempt->makeSession = std::move(makeSession);
  attempt->done = std::move(done);
  attempt->start();
}

}  // namespace wsgauntlet::roles
