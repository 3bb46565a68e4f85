#include "play/event_matcher.hpp"

#include <algorithm>
#include <type_traits>
#include <utility>
#include <variant>

namespace wsgauntlet::play {
namespace {

bool isPong(const suite::ExpectedEvent& event) {
  return std::holds_alternative<suite::ExpectPong>(event);
}

}  // namespace

EventMatcher::EventMatcher(std::span<const suite::Alternative> alternatives,
                           TolerantOfPongs tolerant)
    : expected_(alternatives), tolerant_(std::move(tolerant)), progress_(alternatives.size()) {}

/// The next expected event from `from` on that counts for this one: the very next, unless Pongs
/// have an order of their own.
template <typename IsIt>
std::size_t EventMatcher::due(const std::vector<suite::ExpectedEvent>& events, std::size_t from,
                              bool pong, const IsIt& isIt) const {
  if (!tolerant_.last) return from;
  std::size_t at = from;
  while (at < events.size() && (isPong(events[at]) != pong || (pong && !isIt(events[at])))) ++at;
  return at;
}

template <typename Expected, typename Matches>
void EventMatcher::came(Matches matches, bool isRefused) {
  constexpr bool kPong = std::is_same_v<Expected, suite::ExpectPong>;
  const auto isIt = [&](const suite::ExpectedEvent& event) {
    const auto* expected = std::get_if<Expected>(&event);
    return expected != nullptr && matches(*expected);
  };
  for (std::size_t i = 0; i < progress_.size(); ++i) {
    const auto& events = expected_[i].events;
    Progress& progress = progress_[i];
    std::size_t& next = tolerant_.last && kPong ? progress.nextPong : progress.next;
    const std::size_t at = due(events, next, kPong, isIt);
    if (at < events.size() && isIt(events[at])) {
      next = at + 1;
    } else if (kPong && tolerant_.unasked && !isRefused) {
      hasUnaskedPongs_ = true;
    } else if (!progress.isWrong) {
      progress.isWrong = true;
      progress.isContradicted = !std::is_same_v<Expected, suite::ExpectTimeout>;
    }
  }
}

void EventMatcher::onMessage(OctetView payload, bool binary) {
  came<suite::ExpectMessage>([&](const suite::ExpectMessage& expected) {
    return expected.binary == binary && expected.payload.mismatch(payload) == Payload::npos;
  });
}

void EventMatcher::onPong(OctetView payload) {
  const auto isThis = [&](const Payload& one) { return one.mismatch(payload) == Payload::npos; };
  came<suite::ExpectPong>(
      [&](const suite::ExpectPong& expected) { return isThis(expected.payload); },
      std::any_of(tolerant_.refused.begin(), tolerant_.refused.end(), isThis));
}

void EventMatcher::onTimeout(std::string_view tag) {
  came<suite::ExpectTimeout>(
      [&](const suite::ExpectTimeout& expected) { return expected.tag == tag; });
}

bool EventMatcher::matched(std::size_t alternative) const {
  const Progress& progress = progress_[alternative];
  const auto& events = expected_[alternative].events;
  if (progress.isWrong) return false;
  if (!tolerant_.last) return progress.next == events.size();
  const auto isDone = [&](std::size_t next, bool pong) {
    return std::none_of(events.begin() + static_cast<std::ptrdiff_t>(next), events.end(),
                        [&](const suite::ExpectedEvent& one) { return isPong(one) == pong; });
  };
  return isDone(progress.next, false) && isDone(progress.nextPong, true);
}

std::vector<bool> EventMatcher::matched() const {
  std::vector<bool> out;
  for (std::size_t i = 0; i < progress_.size(); ++i) out.push_back(matched(i));
  return out;
}

bool EventMatcher::isContradicted() const {
  return !progress_.empty() && std::all_of(progress_.begin(), progress_.end(),
                                           [](const Progress& one) { return one.isContradicted; });
}

}  // namespace wsgauntlet::play
