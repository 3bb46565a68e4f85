#include "roles/plain_server.hpp"

#include "mutants/mutant_peer.hpp"
#include "websocket/request_session.hpp"
#include "websocket/server_response.hpp"

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
    if (spec.mutation != mutants::Mutation::none) {
      return std::make_unique<mutants::MutantPeer>(spec.mutation, random.fork(++accepted), mutants);
    }
    return std::make_unique<websocket::RequestSession>(
        spec.options, spec.name, peer,
        [this](websocket::OpeningRequest request) { return routed(std::move(request)); },
        connections);
  }

  websocket::RouteResult routed(websocket::OpeningRequest request) {
    const std::vector<websocket::AcceptRule> anyOffer(spec.compression ? 1 : 0);
    const auto deflate = websocket::negotiate(request.accepted.extensions, anyOffer);
    websocket::ServerResponse response;
    response.server = spec.name;
    response.extraHeaders = spec.headers;
    return serve(spec.options, random.fork(++accepted),
                 openingAnswer(std::move(request), std::move(response), spec.protocols, deflate));
  }

  const ServeSpec spec;
  const Serve serve;
  Random random;
  std::uint64_t accepted = 0;  ///< connections so far
  std::shared_ptr<std::size_t> connections = std::make_shared<std::size_t>(0);
  std::shared_ptr<mutants::ServerState> mutants = std::make_shared<mutants::ServerState>();
  net::Listener listener;
};

PlainServer::PlainServer(net::Loop& loop, ServeSpec spec, RunLog& log, Serve serve)
    : state_(std::make_unique<State>(loop, std::move(spec), log, std::move(serve))) {}

PlainServer::~PlainServer() = default;

std::uint16_t PlainServer::port() const {
  return state_->listener.port();
}

}  // namespace wsgauntlet::roles
