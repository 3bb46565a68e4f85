#include "play/event_judge.hpp"

#include <algorithm>
#include <utility>

namespace wsgauntlet::play {

EventJudge::EventJudge(const suite::Case& testCase)
    : case_(testCase),
      expected_(std::get<suite::ExpectedEvents>(testCase.criterion)),
      prefixMatches_(expected_.alternatives.size(), true),
      isContradicted_(expected_.alternatives.size(), false) {}

Next EventJudge::onMessage(OctetView payload, bool binary, TimePoint /*now*/) {
  return add<suite::ExpectMessage>(
      MessageEvent{Excerpt(payload), binary}, [&](const auto& expected) {
        return expected.binary == binary && expected.payload.mismatch(payload) == Payload::npos;
      });
}

Next EventJudge::onPong(OctetView payload) {
  return add<suite::ExpectPong>(PongEvent{Excerpt(payload)}, [&](const auto& expected) {
    return expected.payload.mismatch(payload) == Payload::npos;
  });
}

Next EventJudge::onTimeout(const std::string& tag) {
  const Next after = add<suite::ExpectTimeout>(
      TimeoutEvent{tag}, [&](const auto& expected) { return expected.tag == tag; });
  // The end of a wait is not a reason to close: steps of the script follow it.
  return after == Next::close ? Next::goOn : after;
}

template <typename Expected, typename Matches>
Next EventJudge::add(Event event, Matches matches) {
  const std::size_t index = count_++;
  for (std::size_t i = 0; i < expected_.alternatives.size(); ++i) {
    const auto& wanted = expected_.alternatives[i].events;
    const auto* due = index < wanted.size() ? std::get_if<Expected>(&wanted[index]) : nullptr;
    if (!prefixMatches_[i] || (due != nullptr && matches(*due))) continue;
    prefixMatches_[i] = false;
    isContradicted_[i] = !std::holds_alternative<TimeoutEvent>(event);
  }
  note(std::move(event));
  return next();
}

Next EventJudge::next() const {
  if (isContradicted()) return Next::hurry;
  // All that is expected has come, whichever alternative counts: no need to wait for the timers.
  if (!expected_.finishEarly || !case_.close.byFuzzer) return Next::goOn;
  for (std::size_t i = 0; i < expected_.alternatives.size(); ++i) {
    if (!matched(i)) return Next::goOn;
  }
  return expected_.alternatives.empty() ? Next::goOn : Next::close;
}

/// The peer has sent something that fits none of the alternatives.
bool EventJudge::isContradicted() const {
  return !isContradicted_.empty() &&
         std::find(isContradicted_.begin(), isContradicted_.end(), false) == isContradicted_.end();
}

bool EventJudge::matched(std::size_t alternative) const {
  return prefixMatches_[alternative] && count_ == expected_.alternatives[alternative].events.size();
}

Verdict EventJudge::verdict(const Observation& seen) const {
  EventObservation all{seen, {}, isContradicted(), std::nullopt};
  for (std::size_t i = 0; i < expected_.alternatives.size(); ++i) all.matched.push_back(matched(i));
  return judge(case_, all);
}

}  // namespace wsgauntlet::play
