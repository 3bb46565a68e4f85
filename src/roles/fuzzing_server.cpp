#include "roles/fuzzing_server.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "net/transport.hpp"
#include "play/case_session.hpp"
#include "play/opening.hpp"
#include "roles/case_board.hpp"
#include "roles/control_sessions.hpp"
#include "roles/front_door.hpp"
#include "roles/index_writer.hpp"
#include "roles/names.hpp"
#include "roles/run_page.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::roles {
namespace {

/// How often to look whether anybody is still connected.
constexpr auto kIdleCheck = std::chrono::seconds(1);

/// The value of a parameter that stands exactly once and is not empty.
std::optional<std::string> parameter(const websocket::Accepted& request, std::string_view name) {
  std::optional<std::string> value;
  for (const auto& [key, text] : request.parameters) {
    if (key != name) continue;
    if (value) return std::nullopt;
    value = text;
  }
  return value;
}

websocket::Refused badRequest(const std::string& why) {
  return {500, "Internal Server Error", {{"X-Reason", why}}};
}

std::string statusText(play::Behavior behavior) {
  return nlohmann::json({{"behavior", std::string(play::name(behavior))}}).dump();
}

/// The time for a handshake is a wait like those of the cases.
FuzzingServerSpec stretched(FuzzingServerSpec spec) {
  spec.listen.tlsTimeout =
      std::chrono::duration_cast<Duration>(spec.listen.tlsTimeout * spec.timeoutScale);
  return spec;
}

}  // namespace

class FuzzingServer::State {
 public:
  State(net::Loop& eventLoop, FuzzingServerSpec description, report::Folder& folder, RunLog& runLog)
      : loop(eventLoop),
        spec(stretched(std::move(description))),
        reports(folder, spec.cases, runLog),
        log(runLog),
        board(spec.cases),
        random(spec.seed),
        listener(
            eventLoop, spec.listen, [this](const std::string& peer) { return openDoor(peer); },
            spec.tls,
            [this](const std::string& peer, const std::string& reason) {
              log.line(fmt::format("TLS with {} failed ({})", peer, reason));
            }) {
    if (spec.webPort) servePage(folder);
  }

  std::unique_ptr<websocket::Session> openDoor(const std::string& peer) {
    if (!returnsMemory) returnMemoryLater();
    return std::make_unique<FrontDoor>(
        spec.options, kFuzzerName, peer, [this](Knock knock) { return route(std::move(knock)); },
        guests, [this](BadKnock knock) { return runCaseOfBadRequest(std::move(knock)); });
  }

  /// Once nobody is here: what a flood took is not kept for the days that a server may run. The C
  /// library by itself would keep most of it.
  void returnMemoryLater() {
    returnsMemory = true;
    loop.after(kIdleCheck, [this] {
      if (*guests > 0) {
        returnMemoryLater();
      } else {
        returnFreeMemory();
        returnsMemory = false;
      }
    });
  }

  void servePage(const report::Folder& folder) {
    try {
      page.emplace(loop,
                   RunPageSpec{{spec.listen.host, *spec.webPort},
                               spec.cases,
                               spec.tls,
                               listener.port(),
                               [this] { reports.refresh(); }},
                   folder);
    } catch (const InputError& error) {
      if (spec.webPageRequired) throw;
      log.line(fmt::format("No web page: {}; --webport chooses another port", error.what()));
    }
  }

  Welcome route(Knock knock) {
    const std::string path = knock.accepted.target.path;
    if (path == "/runCase") return runCase(std::move(knock));
    if (path == "/getCaseCount") {
      return replyWith(std::move(knock), std::to_string(board.cases().size()));
    }
    if (path == "/getCaseInfo") return caseInfo(std::move(knock));
    if (path == "/getCaseStatus") return caseStatus(std::move(knock));
    if (path == "/updateReports") return updateReports(std::move(knock));
    if (path == "/stopServer") return stopServer(std::move(knock));
    log.line("Entering direct command mode for peer " + knock.peer);
    return std::make_unique<DirectCommandSession>(spec.options, fork(), answer(std::move(knock)));
  }

  Random fork() { return random.fork(++connections); }

  SimpleSession::Answer answer(Knock knock,
                               const std::optional<websocket::Negotiated>& deflate = {}) {
    websocket::ServerResponse response;
    response.server = kFuzzerName;
    response.poweredBy = "AutobahnPython/0.10.9";
    response.extraHeaders = spec.headers;
    return openingAnswer(std::move(knock), std::move(response), spec.protocols, deflate);
  }

  std::unique_ptr<ReplySession> makeReply(Knock knock) {
    return std::make_unique<ReplySession>(spec.options, fork(), answer(std::move(knock)));
  }

  Welcome replyWith(Knock knock, const std::string& text) {
    auto session = makeReply(std::move(knock));
    session->reply(text);
    return session;
  }

  std::optional<int> caseNumber(const Knock& knock) const {
    return board.number(parameter(knock.accepted, "case"), parameter(knock.accepted, "casetuple"));
  }

  Welcome caseInfo(Knock knock) {
    const auto number = caseNumber(knock);
    if (!number) return badRequest("no such case");
    const suite::Case& testCase = *board.cases()[static_cast<std::size_t>(*number) - 1];
    const nlohmann::ordered_json info = {{"id", testCase.id.str()},
                                         {"description", testCase.description}};
    return replyWith(std::move(knock), info.dump());
  }

  Welcome caseStatus(Knock knock) {
    const auto number = caseNumber(knock);
    const auto agent = parameter(knock.accepted, "agent");
    if (!number) return badRequest("no such case");
    if (!agent) return badRequest("the parameter agent is missing");
    auto session = makeReply(std::move(knock));
    board.whenDone(*agent, *number, [reply = session->replier()](play::Behavior behavior) {
      reply(statusText(behavior));
    });
    return session;
  }

  Welcome updateReports(Knock knock) {
    if (!parameter(knock.accepted, "agent")) return badRequest("the parameter agent is missing");
    const std::string shutdown =
        websocket::toLower(parameter(knock.accepted, "shutdownOnComplete").value_or(""));
    const bool ends = shutdown == "true" || shutdown == "yes";
    log.line("Updating reports, requested by peer " + knock.peer);
    reports.write();
    log.line(ends ? "Report generation complete; shutting down server."
                  : "Report generation complete.");
    auto session = makeReply(std::move(knock));
    if (ends) session->whenClosed([this] { loop.stop(); });
    session->reply("");
    return session;
  }

  Welcome stopServer(Knock knock) {
    log.line("Shutting down server.");
    auto session = makeReply(std::move(knock));
    session->whenClosed([this] { loop.stop(); });
    session->reply("");
    return session;
  }

  Welcome runCase(Knock knock) {
    const auto number = caseNumber(knock);
    const auto agent = parameter(knock.accepted, "agent");
    if (!number) return badRequest("no such case");
    if (!agent) return badRequest("the parameter agent is missing");
    const suite::Case& testCase = *board.cases()[static_cast<std::size_t>(*number) - 1];
    if (isExcluded(spec.exclusions, *agent, testCase.id)) {
      log.line(fmt::format("Skipping test case {} for agent {} by test configuration!",
                           testCase.id.str(), *agent));
      if (page) page->skipped(*agent, testCase.id);
      return replyWith(std::move(knock), "");
    }
    play::CaseSetup setup = begin(testCase, *number, *agent, knock.peer);
    setup.keyIsFresh = keys[*agent].insert(knock.accepted.key).second;
    const auto deflate =
        websocket::negotiate(knock.accepted.extensions, play::acceptRules(testCase));
    SimpleSession::Answer open = answer(std::move(knock), deflate);
    return std::make_unique<play::CaseSession>(std::move(setup),
                                               play::AcceptedRequest{std::move(open.request),
                                                                     std::move(open.response),
                                                                     open.deflate,
                                                                     std::move(open.rest),
                                                                     {}});
  }

  play::CaseSetup begin(const suite::Case& testCase, int number, const std::string& agent,
                        const std::string& peer) {
    log.caseStarted(testCase, agent, peer);
    board.begin(agent, number);
    if (page) page->started(agent, testCase.id);
    play::CaseSetup setup;
    setup.testCase = &testCase;
    setup.number = number;
    setup.agent = agent;
    setup.options = spec.options;
    setup.seed = fork().next();
    setup.timeoutScale = spec.timeoutScale;
    setup.corpora = spec.corpora;
    setup.wallClock = wallClock;
    setup.onResult = [this](const play::Result& result) { caseEnded(result); };
    return setup;
  }

  /// A case that is judged by level is FAILED by a request that cannot be answered; the original's
  /// cases have no result then.
  std::unique_ptr<websocket::Session> runCaseOfBadRequest(BadKnock knock) {
    websocket::Accepted request;
    request.target = knock.target;
    request.parameters = websocket::decodeForm(knock.target.query);
    const auto agent =
        request.target.path == "/runCase" ? parameter(request, "agent") : std::nullopt;
    const auto number = board.number(parameter(request, "case"), parameter(request, "casetuple"));
    if (!agent || !number) return nullptr;
    const suite::Case& testCase = *board.cases()[static_cast<std::size_t>(*number) - 1];
    if (!testCase.outcome || isExcluded(spec.exclusions, *agent, testCase.id)) return nullptr;
    play::AcceptedRequest refused;
    refused.request = std::move(knock.request);
    refused.response = websocket::buildRefusal(knock.refusal);
    refused.fault = knock.refusal.reason;
    return std::make_unique<play::CaseSession>(begin(testCase, *number, *agent, knock.peer),
                                               std::move(refused));
  }

  void caseEnded(const play::Result& result) {
    const bool written = reports.add(result, neighbours(result.number));
    board.add(result.agent, result.number, result.behavior);
    if (page) page->ended(result.agent, result.testCase->id);
    if (written) {
      log.caseEnded(result, board.done(result.agent), board.cases().size());
    } else {
      ++unwritten;
    }
    if (spec.endsRun && spec.endsRun(result)) loop.stop();
  }

  [[nodiscard]] report::Neighbours neighbours(int number) const {
    const auto& cases = board.cases();
    const auto index = static_cast<std::size_t>(number) - 1;
    report::Neighbours found;
    if (index > 0) found.previous = cases[index - 1];
    if (index + 1 < cases.size()) found.next = cases[index + 1];
    return found;
  }

  net::Loop& loop;
  FuzzingServerSpec spec;
  IndexWriter reports;
  std::size_t unwritten = 0;
  RunLog& log;
  CaseBoard board;
  Random random;
  std::uint64_t connections = 0;
  std::shared_ptr<std::size_t> guests = std::make_shared<std::size_t>(0);
  bool returnsMemory = false;                         ///< will do so
  std::map<std::string, std::set<std::string>> keys;  ///< that an agent has used in cases
  net::Listener listener;
  std::optional<RunPage> page;
};

FuzzingServer::FuzzingServer(net::Loop& loop, FuzzingServerSpec spec, report::Folder& folder,
                             RunLog& log)
    : state_(std::make_unique<State>(loop, std::move(spec), folder, log)) {}

FuzzingServer::~FuzzingServer() = default;

std::uint16_t FuzzingServer::port() const {
  return state_->listener.port();
}

std::optional<std::uint16_t> FuzzingServer::webPort() const {
  return state_->page ? std::optional(state_->page->port()) : std::nullopt;
}

bool FuzzingServer::writeReports() {
  return state_->reports.write();
}

std::size_t FuzzingServer::unwritten() const {
  return state_->unwritten;
}

}  // namespace wsgauntlet::roles
