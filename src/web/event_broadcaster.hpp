// Tells those who watch a run what happens in it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace wsgauntlet::web {

/// Passes events on to any number of listeners, in the form of an event stream (the
/// `text/event-stream` of the HTML standard). For one thread.
class EventBroadcaster {
 public:
  using Listener = std::function<void(const std::string& octets)>;
  using Id = std::uint64_t;

  /// `greeting` makes what a new listener gets first.
  explicit EventBroadcaster(std::function<std::string()> greeting)
      : greeting_(std::move(greeting)) {}

  /// Calls `listener` with the greeting at once, and then with each event until `leave`.
  Id listen(Listener listener);
  void leave(Id id);
  /// `json` is one line, as `dump()` of a JSON value does.
  void publish(std::string_view name, std::string_view json);
  [[nodiscard]] bool watched() const { return !listeners_.empty(); }

 private:
  std::function<std::string()> greeting_;
  std::map<Id, Listener> listeners_;
  Id last_ = 0;
};

/// One event of an event stream.
[[nodiscard]] std::string formatEvent(std::string_view name, std::string_view json);

}  // namespace wsgauntlet::web
