#include "play/case_session.hpp"

#include <algorithm>
#include <utility>

namespace wsgauntlet::play {
namespace {

using websocket::Connection;
using websocket::Role;

/// More events than any case expects say nothing new; a flood must not fill the memory.
constexpr std::size_t kMaxEvents = 10000;

/// Room for an echo that is much too long, but not for one without end.
std::uint64_t messageLimit(const suite::Case& testCase) {
  std::uint64_t largest = 0;
  const auto see = [&](const Payload& payload) { largest = std::max(largest, payload.size()); };
  for (const suite::Alternative& alternative : testCase.expect) {
    for (const suite::ExpectedEvent& event : alternative.events) {
      if (const auto* message = std::get_if<suite::ExpectMessage>(&event)) see(message->payload);
    }
  }
  for (const suite::Step& step : testCase.script) {
    if (const auto* frame = std::get_if<suite::SendFrame>(&step.action)) {
      see(frame->payload);
      largest = std::max(largest, frame->repeatTo.value_or(0));
    } else if (const auto* message = std::get_if<suite::SendMessage>(&step.action)) {
      see(message->payload);
    }
  }
  if (const auto* loop = std::get_if<suite::RoundTrips>(&testCase.measure)) {
    if (const auto* payload = std::get_if<Payload>(&loop->payload)) see(*payload);
    if (const auto* slices = std::get_if<suite::CorpusSlices>(&loop->payload)) {
      largest = std::max(largest, slices->length * 4);
    }
  }
  return 2 * largest + (std::uint64_t{1} << 20U);
}

websocket::Options withLimit(websocket::Options options, const suite::Case& testCase) {
  options.messageMemory = std::min(options.messageMemory, messageLimit(testCase));
  return options;
}

std::string agentOf(const std::string& configured, const Connection& connection) {
  if (!configured.empty()) return configured;
  const auto names = connection.responseHead().find("Server");
  return names.empty() || names.front().empty() ? "UnknownServer" : std::string(names.front());
}

}  // namespace

CaseSession::CaseSession(CaseSetup setup, websocket::ClientRequest request)
    : CaseSession(std::move(setup), Role::client, std::move(request)) {}

CaseSession::CaseSession(CaseSetup setup, AcceptedRequest request)
    : CaseSession(std::move(setup), Role::server, std::move(request)) {}

CaseSession::CaseSession(CaseSetup setup, Role role,
                         std::variant<websocket::ClientRequest, AcceptedRequest> opening)
    : setup_(std::move(setup)),
      case_(*setup_.testCase),
      role_(role),
      opening_(std::move(opening)),
      connection_(role, withLimit(setup_.options, case_), Random(setup_.seed), *this, &recorder_),
      prefixMatches_(case_.expect.size(), true) {}

void CaseSession::setNow(TimePoint now) {
  now_ = now;
  recorder_.setNow(now);
}

void CaseSession::connected(TimePoint now) {
  recorder_.begin(now);
  setNow(now);
  startedAt_ = setup_.wallClock();
  if (const auto* request = std::get_if<websocket::ClientRequest>(&opening_)) {
    connection_.openAsClient(*request, now);
  } else {
    auto& accepted = std::get<AcceptedRequest>(opening_);
    connection_.openAsServer(accepted.request, accepted.response, accepted.deflate, accepted.rest,
                             now);
  }
}

void CaseSession::received(std::span<char> octets, TimePoint now) {
  setNow(now);
  connection_.received(octets, now);
}

void CaseSession::disconnected(TimePoint now) {
  setNow(now);
  connection_.disconnected();
}

std::optional<TimePoint> CaseSession::deadline() const {
  const auto ours = timers_.next();
  const auto theirs = connection_.deadline();
  if (!ours || !theirs) return ours ? ours : theirs;
  return std::min(*ours, *theirs);
}

void CaseSession::woken(TimePoint now) {
  setNow(now);
  // In the order in which they are due: it decides who ends a connection that hangs.
  while (true) {
    const auto ours = timers_.next();
    const auto theirs = connection_.deadline();
    const bool oursFirst =
        ours && (!theirs || *ours < *theirs || (*ours == *theirs && !closingCameFirst_));
    if (oursFirst) {
      const auto timer = timers_.popDue(now);
      if (!timer) return;
      timerFired(*timer);
    } else {
      if (!theirs || *theirs > now) return;
      connection_.woken(now);
    }
  }
}

void CaseSession::sendNextPiece(TimePoint now) {
  setNow(now);
  connection_.sendNextPiece();
}

Duration CaseSession::scaled(double seconds) const {
  return fromSeconds(seconds * setup_.timeoutScale);
}

// ---- the script
// -----------------------------------------------------------------------------------

void CaseSession::onOpen() {
  recorder_.setOpen();
  openedAt_ = now_;
  if (case_.deflate && !connection_.deflate()) {
    refuse();
    return;
  }
  if (const auto* large = std::get_if<suite::LargeMessage>(&case_.measure)) {
    measure_.emplace<LargeMessageCheck>(*large);
  } else if (const auto* loop = std::get_if<suite::RoundTrips>(&case_.measure)) {
    measure_.emplace<RoundTripLoop>(*loop, case_.deflate.has_value(), *setup_.corpora);
  }
  runScript();
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
    startMeasuring();
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

void CaseSession::timerFired(Timer timer) {
  switch (timer) {
    case Timer::wait:
      recorder_.note(WaitEndedRow{waitTag_});
      if (waitTag_) {
        addEvent<suite::ExpectTimeout>(TimeoutEvent{*waitTag_}, [&](const auto& expected) {
          return expected.tag == *waitTag_;
        });
      }
      waiting_ = false;
      runScript();
      break;
    case Timer::closeAfter:
      recorder_.note(ClosingRow{});
      connection_.sendClose(std::nullopt, std::nullopt, now_);
      break;
    case Timer::failAfter:
      recorder_.note(FailingRow{});
      connection_.fail(1001, "Going Away", now_);
      break;
  }
}

// ---- what the peer sends
// -------------------------------------------------------------------------

void CaseSession::onMessage(Octets& payload, bool binary) {
  if (auto* large = std::get_if<LargeMessageCheck>(&measure_)) {
    if (large->onMessage(payload, binary)) finishMeasuring();
  } else if (auto* loop = std::get_if<RoundTripLoop>(&measure_)) {
    if (loop->state() != RoundTripLoop::State::running) return;
    if (loop->onMessage(payload, binary, now_) == RoundTripLoop::State::running) {
      sendNextRoundTrip();
    } else {
      finishMeasuring();
    }
  } else {
    addEvent<suite::ExpectMessage>(
        MessageEvent{Excerpt(payload), binary}, [&](const auto& expected) {
          return expected.binary == binary && expected.payload.mismatch(payload) == Payload::npos;
        });
    closeWhenAllCame();
  }
}

void CaseSession::onPong(OctetView payload) {
  addEvent<suite::ExpectPong>(PongEvent{Excerpt(payload)}, [&](const auto& expected) {
    return expected.payload.mismatch(payload) == Payload::npos;
  });
  closeWhenAllCame();
}

template <typename Expected, typename Matches>
void CaseSession::addEvent(Event event, Matches matches) {
  const std::size_t index = events_.size();
  for (std::size_t i = 0; i < case_.expect.size(); ++i) {
    const auto& wanted = case_.expect[i].events;
    const auto* expected = index < wanted.size() ? std::get_if<Expected>(&wanted[index]) : nullptr;
    if (expected == nullptr || !matches(*expected)) prefixMatches_[i] = false;
  }
  if (index < kMaxEvents) events_.push_back(std::move(event));
}

bool CaseSession::matched(std::size_t alternative) const {
  return prefixMatches_[alternative] && events_.size() == case_.expect[alternative].events.size();
}

/// All that is expected has come, whichever alternative counts: no need to wait for the timers.
void CaseSession::closeWhenAllCame() {
  if (!case_.finishEarly || !case_.close.byFuzzer || case_.expect.empty()) return;
  for (std::size_t i = 0; i < case_.expect.size(); ++i) {
    if (!matched(i)) return;
  }
  connection_.sendClose(case_.close.codes.front(), std::nullopt, now_);
}

// ---- measuring
// -----------------------------------------------------------------------------------

void CaseSession::startMeasuring() {
  if (std::holds_alternative<RoundTripLoop>(measure_)) sendNextRoundTrip();
}

void CaseSession::sendNextRoundTrip() {
  const auto& rule = std::get<suite::RoundTrips>(case_.measure);
  const Payload& payload = std::get<RoundTripLoop>(measure_).next(now_);
  if (rule.asFrame) {
    websocket::FrameToSend frame;
    frame.opcode = rule.binary ? websocket::kBinary : websocket::kText;
    frame.payload = payload;
    connection_.sendFrame(frame);
  } else {
    connection_.sendMessage(payload, rule.binary);
  }
}

void CaseSession::finishMeasuring() {
  const auto* loop = std::get_if<RoundTripLoop>(&measure_);
  if (case_.deflate && loop != nullptr && loop->state() == RoundTripLoop::State::succeeded) {
    traffic_ = recorder_.traffic();
  }
  recorder_.switchLog(true);
  if (loop != nullptr) recorder_.note(SwitchRow{true});
  connection_.sendClose(1000, std::nullopt, now_);
}

// ---- the end
// -------------------------------------------------------------------------------------

void CaseSession::onClosed() {
  timers_.clear();
  Observation seen;
  seen.isServer = role_ == Role::server;
  seen.opened = connection_.wasOpen();
  for (std::size_t i = 0; i < case_.expect.size(); ++i) seen.matched.push_back(matched(i));
  seen.closing = connection_.closing();
  seen.framesSent = recorder_.stats().framesSent;
  if (unimplemented_) {
    seen.outcome = {Behavior::unimplemented, "Actual events differ from any expected."};
  } else if (const auto* large = std::get_if<LargeMessageCheck>(&measure_)) {
    seen.outcome = large->outcome();
  } else if (const auto* loop = std::get_if<RoundTripLoop>(&measure_)) {
    seen.outcome = loop->outcome();
  }
  Verdict verdict = judge(case_, seen);

  Result result;
  result.testCase = &case_;
  result.number = setup_.number;
  result.agent = agentOf(setup_.agent, connection_);
  result.isServer = seen.isServer;
  result.behavior = verdict.behavior;
  result.behaviorClose = verdict.behaviorClose;
  result.result = std::move(verdict.result);
  result.resultClose = std::move(verdict.resultClose);
  result.started = startedAt_;
  if (seen.opened) {
    result.duration = std::chrono::round<std::chrono::milliseconds>(now_ - openedAt_);
  }
  result.opened = seen.opened;
  result.received = std::move(events_);
  result.closing = seen.closing;
  result.httpRequest = connection_.httpRequest();
  result.httpResponse = connection_.httpResponse();
  result.stats = recorder_.stats();
  result.traffic = traffic_;
  result.wireLogOn = recorder_.logOn();
  result.wireLog = recorder_.takeLog();
  if (const auto* loop = std::get_if<RoundTripLoop>(&measure_)) result.roundTrips = loop->times();
  setup_.onResult(std::move(result));
}

}  // namespace wsgauntlet::play
