// Cases that are judged by the events that come: messages, Pongs, and ends of waits, in order.
#pragma once

#include "play/judge.hpp"

#include <string>
#include <vector>

namespace wsgauntlet::play {

class EventJudge : public Judge {
 public:
  /// The case outlives the judge.
  explicit EventJudge(const suite::Case& testCase);

  Next onMessage(OctetView payload, bool binary, TimePoint now) override;
  Next onPong(OctetView payload) override;
  Next onTimeout(const std::string& tag) override;
  [[nodiscard]] Verdict verdict(const Observation& seen) const override;

 private:
  template <typename Expected, typename Matches>
  Next add(Event event, Matches matches);
  [[nodiscard]] Next next() const;
  [[nodiscard]] bool matched(std::size_t alternative) const;
  [[nodiscard]] bool isContradicted() const;

  const suite::Case& case_;
  const suite::ExpectedEvents& expected_;
  std::size_t count_ = 0;            ///< of events
  std::vector<bool> prefixMatches_;  ///< by alternative: all events so far are as expected
  /// By alternative: the first event that is not as expected is one of the peer's.
  std::vector<bool> isContradicted_;
};

}  // namespace wsgauntlet::play
