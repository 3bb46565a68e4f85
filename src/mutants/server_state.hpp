// What the connections of a broken server share that should not share anything.
#pragma once

#include "base/octets.hpp"
#include "websocket/deflate.hpp"

#include <memory>
#include <optional>
#include <vector>

namespace wsgauntlet::mutants {

class MutantPeer;

/// A data message on its way: the frames so far.
struct Message {
  bool binary = false;
  bool compressed = false;
  Octets payload;  ///< as it is in the frames
  std::vector<Octets> fragments;
};

struct ServerState {
  std::vector<MutantPeer*> connections;  ///< in the order in which they came
  std::optional<Message> message;
  std::shared_ptr<websocket::Inflater> inflater;
  Octets leftOver;  ///< of a connection that ended inside a message
};

}  // namespace wsgauntlet::mutants
