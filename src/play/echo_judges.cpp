#include "play/echo_judges.hpp"

namespace wsgauntlet::play {

Next LargeEchoJudge::onMessage(OctetView payload, bool binary, TimePoint /*now*/) {
  return check_.onMessage(payload, binary) ? Next::closeMeasured : Next::goOn;
}

Verdict LargeEchoJudge::verdict(const Observation& seen) const {
  return judge(case_, {seen, {}, false, check_.verdict()});
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
  return judge(case_, {seen, {}, false, loop_.verdict()});
}

}  // namespace wsgauntlet::play
