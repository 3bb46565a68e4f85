// A connection with ears: what it tells its listener and its observer, and what it writes.
#pragma once

#include "fake_peer.hpp"
#include "pieces.hpp"
#include "websocket/connection.hpp"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace wsgauntlet::websocket {

/// In what pieces octets are fed.
enum class Way { whole, oneByOne, random };
inline constexpr Role kRoles[] = {Role::client, Role::server};
inline constexpr Way kWays[] = {Way::whole, Way::oneByOne, Way::random};

class Endpoint : private Listener, private Observer {
 public:
  explicit Endpoint(Role theRole, const Options& options = {}, Way way = Way::whole)
      : role(theRole), connection(theRole, options, Random(1), *this, this), way_(way) {}

  /// Completes the opening handshake, with permessage-deflate if `deflate` is set.
  void open(const std::optional<DeflateParameters>& deflate = std::nullopt) {
    if (role == Role::server) {
      connection.openAsServer(requestOf(), "HTTP/1.1 101 Yes\r\n\r\n", deflate, {}, now);
      takeAll(connection.outbox());
    } else {
      ClientRequest request;
      if (deflate) request.extensions = *parseExtensions("permessage-deflate").value;
      connection.openAsClient(request, now);
      feed(answerTo(takeAll(connection.outbox()), deflate ? "permessage-deflate" : ""));
    }
  }

  void feed(OctetView octets) {
    Random random(octets.size());
    const std::vector<OctetView> pieces = way_ == Way::whole ? std::vector<OctetView>{octets}
                                          : way_ == Way::oneByOne
                                              ? inPiecesOf(octets, 1)
                                              : inRandomPieces(octets, 7, random);
    for (const OctetView piece : pieces) {
      Octets read(piece);
      connection.received(read, now);
    }
  }
  /// The peer sends a frame, masked if it is a client.
  void feed(PeerFrame frame) { feed(peerOctets(std::move(frame))); }
  [[nodiscard]] Octets peerOctets(PeerFrame frame) const {
    if (role == Role::server && !frame.mask) frame.mask = kPeerMask;
    return encode(frame);
  }

  /// Lets time pass, and every timer fire when it is due.
  void pass(Duration duration) {
    const TimePoint end = now + duration;
    while (const auto next = connection.deadline()) {
      if (*next > end) break;
      now = *next;
      connection.woken(now);
    }
    now = end;
  }
  /// Writes the pieces that wait, one after another.
  void drain() {
    while (connection.queuedPieces() != Pieces::none) connection.sendNextPiece();
  }
  /// What was written since the last call.
  Octets written() { return takeAll(connection.outbox()); }
  std::vector<std::string> sent() { return describe(written()); }
  [[nodiscard]] Ending ending() { return connection.outbox().ending(); }
  [[nodiscard]] const Closing& closing() const { return connection.closing(); }
  [[nodiscard]] Connection::State state() const { return connection.state(); }

  const Role role;
  TimePoint now = kStart;
  Connection connection;
  std::vector<std::string> events;    ///< as the listener is told
  std::vector<std::string> rows;      ///< as the observer is told
  std::vector<std::string> received;  ///< frames, as the observer is told

 private:
  void onOpen() override { events.emplace_back("open"); }
  void onMessage(Octets& payload, bool binary) override {
    events.push_back((binary ? "binary " : "text ") + payload);
  }
  void onPong(OctetView payload) override { events.push_back("pong " + Octets(payload)); }
  void onClosed() override { events.emplace_back("closed"); }

  void octetsReceived(OctetView octets) override {
    rows.push_back("RO " + std::to_string(octets.size()));
  }
  void octetsSent(std::uint64_t length, OctetView, bool piece) override {
    rows.push_back("TO " + std::to_string(length) + (piece ? " piece" : ""));
  }
  void frameReceived(const ReceivedFrame& frame) override {
    rows.push_back("RF " + std::to_string(frame.header.opcode));
    received.push_back(describe(
        PeerFrame{frame.header.opcode, Octets(frame.head), frame.header.fin, frame.header.rsv}));
  }
  void frameSent(const SentFrame& frame) override {
    rows.push_back("TF " + std::to_string(frame.opcode));
  }
  void messageSent(std::uint64_t) override {}
  void messageReceived(std::uint64_t) override {}

  Way way_;
};

inline const char* name(Role role) {
  return role == Role::client ? "client" : "server";
}
inline const char* name(Way way) {
  return way == Way::whole ? "whole" : way == Way::oneByOne ? "one by one" : "random pieces";
}

/// Runs a test in both roles and with octets in all pieces.
inline void inAllWays(const std::function<void(Role, Way)>& test) {
  for (const Role role : kRoles) {
    for (const Way way : kWays) {
      SCOPED_TRACE(std::string(name(role)) + ", " + name(way));
      test(role, way);
    }
  }
}

}  // namespace wsgauntlet::websocket
