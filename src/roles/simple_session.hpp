// A session that is little more than its connection.
#pragma once

#include "websocket/connection.hpp"
#include "websocket/request_session.hpp"
#include "websocket/server_response.hpp"
#include "websocket/session.hpp"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::roles {

/// A session around a connection, without script or report. What happens on the connection is left
/// to those who derive from it.
class SimpleSession : public websocket::Session, protected websocket::Listener {
 public:
  /// The answer to a client's request (server role).
  struct Answer {
    Octets request;
    std::string response;
    std::optional<websocket::DeflateParameters> deflate;
    Octets rest;
  };

  SimpleSession(const websocket::Options& options, Random random, Answer answer)
      : connection_(websocket::Role::server, options, random, *this, nullptr),
        answer_(std::move(answer)) {}
  SimpleSession(const websocket::Options& options, Random random, websocket::ClientRequest request)
      : connection_(websocket::Role::client, options, random, *this, nullptr),
        request_(std::move(request)) {}

  void connected(TimePoint now) override {
    now_ = now;
    if (request_) {
      connection_.openAsClient(*request_, now);
    } else {
      connection_.openAsServer(answer_.request, answer_.response, answer_.deflate, answer_.rest,
                               now);
    }
  }
  void received(std::span<char> octets, TimePoint now) override {
    now_ = now;
    connection_.received(octets, now);
  }
  void disconnected(TimePoint now) override {
    now_ = now;
    connection_.disconnected();
  }
  [[nodiscard]] std::optional<TimePoint> deadline() const override {
    return connection_.deadline();
  }
  void woken(TimePoint now) override {
    now_ = now;
    connection_.woken(now);
  }
  [[nodiscard]] websocket::Pieces queuedPieces() const override {
    return connection_.queuedPieces();
  }
  void sendNextPiece(TimePoint now) override {
    now_ = now;
    connection_.sendNextPiece();
  }
  websocket::Outbox& outbox() override { return connection_.outbox(); }

 protected:
  void onOpen() override {}
  void onMessage(Octets&, bool) override {}
  void onPong(OctetView) override {}
  void onClosed() override {}

  TimePoint now_{};
  websocket::Connection connection_;

 private:
  Answer answer_;
  std::optional<websocket::ClientRequest> request_;
};

/// Accepts a request: `response` as it is but for key, subprotocol (one of `known`) and extension.
[[nodiscard]] SimpleSession::Answer openingAnswer(
    websocket::OpeningRequest request, websocket::ServerResponse response,
    const std::vector<std::string>& known, const std::optional<websocket::Negotiated>& deflate);

}  // namespace wsgauntlet::roles
