// The opening handshake of a server: any octets as the client's request.
#include "fuzz_input.hpp"
#include "http_answer.hpp"
#include "websocket/handshake.hpp"
#include "websocket/server_response.hpp"

#include <array>
#include <string>
#include <variant>

using namespace wsgauntlet;

namespace {

void requireGoodResponse(const websocket::Accepted& accepted) {
  FUZZ_REQUIRE(accepted.version == 13 || accepted.version == 8);
  FUZZ_REQUIRE(!accepted.target.fragment && accepted.target.path.starts_with('/'));
  websocket::ServerResponse response;
  response.server = "wsgauntlet";
  response.key = accepted.key;
  // A server selects among what was offered, so what was offered must be fit for a header.
  if (!accepted.protocols.empty()) response.subprotocol = accepted.protocols.front();
  const std::array rules = {websocket::AcceptRule{true, true, 10}, websocket::AcceptRule{}};
  const auto negotiated = websocket::negotiate(accepted.extensions, rules);
  if (negotiated) response.extensions = negotiated->header;
  const std::string answer = buildResponse(response);
  fuzz::requireWellFormedAnswer(answer);

  // The client that asked for it is content.
  websocket::ClientRequest request;
  request.key = accepted.key;
  request.protocols = accepted.protocols;
  request.extensions = accepted.extensions;
  const auto verdict = checkResponse(websocket::parseHead(answer), request);
  FUZZ_REQUIRE(verdict.accepted() && verdict.mismatch.empty());
  FUZZ_REQUIRE(verdict.deflate.has_value() == negotiated.has_value());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::Input input(data, size);
  const std::uint8_t choices = input.octet();
  websocket::ServerPolicy policy;
  if ((choices & 1U) != 0) policy.allowedOrigins = {"http://example.com", "https://*.example.*:*"};
  policy.webStatus = (choices & 2U) != 0;
  policy.maxConnectionsReached = (choices & 4U) != 0;
  const OctetView octets = input.rest();

  const std::size_t end = websocket::findHeaderEnd(octets);
  const auto verdict = checkRequest(websocket::parseHead(octets.substr(0, end)), policy);
  if (const auto* accepted = std::get_if<websocket::Accepted>(&verdict)) {
    requireGoodResponse(*accepted);
  } else if (const auto* refused = std::get_if<websocket::Refused>(&verdict)) {
    FUZZ_REQUIRE(refused->code >= 400 && refused->code < 600);
    fuzz::requireWellFormedAnswer(buildRefusal(*refused));
  } else if (const auto* page = std::get_if<websocket::StatusPage>(&verdict)) {
    fuzz::requireWellFormedAnswer(buildStatusPage(*page, "wsgauntlet"));
  } else {
    fuzz::requireWellFormedAnswer(
        buildRedirect(std::get<websocket::Redirect>(verdict), "wsgauntlet"));
  }
  return 0;
}
