#include "play/echo_judges.hpp"

#include "play/correction.hpp"

namespace wsgauntlet::play {
namespace {

Verdict judgeEcho(const suite::Case& testCase, const Observation& seen, const EchoVerdict& echo,
                  bool corrections) {
  const EventObservation all{seen, {}, false, echo};
  const Verdict verdict = judge(testCase, all);
  return corrections ? correctedVerdict(testCase, all, nullptr, verdict) : verdict;
}

}  // namespace

Next LargeEchoJudge::onMessage(OctetView payload, bool binary, TimePoint /*now*/) {
  return check_.onMessage(payload, binary) ? Next::closeMeasured : Next::goOn;
}

Verdict LargeEchoJudge::verdict(const Observation& seen) const {
  return judgeEcho(case_, seen, check_.verdict(), corrections_);
}

Next RoundTripJudge::onMessage(OctetView payload, bool binary, TimePoint now) {
  using State = RoundTripLoop::State;
  if (loop_.state() != State::running) return Next::goOn;
  switch (loop_.onMessage(payload, binary, now)) {
    case State::running:
      return Next::sendNext;
    case State::succeeded:
      return Next::closeTrips;
    case State::failed:
      break;
  }
  return Next::closeFailedTrips;
}

LoopMessage RoundTripJudge::nextMessage(TimePoint now) {
  return {loop_.next(now), trips_.binary, trips_.asFrame};
}

Verdict RoundTripJudge::verdict(const Observation& seen) const {
  return judgeEcho(case_, seen, loop_.verdict(), corrections_);
}

}  // namespace wsgauntlet::play
