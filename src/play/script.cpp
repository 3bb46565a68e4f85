#include "play/script.hpp"

#include <algorithm>
#include <variant>

namespace wsgauntlet::play {

using websocket::Connection;

Duration CaseTime::patient(double seconds) const {
  const Duration full = scaled(seconds);
  return patience ? std::min(full, *patience) : full;
}

Script::Script(const std::vector<suite::Step>& steps, const CaseTime& time,
               websocket::Connection& connection, Recorder& recorder,
               websocket::Timers<CaseTimer>& timers, Judge& judge)
    : steps_(steps),
      time_(time),
      connection_(connection),
      recorder_(recorder),
      timers_(timers),
      judge_(judge) {}

bool Script::run(TimePoint now) {
  while (next_ < steps_.size() && !isWaiting_) run(steps_[next_++], now);
  if (next_ != steps_.size() || isWaiting_) return false;
  ++next_;
  return true;
}

void Script::run(const suite::Step& step, TimePoint now) {
  now_ = now;
  std::visit([this](const auto& action) { run(action); }, step.action);
}

void Script::run(const FrameToSend& step) {
  connection_.sendFrame(step);
}

void Script::run(const suite::SendMessage& step) {
  connection_.sendMessage(step.payload, step.binary, step.fragmentSize.value_or(0), step.sync);
}

void Script::run(const suite::SendClose& step) {
  connection_.sendClose(step.code, step.reason, now_);
}

void Script::run(const suite::BeginMessage& step) {
  connection_.beginMessage(step.binary);
}

void Script::run(const suite::BeginFrame& step) {
  connection_.beginFrame(step.length);
}

void Script::run(const suite::FrameData& step) {
  connection_.sendFrameData(step.payload, step.sync);
}

void Script::run(const suite::EndMessage&) {
  connection_.endMessage();
}

void Script::run(const suite::Wait& step) {
  recorder_.note(WaitRow{step.seconds, step.tag});
  isWaiting_ = true;
  waitTag_ = step.tag;
  timers_.set(CaseTimer::wait, now_ + time_.scaled(step.seconds));
}

void Script::run(const suite::CloseAfter& step) {
  recorder_.note(CloseAfterRow{step.seconds});
  timers_.set(CaseTimer::closeAfter, now_ + time_.scaled(step.seconds));
}

void Script::run(const suite::FailAfter& step) {
  recorder_.note(FailAfterRow{step.seconds});
  closingCameFirst_ = connection_.state() == Connection::State::closing;
  timers_.set(CaseTimer::failAfter, now_ + time_.scaled(step.seconds));
}

void Script::run(const suite::SwitchWireLog& step) {
  recorder_.switchLog(step.on);
  if (!step.silent) recorder_.note(SwitchRow{step.on});
}

void Script::run(const suite::SetFragmentSize& step) {
  connection_.setFragmentSize(step.size);
}

void Script::run(const suite::SendOctets& step) {
  connection_.sendOctets(step.octets);
}

void Script::run(const suite::Await& step) {
  // Once something is missing, waiting as long for each further event would not make it better.
  constexpr double kNextAwait = 0.1;
  const double seconds = judge_.hasMissed() ? std::min(step.seconds, kNextAwait) : step.seconds;
  isWaiting_ = true;
  waitTag_.reset();
  judge_.await(step.event);
  timers_.set(CaseTimer::wait, now_ + time_.patient(seconds));
}

void Script::run(const suite::EndSending&) {
  connection_.endSending();
}

void Script::run(const suite::SwitchReading& step) {
  isReading_ = step.on;
}

void Script::run(const suite::ResetTcp&) {
  connection_.drop(websocket::Ending::reset);
}

}  // namespace wsgauntlet::play
