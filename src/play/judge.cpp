#include "play/judge.hpp"

#include "play/echo_judges.hpp"
#include "play/event_judge.hpp"
#include "play/requirement_judge.hpp"

#include <stdexcept>
#include <utility>

namespace wsgauntlet::play {
namespace {

/// More events than any case expects say nothing new; a flood must not fill the memory.
constexpr std::size_t kMaxEvents = 10000;

}  // namespace

void Judge::note(Event event) {
  if (events_.size() < kMaxEvents) events_.push_back(std::move(event));
}

Next Judge::onPong(OctetView payload) {
  note(PongEvent{Excerpt(payload)});
  return Next::goOn;
}

Next Judge::onTimeout(const std::string& tag) {
  note(TimeoutEvent{tag});
  return Next::goOn;
}

LoopMessage Judge::nextMessage(TimePoint /*now*/) {
  throw std::logic_error("this kind of case has no loop");
}

std::unique_ptr<Judge> makeJudge(const suite::Case& testCase, const suite::Corpora& corpora,
                                 bool corrections) {
  struct Maker {
    const suite::Case& testCase;
    const suite::Corpora& corpora;
    bool corrections;

    std::unique_ptr<Judge> operator()(const suite::ExpectedEvents&) const {
      return std::make_unique<EventJudge>(testCase, corrections);
    }
    std::unique_ptr<Judge> operator()(const suite::LargeEcho& echo) const {
      return std::make_unique<LargeEchoJudge>(testCase, echo, corrections);
    }
    std::unique_ptr<Judge> operator()(const suite::RoundTrips& trips) const {
      return std::make_unique<RoundTripJudge>(testCase, trips, corpora, corrections);
    }
    std::unique_ptr<Judge> operator()(const suite::Requirement&) const {
      return std::make_unique<RequirementJudge>(testCase);
    }
  };
  return std::visit(Maker{testCase, corpora, corrections}, testCase.criterion);
}

}  // namespace wsgauntlet::play
