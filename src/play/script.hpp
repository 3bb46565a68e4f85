// Runs the steps of a case.
#pragma once

#include "base/clock.hpp"
#include "play/judge.hpp"
#include "play/recorder.hpp"
#include "suite/model.hpp"
#include "websocket/connection.hpp"
#include "websocket/timers.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::play {

/// What a case waits for, in the order in which it happens when two are due at the same time.
enum class CaseTimer { wait, closeAfter, failAfter, quiet, patience, limit };

/// How long the waits of a case are.
struct CaseTime {
  double scale = 1;                  ///< stretches every wait
  std::optional<Duration> patience;  ///< shortens those for what a silent peer may still send

  [[nodiscard]] Duration scaled(double seconds) const { return fromSeconds(seconds * scale); }
  [[nodiscard]] Duration patient(double seconds) const;
};

class Script {
 public:
  /// All of them outlive the script.
  Script(const std::vector<suite::Step>& steps, const CaseTime& time,
         websocket::Connection& connection, Recorder& recorder,
         websocket::Timers<CaseTimer>& timers, Judge& judge);

  /// Runs the steps that are due. True when the last step was run, the first time.
  bool run(TimePoint now);
  /// Runs a single step.
  void run(const suite::Step& step, TimePoint now);
  /// A step waits for time to pass or for an event.
  [[nodiscard]] bool isWaiting() const { return isWaiting_; }
  void endWait() { isWaiting_ = false; }
  /// Of the last wait.
  [[nodiscard]] const std::optional<std::string>& waitTag() const { return waitTag_; }
  /// The connection is to be read.
  [[nodiscard]] bool isReading() const { return isReading_; }
  /// The closing handshake had begun when `fail-after` was set.
  [[nodiscard]] bool closingCameFirst() const { return closingCameFirst_; }

 private:
  // One for each kind of step.
  void run(const FrameToSend& step);
  void run(const suite::SendMessage& step);
  void run(const suite::SendClose& step);
  void run(const suite::BeginMessage& step);
  void run(const suite::BeginFrame& step);
  void run(const suite::FrameData& step);
  void run(const suite::EndMessage& step);
  void run(const suite::Wait& step);
  void run(const suite::CloseAfter& step);
  void run(const suite::FailAfter& step);
  void run(const suite::SwitchWireLog& step);
  void run(const suite::SetFragmentSize& step);
  void run(const suite::SendOctets& step);
  void run(const suite::Await& step);
  void run(const suite::EndSending& step);
  void run(const suite::SwitchReading& step);
  void run(const suite::ResetTcp& step);

  const std::vector<suite::Step>& steps_;
  const CaseTime& time_;
  websocket::Connection& connection_;
  Recorder& recorder_;
  websocket::Timers<CaseTimer>& timers_;
  Judge& judge_;
  TimePoint now_{};
  std::size_t next_ = 0;
  bool isWaiting_ = false;
  bool isReading_ = true;
  std::optional<std::string> waitTag_;
  bool closingCameFirst_ = false;
};

}  // namespace wsgauntlet::play
