// Named timers on a clock that is handed in.
#pragma once

#include "base/clock.hpp"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

namespace wsgauntlet::websocket {

/// A handful of one-shot timers. Timers that are due at the same time fire in the order in which
/// they were set.
template <typename Id>
class Timers {
 public:
  void set(Id id, TimePoint when) { timers_.push_back({when, std::move(id)}); }
  void cancel(const Id& id) {
    std::erase_if(timers_, [&](const Timer& timer) { return timer.id == id; });
  }
  void clear() { timers_.clear(); }
  /// Has a timer fire at `when` at the latest.
  void hasten(const Id& id, TimePoint when) {
    for (Timer& timer : timers_) {
      if (timer.id == id) timer.when = std::min(timer.when, when);
    }
  }
  [[nodiscard]] bool runs(const Id& id) const {
    return std::any_of(timers_.begin(), timers_.end(),
                       [&](const Timer& timer) { return timer.id == id; });
  }

  /// The earliest time, if any timer runs.
  [[nodiscard]] std::optional<TimePoint> next() const {
    if (timers_.empty()) return std::nullopt;
    return std::min_element(timers_.begin(), timers_.end(), earlier)->when;
  }
  /// Takes out the first timer that is due.
  std::optional<Id> popDue(TimePoint now) {
    const auto first = std::min_element(timers_.begin(), timers_.end(), earlier);
    if (first == timers_.end() || first->when > now) return std::nullopt;
    Id id = std::move(first->id);
    timers_.erase(first);
    return id;
  }

 private:
  struct Timer {
    TimePoint when;
    Id id;
  };
  static bool earlier(const Timer& a, const Timer& b) { return a.when < b.when; }

  std::vector<Timer> timers_;
};

}  // namespace wsgauntlet::websocket
