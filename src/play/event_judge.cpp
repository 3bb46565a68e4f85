#include "play/event_judge.hpp"

#include "play/correction.hpp"

#include <utility>

namespace wsgauntlet::play {

EventJudge::EventJudge(const suite::Case& testCase, bool corrections)
    : case_(testCase),
      expected_(std::get<suite::ExpectedEvents>(testCase.criterion)),
      strict_(expected_.alternatives) {
  if (!corrections) return;
  tolerant_.emplace(expected_.alternatives, tolerantOfPongs(testCase));
}

template <typename Feed>
void EventJudge::feed(const Feed& feed) {
  feed(strict_);
  if (tolerant_) feed(*tolerant_);
}

Next EventJudge::onMessage(OctetView payload, bool binary, TimePoint /*now*/) {
  feed([&](EventMatcher& matcher) { matcher.onMessage(payload, binary); });
  note(MessageEvent{Excerpt(payload), binary});
  return next();
}

Next EventJudge::onPong(OctetView payload) {
  feed([&](EventMatcher& matcher) { matcher.onPong(payload); });
  note(PongEvent{Excerpt(payload)});
  return next();
}

Next EventJudge::onTimeout(const std::string& tag) {
  feed([&](EventMatcher& matcher) { matcher.onTimeout(tag); });
  note(TimeoutEvent{tag});
  const Next after = next();
  // The end of a wait is not a reason to close: steps of the script follow it.
  return after == Next::close ? Next::goOn : after;
}

Next EventJudge::next() const {
  if (decisive().isContradicted()) return Next::hurry;
  // All that is expected has come, whichever alternative counts: no need to wait for the timers.
  if (!expected_.finishEarly || !case_.close.byFuzzer) return Next::goOn;
  for (std::size_t i = 0; i < expected_.alternatives.size(); ++i) {
    if (!decisive().matched(i)) return Next::goOn;
  }
  return expected_.alternatives.empty() ? Next::goOn : Next::close;
}

Verdict EventJudge::verdict(const Observation& seen) const {
  const EventObservation all{seen, strict_.matched(), strict_.isContradicted(), std::nullopt};
  const Verdict verdict = judge(case_, all);
  return tolerant_ ? correctedVerdict(case_, all, &*tolerant_, verdict) : verdict;
}

}  // namespace wsgauntlet::play
