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

namespace wsgauntlet::websocket {

/// A WebSocket request that may be accepted.
struct OpeningRequest {
  Accepted accepted;
  Octets request;  ///< header block as it came
  Octets rest;     ///< octets after it
  std::string peer;
};

/// What to do with it: a session that answers, or a refusal.
using RouteResult = std::variant<std::unique_ptr<Session>, Refused>;

/// A request that is not a good opening handshake: its header block and what is wrong with it.
struct RejectedRequest {
  RequestTarget target;
  Octets request;
  Refused refusal;
  std::string peer;
};

/// Reads a request, answers what is not a WebSocket request, and hands the connection over to the
/// session that `route` makes for it.
class RequestSession : public Session {
 public:
  using Route = std::function<RouteResult(OpeningRequest)>;
  /// May take over a connection that would be refused; null leaves it refused.
  using RejectedRoute = std::function<std::unique_ptr<Session>(RejectedRequest)>;

  /// `connections` counts the doors that are open at the same time, but for those who were refused,
  /// for `maxConnections`; it may be absent. The options live as long as connections are served.
  RequestSession(const Options& options, std::string serverName, std::string peer, Route route,
                 std::shared_ptr<std::size_t> connections = nullptr,
                 RejectedRoute rejectedRoute = {});
  ~RequestSession() override;
  RequestSession(const RequestSession&) = delete;
  RequestSession& operator=(const RequestSession&) = delete;

  void connected(TimePoint now) override;
  void received(std::span<char> octets, TimePoint now) override;
  void disconnected(TimePoint now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  void woken(TimePoint now) override;
  [[nodiscard]] Pieces queuedPieces() const override;
  void sendNextPiece(TimePoint now) override;
  Outbox& outbox() override;

 private:
  void answer(std::size_t headEnd, TimePoint now);
  [[nodiscard]] bool handOver(OctetView request, const Refused& refused, TimePoint now);
  void refuse(const Refused& refused);
  void reply(const std::string& response);
  void leave();

  const Options& options_;
  const std::string serverName_;
  const std::string peer_;
  const Route route_;
  std::shared_ptr<std::size_t> connections_;
  const RejectedRoute rejectedRoute_;
  Octets read_;
  std::optional<TimePoint> giveUpAt_;
  Outbox outbox_;
  std::unique_ptr<Session> session_;  ///< once the request was accepted
};

}  // namespace wsgauntlet::websocket
