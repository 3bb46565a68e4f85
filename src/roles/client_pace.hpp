// How long a fuzzing server waits for what a client does not send.
#pragma once

#include "base/clock.hpp"
#include "play/result.hpp"

#include <optional>

namespace wsgauntlet::roles {

/// Watches the results of one client. Each case that it fails because something did not come costs
/// the whole patience of that case, and a client runs its cases one after another, once. Nothing is
/// shortened for a client that lacks nothing; after a few such failures it is known to be broken or
/// slow, and the others wait only as long as its speed so far explains.
class ClientPace {
 public:
  void ended(const play::Result& result);
  /// For CaseSetup::patience: nothing as long as cases wait as long as they say.
  [[nodiscard]] std::optional<Duration> patience() const;

 private:
  int absences_ = 0;  ///< cases whose whole patience ran out
  Duration slowest_{};
};

}  // namespace wsgauntlet::roles
