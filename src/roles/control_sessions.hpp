// The connections to a fuzzing server that run no case.
#pragma once

#include "roles/simple_session.hpp"

#include <functional>
#include <memory>
#include <string>

namespace wsgauntlet::roles {

/// Sends one text message, or none, and closes. The text may come later than the connection.
class ReplySession : public SimpleSession {
 public:
  using SimpleSession::SimpleSession;

  /// A way to the session that may outlive it: calls `reply` as long as it is there.
  [[nodiscard]] std::function<void(const std::string&)> replier();
  /// Sends `text` (nothing when it is empty) and starts the closing handshake.
  void reply(const std::string& text);
  /// Calls `then` when the connection is over.
  void whenClosed(std::function<void()> then) { whenClosed_ = std::move(then); }

  void woken(TimePoint now) override;

 private:
  void onOpen() override;
  void onClosed() override;
  void answer();

  std::optional<std::string> text_;
  std::function<void()> whenClosed_;
  std::shared_ptr<ReplySession*> self_ = std::make_shared<ReplySession*>(this);
};

/// The direct command mode: text messages hold `[command, argument]`, with the commands sendframe,
/// sendframes, close and echo. A command that cannot be understood closes the connection with 1008
/// and says why.
class DirectCommandSession : public SimpleSession {
 public:
  using SimpleSession::SimpleSession;

 private:
  void onMessage(Octets& payload, bool binary) override;
};

}  // namespace wsgauntlet::roles
