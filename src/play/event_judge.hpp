// Cases that are judged by the events that come: messages, Pongs, and ends of waits, in order.
#pragma once

#include "play/event_matcher.hpp"
#include "play/judge.hpp"

#include <optional>
#include <string>

namespace wsgauntlet::play {

class EventJudge : public Judge {
 public:
  /// The case outlives the judge. With `corrections`, what they tolerate is right.
  EventJudge(const suite::Case& testCase, bool corrections);

  Next onMessage(OctetView payload, bool binary, TimePoint now) override;
  Next onPong(OctetView payload) override;
  Next onTimeout(const std::string& tag) override;
  [[nodiscard]] Verdict verdict(const Observation& seen) const override;

 private:
  template <typename Feed>
  void feed(const Feed& feed);
  [[nodiscard]] Next next() const;
  /// What decides when all has come.
  [[nodiscard]] const EventMatcher& decisive() const { return tolerant_ ? *tolerant_ : strict_; }

  const suite::Case& case_;
  const suite::ExpectedEvents& expected_;
  EventMatcher strict_;
  std::optional<EventMatcher> tolerant_;  ///< only with corrections
};

}  // namespace wsgauntlet::play
