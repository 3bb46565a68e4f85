// The opening handshake of a case that has one of its own.
#pragma once

#include "suite/model.hpp"
#include "websocket/client_handshake.hpp"
#include "websocket/extensions.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wsgauntlet::play {

/// The value of a `{name}` in the texts of a handshake.
using Placeholders = std::vector<std::pair<std::string, std::string>>;

/// The octets of a handshake: the usual ones, changed as the case says. What is to follow
/// the empty line is part of them.
[[nodiscard]] std::string editHandshake(const std::string& usual, const suite::HandshakeEdit& edit,
                                        const Placeholders& placeholders);

/// The texts of the handshake name a subprotocol that both sides know, which may not be there.
[[nodiscard]] bool needsSubprotocol(const suite::HandshakeEdit& edit);
/// The first subprotocol that a client's header block offers; empty for none.
[[nodiscard]] std::string offeredSubprotocol(const Octets& request);

/// Makes `request` one of the case: its octets, and what they say of key, subprotocols and
/// extensions, by which the answer is judged. `request` has a key.
void editRequest(websocket::ClientRequest& request, const suite::HandshakeEdit& edit);

/// The answer to a client, changed as the case says. `request` holds the client's header block.
[[nodiscard]] std::string editResponse(const std::string& usual, const Octets& request,
                                       const suite::HandshakeEdit& edit);

/// How the offers of a client are answered in a case; none where it has no compression.
[[nodiscard]] std::vector<websocket::AcceptRule> acceptRules(const suite::Case& testCase);

/// What the answer of a case says of compression (server role); both are header blocks.
[[nodiscard]] std::optional<websocket::DeflateParameters> answeredDeflate(
    const Octets& request, const std::string& response);

}  // namespace wsgauntlet::play
