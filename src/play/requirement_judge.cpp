#include "play/requirement_judge.hpp"

#include "play/requirement_verdict.hpp"

#include <algorithm>
#include <utility>

namespace wsgauntlet::play {

RequirementJudge::RequirementJudge(const suite::Case& testCase)
    : case_(testCase), requirement_(*suite::requirementOf(testCase)), tracker_(requirement_) {}

Next RequirementJudge::onOpen(bool isServer) {
  // A server that opens what it had to refuse: all is said.
  const bool isWrong = !isServer && requirement_.reaction == suite::Reaction::refuse;
  return isWrong ? Next::close : Next::goOn;
}

Next RequirementJudge::onMessage(OctetView payload, bool binary, TimePoint /*now*/) {
  note(MessageEvent{Excerpt(payload), binary});
  tracker_.onMessage(payload, binary);
  return next();
}

Next RequirementJudge::onPong(OctetView payload) {
  note(PongEvent{Excerpt(payload)});
  tracker_.onPong(payload);
  return next();
}

Next RequirementJudge::onScriptEnd() {
  scriptEnded_ = true;
  return next();
}

void RequirementJudge::await(const suite::ExpectedEvent& event) {
  waits_ = true;
  tracker_.await(event);
}

void RequirementJudge::giveUpAwaited() {
  waits_ = false;
  tracker_.giveUpAwaited();
}

Next RequirementJudge::next() {
  if (tracker_.hasFailed()) return Next::close;
  if (scriptEnded_ && tracker_.isComplete() && settlesAll()) return Next::close;
  if (waits_ && !tracker_.isAwaiting()) {
    waits_ = false;
    return Next::resume;
  }
  return Next::goOn;
}

/// Once all that is expected has come, nothing more is due: a peer that may open a connection or
/// not has opened it and has read all of the script, unless the case is about how it closes.
bool RequirementJudge::settlesAll() const {
  if (requirement_.reaction == suite::Reaction::echo) return true;
  return requirement_.reaction == suite::Reaction::answer && tracker_.expectsAny() &&
         std::all_of(requirement_.checks.begin(), requirement_.checks.end(),
                     [](const suite::Check& check) { return check.isOfOpening(); });
}

Verdict RequirementJudge::verdict(const Observation& seen) const {
  if (seen.unimplemented) {
    Verdict verdict = judge(case_, {seen, {}, false, std::nullopt});
    verdict.behaviorClose = BehaviorClose::informational;
    return verdict;
  }
  RequirementObservation all = tracker_.observed();
  static_cast<Observation&>(all) = seen;
  return judgeRequirement(case_, all);
}

}  // namespace wsgauntlet::play
