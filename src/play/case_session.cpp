#include "play/case_session.hpp"

#include "play/opening.hpp"
#include "play/rule_verdict.hpp"
#include "websocket/handshake.hpp"

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

/// How long the peer has for closing the connection once it has sent what no alternative contains.
constexpr double kClosingTime = 1;
/// How long a peer may take to end TCP behind the closing handshake.
constexpr double kServerDrop = 5;
/// How long we watch a client behind the closing handshake.
constexpr Duration kWatchClient = std::chrono::milliseconds(50);

websocket::Options optionsOf(const CaseSetup& setup) {
  const suite::Case& testCase = *setup.testCase;
  websocket::Options options = setup.options;
  options.messageMemory = std::min(options.messageMemory, messageLimit(testCase));
  for (Duration* timeout : {&options.openHandshakeTimeout, &options.closeHandshakeTimeout,
                            &options.serverConnectionDropTimeout}) {
    *timeout = std::chrono::duration_cast<Duration>(*timeout * setup.timeoutScale);
  }
  if (testCase.outcome) {
    // A slow peer is no broken one.
    const auto atLeast = [&](Duration& timeout, double seconds) {
      timeout = std::max(timeout, fromSeconds(seconds * setup.timeoutScale));
    };
    atLeast(options.openHandshakeTimeout, testCase.patience + 2);
    atLeast(options.closeHandshakeTimeout, testCase.patience);
    atLeast(options.serverConnectionDropTimeout, kServerDrop);
    options.serverDropDelay = kWatchClient;
    if (setup.patience) {
      for (Duration* timeout : {&options.openHandshakeTimeout, &options.closeHandshakeTimeout,
                                &options.serverConnectionDropTimeout}) {
        *timeout = std::min(*timeout, *setup.patience);
      }
    }
  }
  return options;
}

/// What the answer of a case says of compression (server role).
std::optional<websocket::DeflateParameters> answeredDeflate(const Octets& request,
                                                            const std::string& response) {
  const auto extensionsOf = [](OctetView block) {
    const auto value = websocket::parseHead(block).joined("Sec-WebSocket-Extensions");
    return websocket::parseExtensions(value.value_or(""));
  };
  const auto offers = extensionsOf(request);
  const auto answers = extensionsOf(response);
  if (!offers.ok() || !answers.ok()) return std::nullopt;
  for (const websocket::ExtensionElement& answer : *answers.value) {
    if (answer.name != websocket::kPermessageDeflate) continue;
    const auto accepted = websocket::acceptResponse(answer, *offers.value);
    if (accepted.ok() && accepted.value->mismatch.empty()) return accepted.value->parameters;
  }
  return std::nullopt;
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
      connection_(role, optionsOf(setup_), Random(setup_.seed), *this, &recorder_),
      prefixMatches_(case_.expect.size(), true),
      isContradicted_(case_.expect.size(), false) {}

void CaseSession::setNow(TimePoint now) {
  now_ = now;
  recorder_.setNow(now);
}

void CaseSession::connected(TimePoint now) {
  recorder_.begin(now);
  setNow(now);
  connectedAt_ = now;
  startedAt_ = setup_.wallClock();
  if (case_.outcome) beginRules();
  if (role_ == Role::client) {
    openAsClient();
  } else {
    openAsServer();
  }
}

void CaseSession::openAsClient() {
  auto& request = std::get<websocket::ClientRequest>(opening_);
  if (case_.request) {
    Random numbers(setup_.seed);
    request.key = websocket::makeKey(numbers);
    editRequest(request, *case_.request);
  }
  connection_.openAsClient(request, now_);
  for (const suite::Step& step : case_.early) {
    std::visit([this](const auto& action) { run(action); }, step.action);
  }
}

void CaseSession::openAsServer() {
  auto& accepted = std::get<AcceptedRequest>(opening_);
  std::optional<std::uint32_t> chop;
  if (!accepted.fault.empty()) {
    connection_.sendOctets(Payload(accepted.response));
    connection_.drop(websocket::Ending::close);
    return;
  }
  // An answer about compression that the client does not ask for, or that does not fit its offer,
  // is not given: the case is UNIMPLEMENTED.
  if (case_.response && (!case_.deflate || accepted.deflate)) {
    std::string edited = editResponse(accepted.response, accepted.request, *case_.response);
    const auto agreed =
        case_.deflate ? answeredDeflate(accepted.request, edited) : accepted.deflate;
    answerFits_ = !case_.deflate || agreed;
    if (answerFits_) {
      chop = case_.response->chop;
      accepted.response = std::move(edited);
      accepted.deflate = agreed;
    }
  }
  connection_.openAsServer(accepted.request, accepted.response, accepted.deflate, accepted.rest,
                           now_, chop);
}

void CaseSession::received(std::span<char> octets, TimePoint now) {
  setNow(now);
  noteAnswer();
  if (rules_) restartPatience();
  connection_.received(octets, now);
}

void CaseSession::disconnected(TimePoint now) {
  setNow(now);
  noteAnswer();
  if (rules_) rules_->seen.peerEndedTcp = true;
  connection_.disconnected();
}

void CaseSession::noteAnswer() {
  if (std::exchange(answered_, true) || !setup_.onAnswer) return;
  setup_.onAnswer(now_ - connectedAt_);
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

/// The time that a case that is judged by level gives a silent peer.
Duration CaseSession::patience(double seconds) const {
  const Duration full = scaled(seconds);
  return setup_.patience ? std::min(full, *setup_.patience) : full;
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
      if (rules_) {
        cutShort_ = cutShort_ || (setup_.patience && !rules_->awaitedCame());
        rules_->giveUpAwaited();
        restartPatience();  // for what the script sends next
      }
      waiting_ = false;
      runScript();
      break;
    case Timer::closeAfter:
      recorder_.note(ClosingRow{});
      endedByTimer_ = endedByTimer_ || connection_.state() == Connection::State::open;
      connection_.sendClose(std::nullopt, std::nullopt, now_);
      break;
    case Timer::failAfter:
      recorder_.note(FailingRow{});
      endedByTimer_ = endedByTimer_ || connection_.state() == Connection::State::open;
      connection_.fail(1001, "Going Away", now_);
      break;
    case Timer::patience:
      if (connection_.queuedPieces() != websocket::Pieces::none) {
        restartPatience();  // it cannot answer yet
        break;
      }
      [[fallthrough]];
    case Timer::limit:
      giveUp();
      break;
  }
}

// ---- what the peer sends
// -------------------------------------------------------------------------

void CaseSession::onMessage(Octets& payload, bool binary) {
  if (rules_) {
    if (events_.size() < kMaxEvents) events_.emplace_back(MessageEvent{Excerpt(payload), binary});
    rules_->onMessage(payload, binary);
    afterRuleEvent();
  } else if (auto* large = std::get_if<LargeMessageCheck>(&measure_)) {
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
  if (rules_) {
    if (events_.size() < kMaxEvents) events_.emplace_back(PongEvent{Excerpt(payload)});
    rules_->onPong(payload);
    afterRuleEvent();
    return;
  }
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
    if (!prefixMatches_[i] || (expected != nullptr && matches(*expected))) continue;
    prefixMatches_[i] = false;
    isContradicted_[i] = !std::holds_alternative<TimeoutEvent>(event);
  }
  if (index < kMaxEvents) events_.push_back(std::move(event));
  if (isContradicted()) {
    // Nothing can make the result better: who closes the connection is all that is still open.
    for (const Timer timer : {Timer::closeAfter, Timer::failAfter}) {
      timers_.hasten(timer, now_ + scaled(kClosingTime));
    }
  }
}

/// The peer has sent something that fits none of the alternatives.
bool CaseSession::isContradicted() const {
  return !isContradicted_.empty() &&
         std::find(isContradicted_.begin(), isContradicted_.end(), false) == isContradicted_.end();
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

/// A wait that `CaseSetup::patience` has shortened ran out.
bool CaseSession::wasCutShort() const {
  if (!rules_ || !setup_.patience) return false;
  const websocket::Closing& closing = connection_.closing();
  return cutShort_ || rules_->seen.gaveUp || closing.wasOpenHandshakeTimeout ||
         closing.wasCloseHandshakeTimeout || closing.wasServerConnectionDropTimeout;
}

// ---- the end
// -------------------------------------------------------------------------------------

void CaseSession::onClosed() {
  timers_.clear();
  Observation seen;
  seen.isServer = role_ == Role::server;
  seen.opened = connection_.wasOpen();
  for (std::size_t i = 0; i < case_.expect.size(); ++i) seen.matched.push_back(matched(i));
  seen.wrongEvent = isContradicted();
  seen.endedByTimer = endedByTimer_;
  seen.closing = connection_.closing();
  seen.framesSent = recorder_.stats().framesSent;
  if (unimplemented_) {
    seen.outcome = {Behavior::unimplemented, "Actual events differ from any expected."};
  } else if (const auto* large = std::get_if<LargeMessageCheck>(&measure_)) {
    seen.outcome = large->outcome();
  } else if (const auto* loop = std::get_if<RoundTripLoop>(&measure_)) {
    seen.outcome = loop->outcome();
  }
  Verdict verdict = rules_ && !unimplemented_ ? judgeRuleCase() : judge(case_, seen);

  Result result;
  result.testCase = &case_;
  result.number = setup_.number;
  result.agent = agentOf(setup_.agent, connection_);
  result.isServer = seen.isServer;
  result.behavior = verdict.behavior;
  result.behaviorClose = verdict.behaviorClose;
  result.result = std::move(verdict.result);
  result.resultClose = std::move(verdict.resultClose);
  result.doubt = verdict.doubt;
  result.cutShort = wasCutShort();
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
