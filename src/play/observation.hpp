// What a session knows of a connection that is over, whatever the case is judged by.
#pragma once

#include "base/octets.hpp"
#include "websocket/client_handshake.hpp"
#include "websocket/closing.hpp"
#include "websocket/frame_rules.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>

namespace wsgauntlet::play {

struct Observation {
  bool isServer = false;       ///< we were the server
  bool opened = false;         ///< as client: the answer was good; as server: always
  bool unimplemented = false;  ///< the peer does not do what the case is about
  bool scriptEnded = false;
  bool endedByTimer = false;  ///< a timer of the script closed or failed the connection
  bool gaveUp = false;        ///< the peer was silent for too long
  bool peerEndedTcp = false;
  websocket::Closing closing;
  std::optional<websocket::Violation> violation;     ///< the first rule that the peer broke
  std::map<std::uint8_t, std::uint64_t> framesSent;  ///< ours, by opcode

  Octets handshake;                                 ///< the peer's header block, or what came of it
  std::optional<websocket::ClientRequest> request;  ///< ours, as client
  std::string fault;       ///< as server: what makes the client's request unusable
  bool keyIsFresh = true;  ///< as server: the client's key is a new one
};

}  // namespace wsgauntlet::play
