// The steps of a script.
#include "play/case_session.hpp"
#include "play/rule_verdict.hpp"

#include <algorithm>
#include <utility>

namespace wsgauntlet::play {

using websocket::Connection;

void CaseSession::onOpen() {
  recorder_.setOpen();
  openedAt_ = now_;
  if (case_.deflate && !isCompressionUsable()) {
    refuse();
    return;
  }
  if (rules_) {
    rules_->seen.opened = true;
    if (role_ == websocket::Role::client && case_.outcome->course == suite::Course::refuse) {
      connection_.sendClose(1000, std::nullopt, now_);  // it opened: all is said
      return;
    }
    restartPatience();
  }
  if (const auto* large = std::get_if<suite::LargeMessage>(&case_.measure)) {
    measure_.emplace<LargeMessageCheck>(*large);
  } else if (const auto* loop = std::get_if<suite::RoundTrips>(&case_.measure)) {
    measure_.emplace<RoundTripLoop>(*loop, case_.deflate.has_value(), *setup_.corpora);
  }
  runScript();
}

bool CaseSession::isCompressionUsable() const {
  if (!answerFits_) return false;
  const auto& agreed = connection_.deflate();
  if (!agreed || !case_.deflate->needsFullWindow) return agreed.has_value();
  const bool client = role_ == websocket::Role::client;
  return !(client ? agreed->clientNoContextTakeover : agreed->serverNoContextTakeover) &&
         (client ? agreed->clientMaxWindowBits : agreed->serverMaxWindowBits) == 15;
}

/// The peer does not do what the case is about.
void CaseSession::refuse() {
  unimplemented_ = true;
  for (const suite::Step& step : case_.script) {
    if (const auto* log = std::get_if<suite::SwitchWireLog>(&step.action)) run(*log);
  }
  connection_.sendClose(1000, std::nullopt, now_);
}

void CaseSession::runScript() {
  while (nextStep_ < case_.script.size() && !waiting_) {
    const suite::Step& step = case_.script[nextStep_++];
    std::visit([this](const auto& action) { run(action); }, step.action);
  }
  if (nextStep_ == case_.script.size() && !waiting_) {
    ++nextStep_;
    if (rules_) {
      rules_->seen.scriptEnded = true;
      afterRuleEvent();
    } else {
      startMeasuring();
    }
  }
}

void CaseSession::run(const suite::SendFrame& step) {
  websocket::FrameToSend frame;
  frame.opcode = step.opcode;
  frame.fin = step.fin;
  frame.rsv = step.rsv;
  frame.payload = step.payload;
  frame.repeatTo = step.repeatTo;
  frame.declaredLength = step.declaredLength;
  if (step.mask) {
    const std::uint32_t bits = *step.mask;
    frame.mask = {static_cast<std::uint8_t>(bits >> 24U), static_cast<std::uint8_t>(bits >> 16U),
                  static_cast<std::uint8_t>(bits >> 8U), static_cast<std::uint8_t>(bits)};
  }
  frame.masked = step.masked;
  frame.lengthOctets = step.lengthOctets;
  frame.chop = step.chop;
  frame.sync = step.sync;
  connection_.sendFrame(frame);
}

void CaseSession::run(const suite::SendMessage& step) {
  connection_.sendMessage(step.payload, step.binary, step.fragmentSize.value_or(0), step.sync);
}

void CaseSession::run(const suite::SendClose& step) {
  connection_.sendClose(step.code, step.reason, now_);
}

void CaseSession::run(const suite::StartClosing& step) {
  connection_.sendClose(step.code, step.reason, now_);
}

void CaseSession::run(const suite::BeginMessage& step) {
  connection_.beginMessage(step.binary);
}

void CaseSession::run(const suite::BeginFrame& step) {
  connection_.beginFrame(step.length);
}

void CaseSession::run(const suite::FrameData& step) {
  connection_.sendFrameData(step.payload, step.sync);
}

void CaseSession::run(const suite::EndMessage&) {
  connection_.endMessage();
}

void CaseSession::run(const suite::Wait& step) {
  recorder_.note(WaitRow{step.seconds, step.tag});
  waiting_ = true;
  waitTag_ = step.tag;
  timers_.set(Timer::wait, now_ + scaled(step.seconds));
}

void CaseSession::run(const suite::CloseAfter& step) {
  recorder_.note(CloseAfterRow{step.seconds});
  timers_.set(Timer::closeAfter, now_ + scaled(step.seconds));
}

void CaseSession::run(const suite::FailAfter& step) {
  recorder_.note(FailAfterRow{step.seconds});
  closingCameFirst_ = connection_.state() == Connection::State::closing;
  timers_.set(Timer::failAfter, now_ + scaled(step.seconds));
}

void CaseSession::run(const suite::SwitchWireLog& step) {
  recorder_.switchLog(step.on);
  if (!step.silent) recorder_.note(SwitchRow{step.on});
}

void CaseSession::run(const suite::SetFragmentSize& step) {
  connection_.setFragmentSize(step.size);
}

void CaseSession::run(const suite::SendOctets& step) {
  connection_.sendOctets(step.octets);
}

void CaseSession::run(const suite::Await& step) {
  // Once something is missing, waiting as long for each further event would not make it better.
  constexpr double kNextAwait = 0.25;
  const bool isMissing = !rules_->seen.unmet.empty();
  waiting_ = true;
  rules_->await(step.event);
  timers_.set(Timer::wait,
              now_ + patience(isMissing ? std::min(step.seconds, kNextAwait) : step.seconds));
}

void CaseSession::run(const suite::EndSending&) {
  connection_.endSending();
}

void CaseSession::run(const suite::ResetTcp&) {
  connection_.drop(websocket::Ending::reset);
}

// ---- cases that are judged by level
// --------------------------------------------------------------

/// So many times its patience, a case waits for a peer that never falls silent.
constexpr double kMostPatience = 10;

void CaseSession::beginRules() {
  rules_ = std::make_unique<RuleCourse>(case_);
  recorder_.watchFrames([this](const websocket::ReceivedFrame& frame) { rules_->onFrame(frame); });
  timers_.set(Timer::limit, now_ + scaled(case_.patience * kMostPatience));
}

/// The peer has said something: it gets its time anew.
void CaseSession::restartPatience() {
  timers_.cancel(Timer::patience);
  timers_.set(Timer::patience, now_ + patience(case_.patience));
}

void CaseSession::afterRuleEvent() {
  if (rules_->spoilt()) {
    connection_.sendClose(1000, std::nullopt, now_);
  } else if (case_.outcome->course == suite::Course::echo && rules_->complete()) {
    connection_.sendClose(case_.close.codes.front(), std::nullopt, now_);
  } else if (waiting_ && nextStep_ > 0 && rules_->awaitedCame() &&
             std::holds_alternative<suite::Await>(case_.script[nextStep_ - 1].action)) {
    timers_.cancel(Timer::wait);
    waiting_ = false;
    runScript();
  }
}

/// The peer was silent for too long. Waits of the script go first; the closing handshake has a
/// timer of its own.
void CaseSession::giveUp() {
  if (waiting_ || connection_.state() == Connection::State::closing) {
    restartPatience();
    return;
  }
  if (connection_.state() != Connection::State::open) return;
  rules_->seen.gaveUp = true;
  connection_.drop(websocket::Ending::close);
}

Verdict CaseSession::judgeRuleCase() {
  RuleObservation& seen = rules_->seen;
  seen.isServer = role_ == websocket::Role::server;
  seen.keyIsFresh = setup_.keyIsFresh;
  seen.closing = connection_.closing();
  seen.violation = connection_.violation();
  if (seen.isServer) {
    const auto& accepted = std::get<AcceptedRequest>(opening_);
    seen.handshake = accepted.request;
    seen.fault = accepted.fault;
  } else {
    seen.handshake = connection_.httpResponse();
    seen.request = connection_.request();
  }
  return judgeRules(case_, seen);
}

}  // namespace wsgauntlet::play
