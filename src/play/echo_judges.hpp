// Cases that are judged by echoes: one large message, and round trips.
#pragma once

#include "play/judge.hpp"
#include "play/measurement.hpp"

namespace wsgauntlet::play {

class LargeEchoJudge : public Judge {
 public:
  /// Case and echo outlive the judge.
  LargeEchoJudge(const suite::Case& testCase, const suite::LargeEcho& echo, bool corrections)
      : case_(testCase), check_(echo), corrections_(corrections) {}

  Next onMessage(OctetView payload, bool binary, TimePoint now) override;
  [[nodiscard]] Verdict verdict(const Observation& seen) const override;

 private:
  const suite::Case& case_;
  LargeEchoCheck check_;
  const bool corrections_;
};

class RoundTripJudge : public Judge {
 public:
  /// All of them outlive the judge. Throws InputError when `corpora` lacks what the loop names.
  RoundTripJudge(const suite::Case& testCase, const suite::RoundTrips& trips,
                 const suite::Corpora& corpora, bool corrections)
      : case_(testCase),
        trips_(trips),
        loop_(trips, testCase.deflate.has_value(), corpora),
        corrections_(corrections) {}

  Next onMessage(OctetView payload, bool binary, TimePoint now) override;
  Next onScriptEnd() override { return Next::sendNext; }
  [[nodiscard]] LoopMessage nextMessage(TimePoint now) override;
  [[nodiscard]] Verdict verdict(const Observation& seen) const override;
  [[nodiscard]] std::vector<std::chrono::nanoseconds> roundTrips() const override {
    return loop_.times();
  }

 private:
  const suite::Case& case_;
  const suite::RoundTrips& trips_;
  RoundTripLoop loop_;
  const bool corrections_;
};

}  // namespace wsgauntlet::play
