#include "roles/simple_session.hpp"

#include <algorithm>
#include <utility>

namespace wsgauntlet::roles {
namespace {

/// The first subprotocol of the client that is among `known`, or none (RFC 6455 section 4.2.2).
std::string selectSubprotocol(const websocket::Accepted& request,
                              const std::vector<std::string>& known) {
  const auto found = std::ranges::find_first_of(request.protocols, known);
  return found == request.protocols.end() ? "" : *found;
}

}  // namespace

SimpleSession::Answer openingAnswer(websocket::OpeningRequest request,
                                    websocket::ServerResponse response,
                                    const std::vector<std::string>& known,
                                    const std::optional<websocket::Negotiated>& deflate) {
  response.key = request.accepted.key;
  response.subprotocol = selectSubprotocol(request.accepted, known);
  SimpleSession::Answer answer;
  if (deflate) {
    response.extensions = deflate->header;
    answer.deflate = deflate->parameters;
  }
  answer.response = websocket::buildResponse(response);
  answer.request = std::move(request.request);
  answer.rest = std::move(request.rest);
  return answer;
}

}  // namespace wsgauntlet::roles
