// The server side of a connection until it is known what the client wants.
#pragma once

#include "websocket/handshake.hpp"
#include "websocket/options.hpp"
#include "websocket/session.hpp"

#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

namespace wsgauntlet::roles {

/// A WebSocket request that may be accepted.
struct Knock {
  websocket::Accepted accepted;
  Octets request;  ///< header block as it came
  Octets rest;     ///< octets behind it
  std::string peer;
};

/// What to do with it: a session that answers, or a refusal.
using Welcome = std::variant<std::unique_ptr<websocket::Session>, websocket::Refused>;

/// A request that is no good opening handshake: its header block and what is wrong with it.
struct BadKnock {
  websocket::RequestTarget target;
  Octets request;
  websocket::Refused refusal;
  std::string peer;
};

/// Reads a request, answers what is no WebSocket request, and hands the connection over to the
/// session that `route` makes for it.
class FrontDoor : public websocket::Session {
 public:
  using Route = std::function<Welcome(Knock)>;
  /// May take over a connection that would be refused; null leaves it refused.
  using BadRoute = std::function<std::unique_ptr<websocket::Session>(BadKnock)>;

  /// `guests` counts the doors that are open at the same time, but for those who were refused, for
  /// `maxConnections`; it may be absent. The options live as long as connections are served.
  FrontDoor(const websocket::Options& options, std::string serverName, std::string peer,
            Route route, std::shared_ptr<std::size_t> guests = nullptr, BadRoute badRoute = {});
  ~FrontDoor() override;
  FrontDoor(const FrontDoor&) = delete;
  FrontDoor& operator=(const FrontDoor&) = delete;

  void connected(TimePoint now) override;
  void received(std::span<char> octets, TimePoint now) override;
  void disconnected(TimePoint now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  void woken(TimePoint now) override;
  [[nodiscard]] websocket::Pieces queuedPieces() const override;
  void sendNextPiece(TimePoint now) override;
  websocket::Outbox& outbox() override;

 private:
  void answer(std::size_t headEnd, TimePoint now);
  [[nodiscard]] bool handOver(OctetView request, const websocket::Refused& refused, TimePoint now);
  void refuse(const websocket::Refused& refused);
  void reply(const std::string& response);
  void leave();

  const websocket::Options& options_;
  const std::string serverName_;
  const std::string peer_;
  const Route route_;
  std::shared_ptr<std::size_t> guests_;
  const BadRoute badRoute_;
  Octets read_;
  std::optional<TimePoint> giveUpAt_;
  websocket::Outbox outbox_;
  std::unique_ptr<websocket::Session> session_;  ///< once the request was accepted
};

}  // namespace wsgauntlet::roles
