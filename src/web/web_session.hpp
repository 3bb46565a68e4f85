// A connection of a web browser: one request, one answer.
#pragma once

#include "web/event_broadcaster.hpp"
#include "websocket/http.hpp"
#include "websocket/session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>

namespace wsgauntlet::web {

/// An answer with a body.
struct WebReply {
  int code = 200;
  std::string contentType = "text/plain; charset=utf-8";
  std::string body;
  /// Value of Content-Security-Policy. Without one nothing may be loaded and no script runs.
  std::string policy = "default-src 'none'; frame-ancestors 'none'";
  std::string location;  ///< of a redirection; empty: none
};

/// An answer that goes on until the browser has enough.
using EventStream = std::shared_ptr<EventBroadcaster>;

using WebAnswer = std::variant<WebReply, EventStream>;

/// What is at a path; it starts with "/", has no query and is as the browser sent it, not decoded.
using WebRoute = std::function<WebAnswer(const std::string& path)>;

[[nodiscard]] WebReply notFound();

/// Answers a GET or HEAD and ends the connection: pages are small and browsers are near. Whoever
/// says nothing for a while, or too much, is sent away.
class WebSession : public websocket::Session {
 public:
  explicit WebSession(WebRoute route) : route_(std::move(route)) {}
  ~WebSession() override;
  WebSession(const WebSession&) = delete;
  WebSession& operator=(const WebSession&) = delete;

  void connected(TimePoint now) override;
  void received(std::span<char> octets, TimePoint now) override;
  void disconnected(TimePoint) override {}
  [[nodiscard]] std::optional<TimePoint> deadline() const override { return wakeAt_; }
  void woken(TimePoint now) override;
  [[nodiscard]] websocket::Pieces queuedPieces() const override { return websocket::Pieces::none; }
  void sendNextPiece(TimePoint) override {}
  websocket::Outbox& outbox() override { return outbox_; }

 private:
  void answer(const websocket::HttpHead& head, TimePoint now);
  void reply(const WebReply& reply, bool withBody);
  void follow(EventStream hub, TimePoint now);
  void sendEvents();

  const WebRoute route_;
  Octets read_;
  bool answered_ = false;
  std::optional<TimePoint> wakeAt_;
  websocket::Outbox outbox_;
  EventStream hub_;  ///< null unless the answer is a stream
  EventBroadcaster::Id listener_ = 0;
  std::string events_;  ///< those that came since the driver was here last
};

}  // namespace wsgauntlet::web
