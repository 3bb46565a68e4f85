#include "web/event_broadcaster.hpp"

#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::web {

EventBroadcaster::Id EventBroadcaster::listen(Listener listener) {
  listener(greeting_());
  listeners_.emplace(++last_, std::move(listener));
  return last_;
}

void EventBroadcaster::leave(Id id) {
  listeners_.erase(id);
}

void EventBroadcaster::publish(std::string_view name, std::string_view json) {
  if (listeners_.empty()) return;
  const std::string octets = formatEvent(name, json);
  for (const auto& [id, listener] : listeners_) listener(octets);
}

std::string formatEvent(std::string_view name, std::string_view json) {
  return fmt::format("event: {}\ndata: {}\n\n", name, json);
}

}  // namespace wsgauntlet::web
