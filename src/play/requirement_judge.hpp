// Cases that are judged by the level of a rule.
#pragma once

#include "play/judge.hpp"
#include "play/requirement_tracker.hpp"

namespace wsgauntlet::play {

class RequirementJudge : public Judge {
 public:
  /// The case outlives the judge.
  explicit RequirementJudge(const suite::Case& testCase);

  [[nodiscard]] std::optional<double> patience() const override { return requirement_.patience; }
  Next onOpen(bool isServer) override;
  Next onMessage(OctetView payload, bool binary, TimePoint now) override;
  Next onPong(OctetView payload) override;
  void onFrame(const websocket::ReceivedFrame& frame) override { tracker_.onFrame(frame); }
  Next onScriptEnd() override;
  void await(const suite::ExpectedEvent& event) override;
  [[nodiscard]] bool isAwaiting() const override { return tracker_.isAwaiting(); }
  [[nodiscard]] bool hasMissed() const override { return !tracker_.observed().unmet.empty(); }
  void giveUpAwaited() override;
  [[nodiscard]] Verdict verdict(const Observation& seen) const override;

 private:
  [[nodiscard]] Next next();
  [[nodiscard]] bool settlesAll() const;

  const suite::Case& case_;
  const suite::Requirement& requirement_;
  RequirementTracker tracker_;
  bool scriptEnded_ = false;
  bool waits_ = false;  ///< the script is at a step that awaits an event
};

}  // namespace wsgauntlet::play
