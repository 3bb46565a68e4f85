#include "play/case_session.hpp"

#include "play/case_options.hpp"
#include "play/correction.hpp"
#include "play/opening.hpp"
#include "websocket/handshake.hpp"

#include <algorithm>
#include <utility>

namespace wsgauntlet::play {
namespace {

using websocket::Connection;
using websocket::Role;

/// How long the peer has for closing the connection once nothing can make its result better.
constexpr double kClosingTime = 1;
/// Seconds without a movement after which a case only waits.
constexpr double kQuietAfter = 0.5;
/// So many times its patience, a case waits for a peer that never falls silent.
constexpr double kMaxPatience = 10;

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
      time_{setup_.timeoutScale, setup_.patience},
      opening_(std::move(opening)),
      judge_(makeJudge(case_, *setup_.corpora, setup_.corrections)),
      connection_(
          role,
          connectionOptions(case_, setup_.options, time_, judge_->patience(), setup_.corrections),
          Random(setup_.seed), *this, &recorder_),
      script_(case_.script, time_, connection_, recorder_, timers_, *judge_) {}

void CaseSession::setNow(TimePoint now) {
  now_ = now;
  recorder_.setNow(now);
}

void CaseSession::connected(TimePoint now) {
  recorder_.begin(now);
  setNow(now);
  connectedAt_ = now;
  startedAt_ = setup_.wallClock();
  recorder_.watchFrames([this](const websocket::ReceivedFrame& frame) { judge_->onFrame(frame); });
  if (const auto patience = judge_->patience()) {
    timers_.set(CaseTimer::limit, now_ + time_.scaled(*patience * kMaxPatience));
  }
  if (role_ == Role::client) {
    openAsClient();
  } else {
    openAsServer();
  }
}

void CaseSession::openAsClient() {
  auto& request = std::get<websocket::ClientRequest>(opening_);
  const suite::Opening& opening = suite::openingOf(case_);
  if (opening.request && needsSubprotocol(*opening.request) && request.protocols.empty()) {
    isApplicable_ = false;
  } else if (opening.request) {
    Random numbers(setup_.seed);
    request.key = websocket::makeKey(numbers);
    editRequest(request, *opening.request);
  }
  connection_.openAsClient(request, now_);
  for (const suite::Step& step : opening.early) script_.run(step, now_);
}

void CaseSession::openAsServer() {
  auto& accepted = std::get<AcceptedRequest>(opening_);
  std::optional<std::uint32_t> chop;
  if (!accepted.fault.empty()) {
    connection_.sendOctets(Payload(accepted.response));
    connection_.drop(websocket::Ending::close);
    return;
  }
  // A subprotocol that the client does not offer, or an answer about compression that the client
  // does not ask for, or that does not fit its offer, is not given: the case is UNIMPLEMENTED.
  const auto& edit = suite::openingOf(case_).response;
  if (edit && needsSubprotocol(*edit)) {
    isApplicable_ = !offeredSubprotocol(accepted.request).empty();
  }
  if (edit && isApplicable_ && (!case_.deflate || accepted.deflate)) {
    std::string edited = editResponse(accepted.response, accepted.request, *edit);
    const auto agreed =
        case_.deflate ? answeredDeflate(accepted.request, edited) : accepted.deflate;
    isApplicable_ = !case_.deflate || agreed;
    if (isApplicable_) {
      chop = edit->chop;
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
  restartPatience();
  connection_.received(octets, now);
}

void CaseSession::disconnected(TimePoint now) {
  setNow(now);
  noteAnswer();
  peerEndedTcp_ = true;
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

void CaseSession::end() {
  isToEnd_ = true;
  requestWake();
}

void CaseSession::woken(TimePoint now) {
  setNow(now);
  if (isToEnd_) connection_.drop(websocket::Ending::close);
  // In the order in which they are due: it decides who ends a connection that hangs.
  while (true) {
    const auto ours = timers_.next();
    const auto theirs = connection_.deadline();
    const bool oursFirst =
        ours && (!theirs || *ours < *theirs || (*ours == *theirs && !script_.closingCameFirst()));
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

// ---- the script and its timers ------------------------------------------------------------------

void CaseSession::onOpen() {
  recorder_.setOpen();
  openedAt_ = now_;
  if (!isApplicable_ || (case_.deflate && !isCompressionUsable())) {
    refuse();
    return;
  }
  const Next next = judge_->onOpen(role_ == Role::server);
  react(next);
  if (next == Next::close) return;
  runScript();
}

bool CaseSession::isCompressionUsable() const {
  const auto& agreed = connection_.deflate();
  if (!agreed || !case_.deflate->needsFullWindow) return agreed.has_value();
  const bool client = role_ == Role::client;
  return !(client ? agreed->clientNoContextTakeover : agreed->serverNoContextTakeover) &&
         (client ? agreed->clientMaxWindowBits : agreed->serverMaxWindowBits) == 15;
}

/// The peer does not do what the case is about.
void CaseSession::refuse() {
  unimplemented_ = true;
  for (const suite::Step& step : case_.script) {
    if (std::holds_alternative<suite::SwitchWireLog>(step.action)) script_.run(step, now_);
  }
  connection_.sendClose(1000, std::nullopt, now_);
}

void CaseSession::runScript() {
  const bool hasEnded = script_.run(now_);
  // What was sent now is to be read first.
  if (connection_.state() == Connection::State::open) restartPatience();
  if (!hasEnded) return;
  scriptEnded_ = true;
  if (setup_.onReady) {
    timers_.cancel(CaseTimer::patience);
    setup_.onReady();
  } else {
    react(judge_->onScriptEnd());
  }
}

/// In the closing handshake, the corrected case leaves the time to the timeouts of the handshake.
bool CaseSession::endIsUpToTheHandshake() const {
  return setup_.corrections && tolerates(case_, suite::Correction::Tolerance::lateEnds) &&
         connection_.state() == Connection::State::closing;
}

void CaseSession::timerFired(CaseTimer timer) {
  const bool isOpen = connection_.state() == Connection::State::open;
  switch (timer) {
    case CaseTimer::wait:
      waitEnded();
      break;
    case CaseTimer::closeAfter:
      recorder_.note(ClosingRow{});
      endedByTimer_ = endedByTimer_ || isOpen;
      connection_.sendClose(std::nullopt, std::nullopt, now_);
      break;
    case CaseTimer::failAfter:
      if (endIsUpToTheHandshake()) break;
      recorder_.note(FailingRow{});
      endedByTimer_ = endedByTimer_ || isOpen;
      connection_.fail(1001, "Going Away", now_);
      break;
    case CaseTimer::quiet:
    case CaseTimer::patience:
      if (isStillReading()) {
        restartPatience();  // it cannot answer yet
      } else if (timer == CaseTimer::quiet) {
        setup_.onQuiet();
      } else {
        giveUp();
      }
      break;
    case CaseTimer::limit:
      giveUp();
      break;
  }
}

void CaseSession::waitEnded() {
  recorder_.note(WaitEndedRow{script_.waitTag()});
  if (script_.waitTag()) react(judge_->onTimeout(*script_.waitTag()));
  cutShort_ = cutShort_ || (time_.patience && judge_->isAwaiting());
  judge_->giveUpAwaited();
  restartPatience();  // for what the script sends next
  script_.endWait();
  runScript();
}

/// The peer has said something: it gets its time anew.
void CaseSession::restartPatience() {
  const auto patience = judge_->patience();
  const bool onlyStaysOpen = setup_.onReady && scriptEnded_;
  if (!patience || onlyStaysOpen) return;
  timers_.cancel(CaseTimer::patience);
  timers_.set(CaseTimer::patience, now_ + time_.patient(*patience + timeToRead()));
  if (setup_.onQuiet) {
    timers_.cancel(CaseTimer::quiet);
    timers_.set(CaseTimer::quiet, now_ + time_.scaled(kQuietAfter));
  }
  unsent_ = connection_.outbox().waiting();
}

/// Where waits are stretched, the peer gets so little of the processor that it may be silent for
/// long when it has much to read.
double CaseSession::timeToRead() {
  constexpr double kSecondsPerMib = 1;
  if (time_.scale <= 1) return 0;
  return kSecondsPerMib * static_cast<double>(connection_.outbox().total()) / (1 << 20);
}

/// The peer has taken some of what we send since its patience began, and more is to come.
bool CaseSession::isStillReading() {
  return connection_.queuedPieces() != websocket::Pieces::none ||
         connection_.outbox().waiting() < unsent_;
}

/// The peer was silent for too long. Waits of the script go first; the closing handshake has a
/// timer of its own.
void CaseSession::giveUp() {
  if (script_.isWaiting() || connection_.state() == Connection::State::closing) {
    restartPatience();
    return;
  }
  if (connection_.state() != Connection::State::open) return;
  gaveUp_ = true;
  connection_.drop(websocket::Ending::close);
}

// ---- what the peer sends, and what follows from it ----------------------------------------------

void CaseSession::onMessage(Octets& payload, bool binary) {
  react(judge_->onMessage(payload, binary, now_));
}

void CaseSession::onPong(OctetView payload) {
  react(judge_->onPong(payload));
}

void CaseSession::react(Next next) {
  switch (next) {
    case Next::goOn:
      break;
    case Next::close:
      connection_.sendClose(case_.close.codes.front(), std::nullopt, now_);
      break;
    case Next::hurry:
      hurry();
      break;
    case Next::resume:
      timers_.cancel(CaseTimer::wait);
      script_.endWait();
      runScript();
      break;
    case Next::sendNext:
      sendNextMessage();
      break;
    case Next::closeTrips:
      if (case_.deflate) traffic_ = recorder_.traffic();
      [[fallthrough]];
    case Next::closeFailedTrips:
      recorder_.switchLog(true);
      recorder_.note(SwitchRow{true});
      connection_.sendClose(1000, std::nullopt, now_);
      break;
    case Next::closeMeasured:
      recorder_.switchLog(true);
      connection_.sendClose(1000, std::nullopt, now_);
      break;
  }
}

/// Nothing can make the result better: who closes the connection is all that is still open.
void CaseSession::hurry() {
  for (const CaseTimer timer : {CaseTimer::closeAfter, CaseTimer::failAfter}) {
    timers_.hasten(timer, now_ + time_.scaled(kClosingTime));
  }
}

void CaseSession::sendNextMessage() {
  const LoopMessage message = judge_->nextMessage(now_);
  if (message.asFrame) {
    FrameToSend frame;
    frame.opcode = message.binary ? websocket::kBinary : websocket::kText;
    frame.payload = message.payload;
    connection_.sendFrame(frame);
  } else {
    connection_.sendMessage(message.payload, message.binary);
  }
}

// ---- the end ------------------------------------------------------------------------------------

void CaseSession::onClosed() {
  timers_.clear();
  setup_.onResult(result());
}

Observation CaseSession::observation() const {
  Observation seen;
  seen.isServer = role_ == Role::server;
  seen.opened = connection_.wasOpen();
  seen.unimplemented = unimplemented_;
  seen.scriptEnded = scriptEnded_;
  seen.endedByTimer = endedByTimer_;
  seen.gaveUp = gaveUp_;
  seen.peerEndedTcp = peerEndedTcp_;
  seen.closing = connection_.closing();
  seen.violation = connection_.violation();
  seen.framesSent = recorder_.stats().framesSent;
  seen.keyIsFresh = setup_.keyIsFresh;
  if (seen.isServer) {
    const auto& accepted = std::get<AcceptedRequest>(opening_);
    seen.handshake = accepted.request;
    seen.fault = accepted.fault;
  } else {
    seen.handshake = connection_.httpResponse();
    seen.request = connection_.request();
  }
  return seen;
}

/// A wait that `CaseSetup::patience` has shortened ran out.
bool CaseSession::wasCutShort() const {
  if (!judge_->patience() || !time_.patience) return false;
  const websocket::Closing& closing = connection_.closing();
  return cutShort_ || gaveUp_ || closing.wasOpenHandshakeTimeout ||
         closing.wasCloseHandshakeTimeout || closing.wasServerConnectionDropTimeout;
}

Result CaseSession::result() {
  const Observation seen = observation();
  Verdict verdict = judge_->verdict(seen);
  Result result;
  result.testCase = &case_;
  result.number = setup_.number;
  result.agent = agentOf(setup_.agent, connection_);
  result.isServer = seen.isServer;
  result.behavior = verdict.behavior;
  result.behaviorClose = verdict.behaviorClose;
  result.result = std::move(verdict.result);
  result.resultClose = std::move(verdict.resultClose);
  result.correction = std::move(verdict.correction);
  result.doubt = verdict.doubt;
  result.cutShort = wasCutShort();
  result.started = startedAt_;
  if (seen.opened) {
    result.duration = std::chrono::round<std::chrono::milliseconds>(now_ - openedAt_);
  }
  result.opened = seen.opened;
  result.received = judge_->takeEvents();
  result.closing = seen.closing;
  result.httpRequest = connection_.httpRequest();
  result.httpResponse = connection_.httpResponse();
  result.stats = recorder_.stats();
  result.traffic = traffic_;
  result.wireLogOn = recorder_.logOn();
  result.wireLog = recorder_.takeLog();
  result.roundTrips = judge_->roundTrips();
  return result;
}

}  // namespace wsgauntlet::play
