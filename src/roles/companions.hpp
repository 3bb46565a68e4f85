// The companions of a case: other connections to the same server.
#pragma once

#include "net/connector.hpp"
#include "net/loop.hpp"
#include "play/case_session.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <set>

namespace wsgauntlet::roles {

/// Opens the companions of a case one after another, each when the script of the one before has
/// ended, and keeps them open until the case has ended (suite::Requirement::companions).
class Companions : public std::enable_shared_from_this<Companions> {
 public:
  /// Makes the session of the companion `index`; `onReady` and `onResult` of the setup are given.
  using MakeSession = std::function<std::unique_ptr<play::CaseSession>(
      std::size_t index, std::function<void()> onReady,
      std::function<void(play::Result)> onResult)>;

  /// The loop outlives the companions. `count`: how many there are. `retry`: how long a server that
  /// is just starting is tried.
  Companions(net::Loop& loop, net::ConnectAddress address, std::size_t count, Duration retry,
             MakeSession makeSession);

  /// Calls `ready` once all scripts have ended. A companion that cannot be opened, or that the
  /// server ends, counts as one whose script has ended: what that means is for the case to say.
  void open(std::function<void()> ready);
  /// The case has ended: so do its companions.
  void end();

 private:
  void openNext();
  void open(std::size_t index);

  net::Loop& loop_;
  const net::ConnectAddress address_;
  const std::size_t count_;
  const TimePoint retryUntil_;
  const MakeSession makeSession_;
  std::function<void()> ready_;
  std::size_t opened_ = 0;
  std::set<play::CaseSession*> open_;
};

}  // namespace wsgauntlet::roles
