#include "roles/plain_server.hpp"

#include "roles/front_door.hpp"
#include "roles/odd_peer.hpp"

#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::roles {

class PlainServer::State {
 public:
  State(net::Loop& loop, ServeSpec description, RunLog& log, Serve serveClient)
      : spec(std::move(description)),
        serve(std::move(serveClient)),
        random(spec.seed),
        listener(
            loop, spec.listen, [this](const std::string& peer) { return accept(peer); }, spec.tls,
            [&log](const std::string& peer, const std::string& reason) {
              log.line(fmt::format("TLS with {} failed ({})", peer, reason));
            }) {}

  std::unique_ptr<websocket::Session> accept(const std::string& peer) {
    if (!spec.oddRule.empty()) {
      return std::make_unique<OddPeer>(spec.oddRule, random.fork(++connections));
    }
    return std::make_unique<FrontDoor>(
        spec.options, spec.name, peer, [this](Knock knock) { return welcome(std::move(knock)); },
        guests);
  }

  Welcome welcome(Knock knock) {
    const std::vector<websocket::AcceptRule> anyOffer(spec.compression ? 1 : 0);
    const auto deflate = websocket::negotiate(knock.accepted.extensions, anyOffer);
    websocket::ServerResponse response;
    response.server = spec.name;
    response.extraHeaders = spec.headers;
    return serve(spec.options, random.fork(++connections),
                 openingAnswer(std::move(knock), std::move(response), spec.protocols, deflate));
  }

  const ServeSpec spec;
  const Serve serve;
  Random random;
  std::uint64_t connections = 0;
  std::shared_ptr<std::size_t> guests = std::make_shared<std::size_t>(0);
  net::Listener listener;
};

PlainServer::PlainServer(net::Loop& loop, ServeSpec spec, RunLog& log, Serve serve)
    : state_(std::make_unique<State>(loop, std::move(spec), log, std::move(serve))) {}

PlainServer::~PlainServer() = default;

std::uint16_t PlainServer::port() const {
  return state_->listener.port();
}

}  // namespace wsgauntlet::roles
