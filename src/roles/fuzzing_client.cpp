#include "roles/fuzzing_client.hpp"

#include "base/machine_load.hpp"
#include "net/connector.hpp"
#include "play/case_session.hpp"
#include "roles/companions.hpp"
#include "roles/names.hpp"
#include "roles/repetition.hpp"
#include "roles/report_writer.hpp"
#include "roles/scheduler.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <thread>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::roles {
namespace {

/// Between two tries to connect.
constexpr auto kReconnectDelay = std::chrono::milliseconds(50);
/// How often to look whether the event loop is in time, and what is late.
constexpr auto kHeartbeat = std::chrono::milliseconds(20);
constexpr auto kLate = std::chrono::milliseconds(50);

/// How long waits may run out in isolation against one slow server, times by how much they are
/// stretched. Beyond that it is not slow, but wrong.
constexpr Duration kMaxStretchedTime = std::chrono::seconds(8);

/// A server has no reason to refuse the request of such a case.
bool isOrdinaryRequest(const suite::Case& testCase) {
  return !suite::openingOf(testCase).request && suite::openingOf(testCase).early.empty();
}

bool hasCompanions(const suite::Case& testCase) {
  const suite::Requirement* requirement = suite::requirementOf(testCase);
  return requirement != nullptr && !requirement->companions.empty();
}

std::vector<websocket::ExtensionElement> offersOf(const suite::Case& testCase) {
  std::vector<websocket::ExtensionElement> offers;
  if (!testCase.deflate) return offers;
  for (const std::string& text : testCase.deflate->offers) {
    auto parsed = websocket::parseExtensions(text);
    for (auto& element : *parsed.value) offers.push_back(std::move(element));
  }
  return offers;
}

}  // namespace

/// The part of a run that is about one server.
class ServerRun : public std::enable_shared_from_this<ServerRun> {
 public:
  /// `goOn` is called when a case has ended and others may start.
  ServerRun(net::Loop& loop, const FuzzingClientSpec& spec, std::size_t index, Scheduler& scheduler,
            ReportWriter& reports, RunLog& log, RunOutcome& outcome, std::function<void()> goOn)
      : loop_(loop),
        spec_(spec),
        index_(index),
        server_(spec.servers[index]),
        scheduler_(scheduler),
        reports_(reports),
        log_(log),
        outcome_(outcome),
        agent_(server_.agent),
        random_(spec.seed),
        goOn_(std::move(goOn)) {
    for (std::size_t i = 0; i < spec.selection.size(); ++i) positions_[spec.selection[i]] = i;
    // A server without a name in the spec has one in the reports of an earlier run.
    if (agent_.empty() && spec.servers.size() == 1 && spec.finished.size() == 1) {
      agent_ = spec.finished.begin()->first;
    }
  }

  /// Starts a case, unless it needs none.
  void begin(const Scheduler::Turn& turn) {
    if (isFinished(turn.testCase->id)) {
      ++outcome_.resumed;
      ++counted_;
      scheduler_.ended(turn);
    } else if (!agent_.empty() && isExcluded(spec_.exclusions, agent_, turn.testCase->id)) {
      skip(turn);
    } else {
      const bool mayBeIgnored = !isOrdinaryRequest(*turn.testCase);
      const auto attempt = std::make_shared<Attempt>();
      attempt->turn = turn;
      attempt->ticket = pace().start(mayBeIgnored);
      connect(attempt);
    }
  }

  /// The whole run is over, or the server is gone.
  void finish() {
    // What is known of cases that were to be repeated is kept: one of them may tell why.
    for (auto& [testCase, earlier] : std::exchange(doubtful_, {})) {
      earlier.last.run = play::Run::unrepeated;
      outcome_.unrepeated.push_back(testCase->id);
      keep(std::move(earlier.last));
    }
    for (play::Result& result : nameless_) {
      if (!agent_.empty()) result.agent = agent_;
      store(result);
    }
    nameless_.clear();
    outcome_.missing += spec_.cases.size() - counted_ + unwritten_;
    outcome_.unwritten += unwritten_;
  }

 private:
  struct Attempt {
    Scheduler::Turn turn;
    PeerPace::Ticket ticket;
    std::optional<TimePoint> giveUpAt;   ///< set by the first refusal
    std::optional<play::Result> result;  ///< set when the connection is over
    double stretch = 1;                  ///< of the waits of the case
    std::shared_ptr<Companions> companions;
  };
  using AttemptPtr = std::shared_ptr<Attempt>;

  [[nodiscard]] bool isFinished(const suite::CaseId& id) const {
    const auto found = spec_.finished.find(agent_);
    return found != spec_.finished.end() && found->second.contains(id);
  }

  void skip(const Scheduler::Turn& turn) {
    log_.line(fmt::format("Skipping test case {} for agent {} by test configuration!",
                          turn.testCase->id.str(), agent_));
    ++outcome_.skipped;
    ++counted_;
    scheduler_.ended(turn);
  }

  [[nodiscard]] PeerPace& pace() { return scheduler_.pace(index_); }

  /// Where time decides, a server on a busy machine gets more of it.
  [[nodiscard]] double stretchFor(const Scheduler::Turn& turn) {
    return turn.round == Round::stretched || turn.round == Round::isolated ? pace().stretch() : 1;
  }

  /// Opens the connection of a case, after those of its companions.
  void connect(const AttemptPtr& attempt) {
    const suite::Case& testCase = *attempt->turn.testCase;
    attempt->stretch = stretchFor(attempt->turn);
    if (!hasCompanions(testCase)) return connectCase(attempt);
    const auto& companions = suite::requirementOf(testCase)->companions;
    const auto makeSession = [self = shared_from_this(), attempt, &companions](
                                 std::size_t index, std::function<void()> onReady,
                                 std::function<void(play::Result)> onResult) {
      const suite::Case& companion = *companions[index];
      play::CaseSetup setup = self->setupOf(companion, *attempt, index + 1);
      // What a companion waits for is not judged.
      if (attempt->stretch <= 1) setup.patience = self->pace().patience();
      setup.onReady = std::move(onReady);
      setup.onResult = std::move(onResult);
      return std::make_unique<play::CaseSession>(std::move(setup), self->requestFor(companion));
    };
    attempt->companions = std::make_shared<Companions>(
        loop_, addressFor(*attempt), companions.size(), spec_.connectRetry, makeSession);
    attempt->companions->open([self = shared_from_this(), attempt] { self->connectCase(attempt); });
  }

  /// `connection`: 0 for that of the case, others for its companions.
  [[nodiscard]] play::CaseSetup setupOf(const suite::Case& testCase, const Attempt& attempt,
                                        std::uint64_t connection) {
    play::CaseSetup setup;
    setup.testCase = &testCase;
    setup.number = testCase.number;
    setup.agent = server_.agent;
    setup.options = server_.options;
    const auto number = static_cast<std::uint64_t>(attempt.turn.testCase->number);
    setup.seed = random_.fork(number + (connection << 32U)).next();
    setup.timeoutScale = spec_.timeoutScale * attempt.stretch;
    setup.corpora = spec_.corpora;
    setup.corrections = spec_.corrections;
    if (attempt.turn.round == Round::first && !attempt.turn.alone) {
      setup.patience = pace().patience();
    }
    setup.wallClock = wallClock;
    return setup;
  }

  [[nodiscard]] websocket::ClientRequest requestFor(const suite::Case& testCase) const {
    websocket::ClientRequest request = requestOf(server_, kFuzzerName);
    request.extensions = offersOf(testCase);
    return request;
  }

  [[nodiscard]] net::ConnectAddress addressFor(const Attempt& attempt) const {
    net::ConnectAddress address = addressOf(server_);
    address.timeout = std::chrono::duration_cast<Duration>(address.timeout * spec_.timeoutScale);
    address.exclusive = attempt.turn.alone && !hasCompanions(*attempt.turn.testCase);
    return address;
  }

  void connectCase(const AttemptPtr& attempt) {
    const suite::Case& testCase = *attempt->turn.testCase;
    play::CaseSetup setup = setupOf(testCase, *attempt, 0);
    setup.onAnswer = [self = shared_from_this(), attempt](Duration took) {
      self->pace().answered(attempt->ticket, took);
      self->loop_.post(self->goOn_);
    };
    setup.onQuiet = [self = shared_from_this(), attempt] {
      self->scheduler_.becameQuiet(attempt->turn);
      self->loop_.post(self->goOn_);
    };
    setup.onResult = [attempt](play::Result result) { attempt->result = std::move(result); };
    net::ConnectHandlers handlers;
    handlers.connected = [self = shared_from_this(), attempt](const std::string& peer) {
      self->log_.caseStarted(*attempt->turn.testCase, self->agentName(), peer);
    };
    handlers.failed = [self = shared_from_this(), attempt](const std::string& reason,
                                                           bool refused) {
      self->connectFailed(attempt, reason, refused);
    };
    handlers.ended = [self = shared_from_this(), attempt] { self->ended(attempt); };
    handlers.tlsBroken = [self = shared_from_this()](const std::string& reason) {
      self->tlsBroken(reason);
    };
    net::connect(loop_, addressFor(*attempt),
                 std::make_unique<play::CaseSession>(std::move(setup), requestFor(testCase)),
                 std::move(handlers));
  }

  [[nodiscard]] std::string agentName() const { return agent_.empty() ? server_.urlText : agent_; }

  /// A server that is just starting, or starting again, refuses for a moment.
  void connectFailed(const AttemptPtr& attempt, const std::string& reason, bool refused) {
    if (!attempt->giveUpAt)
      attempt->giveUpAt = std::chrono::steady_clock::now() + spec_.connectRetry;
    if (refused && !unreachable_ && std::chrono::steady_clock::now() < *attempt->giveUpAt) {
      loop_.after(kReconnectDelay,
                  [self = shared_from_this(), attempt] { self->connectCase(attempt); });
      return;
    }
    if (!unreachable_) {
      log_.line(fmt::format("Connection to {} failed ({})", server_.urlText, reason));
      unreachable_ = true;
    }
    endCompanions(attempt);
    pace().ended(attempt->ticket);
    scheduler_.ended(attempt->turn);
    scheduler_.abandon(index_);
    goOn_();
  }

  static void endCompanions(const AttemptPtr& attempt) {
    if (const auto companions = std::exchange(attempt->companions, nullptr)) companions->end();
  }

  /// The cases say that the peer dropped the connection; this says why, once.
  void tlsBroken(const std::string& reason) {
    if (std::exchange(toldOfTls_, true)) return;
    log_.line(fmt::format("TLS with {} has broken ({})", server_.urlText, reason));
  }

  void ended(const AttemptPtr& attempt) {
    play::Result result = std::move(*attempt->result);
    attempt->result.reset();
    endCompanions(attempt);
    scheduler_.ended(attempt->turn);
    if (attempt->ticket.isAnswered && !result.opened && isOrdinaryRequest(*result.testCase)) {
      pace().refused(attempt->ticket);
    }
    pace().ended(attempt->ticket);
    const bool isolated = attempt->turn.round == Round::isolated;
    if (isolated && attempt->stretch > 1 && result.doubt == play::Doubt::absence) {
      stretchedTime_ += result.duration;
    }
    settle(attempt->turn, std::move(result));
    goOn_();
  }

  /// Keeps a result, or has its case run once more.
  void settle(const Scheduler::Turn& turn, play::Result result) {
    const auto found = doubtful_.find(turn.testCase);
    const EarlierRuns* earlier = found != doubtful_.end() ? &found->second : nullptr;
    const PeerTime time{pace().isSlow(), stretchedTime_ < kMaxStretchedTime * pace().stretch()};
    if (const auto round = repetition(turn, result, earlier, time)) {
      EarlierRuns& runs = doubtful_[turn.testCase];
      runs.wasInTime = runs.wasInTime || result.doubt != play::Doubt::absence;
      if (turn.round == Round::isolated) ++runs.isolatedRuns;
      runs.last = std::move(result);
      scheduler_.repeat(turn, *round);
    } else {
      if (turn.round != Round::first) result.run = play::Run::second;
      if (earlier != nullptr) doubtful_.erase(found);
      if (spec_.endsRun && spec_.endsRun(result)) scheduler_.stop();
      keep(std::move(result));
    }
  }

  void keep(play::Result result) {
    if (server_.agent.empty() && result.opened && agent_.empty()) agent_ = result.agent;
    const bool refused = suite::requirementOf(*result.testCase) != nullptr;
    if (server_.agent.empty() && !result.opened && (result.httpResponse.empty() || refused)) {
      // A server that said nothing, or refused what it should refuse, may not have given its name:
      // it is the one of its other cases.
      nameless_.push_back(std::move(result));
    } else {
      store(result);
    }
  }

  void store(const play::Result& result) {
    ++counted_;
    if (isExcluded(spec_.exclusions, result.agent, result.testCase->id)) {
      ++outcome_.skipped;
      return;
    }
    if (!reports_.add(result, neighbours(result))) {
      ++unwritten_;
      return;
    }
    ++outcome_.done;
    log_.caseEnded(result, counted_, spec_.cases.size());
  }

  [[nodiscard]] report::Neighbours neighbours(const play::Result& result) const {
    const std::size_t index = positions_.at(result.testCase);
    report::Neighbours found;
    if (index > 0) found.previous = spec_.selection[index - 1];
    if (index + 1 < spec_.selection.size()) found.next = spec_.selection[index + 1];
    return found;
  }

  net::Loop& loop_;
  const FuzzingClientSpec& spec_;
  const std::size_t index_;
  const ServerSpec& server_;
  Scheduler& scheduler_;
  ReportWriter& reports_;
  RunLog& log_;
  RunOutcome& outcome_;
  std::string agent_;  ///< empty as long as it is not known
  Random random_;
  std::map<const suite::Case*, std::size_t> positions_;
  std::vector<play::Result> nameless_;
  std::map<const suite::Case*, EarlierRuns> doubtful_;  ///< to be repeated
  std::size_t counted_ = 0;                             ///< cases with a result, and skipped ones
  std::size_t unwritten_ = 0;  ///< of these, results that could not be written
  Duration stretchedTime_{};   ///< of cases in which something was missing all the same
  bool unreachable_ = false;
  bool toldOfTls_ = false;
  std::function<void()> goOn_;
};

class FuzzingClient::State : public std::enable_shared_from_this<State> {
 public:
  State(net::Loop& eventLoop, FuzzingClientSpec description, report::Folder& folder, RunLog& runLog)
      : loop(eventLoop),
        spec(std::move(description)),
        scheduler(spec.cases, {spec.jobs, cores()}, spec.servers.size()),
        reports(folder, spec.selection, runLog),
        log(runLog) {}

  static int cores() { return static_cast<int>(std::max(1U, std::thread::hardware_concurrency())); }

  void start(std::function<void()> whenDone) {
    done = std::move(whenDone);
    for (std::size_t i = 0; i < spec.servers.size(); ++i) {
      servers.push_back(std::make_shared<ServerRun>(loop, spec, i, scheduler, reports, log, outcome,
                                                    [this] { startCases(); }));
    }
    loop.post([self = shared_from_this()] { self->startCases(); });
    watchLoop();
  }

  void watchLoop() {
    const TimePoint due = std::chrono::steady_clock::now() + kHeartbeat;
    loop.after(kHeartbeat, [self = shared_from_this(), due] {
      if (self->isDone) return;
      const bool isLate = std::chrono::steady_clock::now() - due > kLate;
      self->load.add(machineLoadNow());
      for (std::size_t i = 0; i < self->servers.size(); ++i) {
        if (isLate) self->scheduler.pace(i).loopWasLate();
        self->scheduler.pace(i).machineIs(self->load.mean());
      }
      self->watchLoop();
    });
  }

  void startCases() {
    while (const auto turn = scheduler.next()) servers[turn->server]->begin(*turn);
    if (!scheduler.finished() || isDone) return;
    isDone = true;
    for (const auto& server : servers) server->finish();
    done();
  }

  net::Loop& loop;
  FuzzingClientSpec spec;
  Scheduler scheduler;
  ReportWriter reports;
  RunLog& log;
  RunOutcome outcome;
  std::vector<std::shared_ptr<ServerRun>> servers;
  MachineLoad load;
  bool isDone = false;
  std::function<void()> done;
};

FuzzingClient::FuzzingClient(net::Loop& loop, FuzzingClientSpec spec, report::Folder& folder,
                             RunLog& log)
    : state_(std::make_shared<State>(loop, std::move(spec), folder, log)) {}

FuzzingClient::~FuzzingClient() = default;

void FuzzingClient::start(std::function<void()> done) {
  state_->start(std::move(done));
}

void FuzzingClient::interrupt() {
  for (const auto& server : state_->servers) server->finish();
}

bool FuzzingClient::writeReports() {
  return state_->reports.write();
}

RunOutcome FuzzingClient::outcome() const {
  return state_->outcome;
}

}  // namespace wsgauntlet::roles
