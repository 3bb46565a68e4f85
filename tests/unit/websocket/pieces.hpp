// The three ways in which octets are fed to everything that takes them in pieces.
#pragma once

#include "base/octets.hpp"
#include "base/random.hpp"

#include <algorithm>
#include <vector>

namespace wsgauntlet::websocket {

/// The octets in pieces of `length`, the last one shorter.
inline std::vector<OctetView> inPiecesOf(OctetView octets, std::size_t length) {
  std::vector<OctetView> pieces;
  for (; !octets.empty(); octets.remove_prefix(std::min(length, octets.size()))) {
    pieces.push_back(octets.substr(0, length));
  }
  return pieces;
}

/// The octets in random pieces of up to `longest`, some of them empty.
inline std::vector<OctetView> inRandomPieces(OctetView octets, std::size_t longest,
                                             Random& random) {
  std::vector<OctetView> pieces;
  while (!octets.empty()) {
    const std::size_t length = std::min<std::size_t>(random.next() % (longest + 1), octets.size());
    pieces.push_back(octets.substr(0, length));
    octets.remove_prefix(length);
  }
  return pieces;
}

/// Whole, one by one, and in random pieces.
inline std::vector<std::vector<OctetView>> allWays(OctetView octets, Random& random) {
  return {{octets},
          inPiecesOf(octets, 1),
          inRandomPieces(octets, 5, random),
          inRandomPieces(octets, 40, random)};
}

}  // namespace wsgauntlet::websocket
