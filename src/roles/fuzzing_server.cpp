#include "roles/fuzzing_server.hpp"

#include "base/error.hpp"
#include "base/memory.hpp"
#include "net/listener.hpp"
#include "play/case_session.hpp"
#include "play/opening.hpp"
#include "roles/case_progress.hpp"
#include "roles/client_pace.hpp"
#include "roles/control_sessions.hpp"
#include "roles/names.hpp"
#include "roles/report_writer.hpp"
#include "web/run_page.hpp"
#include "websocket/request_session.hpp"
#include "websocket/server_response.hpp"

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

/// The value of a parameter that occurs exactly once and is not empty.
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
        progress(spec.cases),
        random(spec.seed),
        listener(
            eventLoop, spec.listen, [this](const std::string& peer) { return serve(peer); },
            spec.tls,
            [this](const std::string& peer, const std::string& reason) {
              log.line(fmt::format("TLS with {} failed ({})", peer, reason));
            }) {
    if (spec.webPort) servePage(folder);
  }

  std::unique_ptr<websocket::Session> serve(const std::string& peer) {
    if (!returnsMemory) returnMemoryLater();
    return std::make_unique<websocket::RequestSession>(
        spec.options, kFuzzerName, peer,
        [this](websocket::OpeningRequest request) { return route(std::move(request)); },
        connections,
        [this](websocket::RejectedRequest request) {
          return runCaseOfRejectedRequest(std::move(request));
        });
  }

  /// Once nobody is here: what a flood took is not kept for the days that a server may run. The C
  /// library by itself would keep most of it.
  void returnMemoryLater() {
    returnsMemory = true;
    loop.after(kIdleCheck, [this] {
      if (*connections > 0) {
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
                   web::RunPageSpec{{spec.listen.host, *spec.webPort},
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

  websocket::RouteResult route(websocket::OpeningRequest request) {
    const std::string path = request.accepted.target.path;
    if (path == "/runCase") return runCase(std::move(request));
    if (path == "/getCaseCount") {
      return replyWith(std::move(request), std::to_string(progress.cases().size()));
    }
    if (path == "/getCaseInfo") return caseInfo(std::move(request));
    if (path == "/getCaseStatus") return caseStatus(std::move(request));
    if (path == "/updateReports") return updateReports(std::move(request));
    if (path == "/stopServer") return stopServer(std::move(request));
    log.line("Entering direct command mode for peer " + request.peer);
    return std::make_unique<DirectCommandSession>(spec.options, fork(), answer(std::move(request)));
  }

  Random fork() { return random.fork(++accepted); }

  SimpleSession::Answer answer(websocket::OpeningRequest request,
                               const std::optional<websocket::Negotiated>& deflate = {}) {
    websocket::ServerResponse response;
    response.server = kFuzzerName;
    response.poweredBy = "AutobahnPython/0.10.9";
    response.extraHeaders = spec.headers;
    return openingAnswer(std::move(request), std::move(response), spec.protocols, deflate);
  }

  std::unique_ptr<ReplySession> makeReply(websocket::OpeningRequest request) {
    return std::make_unique<ReplySession>(spec.options, fork(), answer(std::move(request)));
  }

  websocket::RouteResult replyWith(websocket::OpeningRequest request, const std::string& text) {
    auto session = makeReply(std::move(request));
    session->reply(text);
    return session;
  }

  std::optional<int> caseNumber(const websocket::OpeningRequest& request) const {
    return progress.number(parameter(request.accepted, "case"),
                           parameter(request.accepted, "casetuple"));
  }

  websocket::RouteResult caseInfo(websocket::OpeningRequest request) {
    const auto number = caseNumber(request);
    if (!number) return badRequest("no such case");
    const suite::Case& testCase = *progress.cases()[static_cast<std::size_t>(*number) - 1];
    const nlohmann::ordered_json info = {{"id", testCase.id.str()},
                                         {"description", testCase.description}};
    return replyWith(std::move(request), info.dump());
  }

  websocket::RouteResult caseStatus(websocket::OpeningRequest request) {
    const auto number = caseNumber(request);
    const auto agent = parameter(request.accepted, "agent");
    if (!number) return badRequest("no such case");
    if (!agent) return badRequest("the parameter agent is missing");
    auto session = makeReply(std::move(request));
    progress.whenDone(*agent, *number, [reply = session->replier()](play::Behavior behavior) {
      reply(statusText(behavior));
    });
    return session;
  }

  websocket::RouteResult updateReports(websocket::OpeningRequest request) {
    const auto agent = parameter(request.accepted, "agent");
    if (!agent) return badRequest("the parameter agent is missing");
    paces.erase(*agent);  // it has ended its run, and may be another program in the next one
    const std::string shutdown =
        websocket::toLower(parameter(request.accepted, "shutdownOnComplete").value_or(""));
    const bool ends = shutdown == "true" || shutdown == "yes";
    log.line("Updating reports, requested by peer " + request.peer);
    reports.write();
    log.line(ends ? "Report generation complete; shutting down server."
                  : "Report generation complete.");
    auto session = makeReply(std::move(request));
    if (ends) session->whenClosed([this] { loop.stop(); });
    session->reply("");
    return session;
  }

  websocket::RouteResult stopServer(websocket::OpeningRequest request) {
    log.line("Shutting down server.");
    auto session = makeReply(std::move(request));
    session->whenClosed([this] { loop.stop(); });
    session->reply("");
    return session;
  }

  websocket::RouteResult runCase(websocket::OpeningRequest request) {
    const auto number = caseNumber(request);
    const auto agent = parameter(request.accepted, "agent");
    if (!number) return badRequest("no such case");
    if (!agent) return badRequest("the parameter agent is missing");
    const suite::Case& testCase = *progress.cases()[static_cast<std::size_t>(*number) - 1];
    if (isExcluded(spec.exclusions, *agent, testCase.id)) {
      log.line(fmt::format("Skipping test case {} for agent {} by test configuration!",
                           testCase.id.str(), *agent));
      if (page) page->skipped(*agent, testCase.id);
      return replyWith(std::move(request), "");
    }
    play::CaseSetup setup = begin(testCase, *number, *agent, request.peer);
    setup.keyIsFresh = keys[*agent].insert(request.accepted.key).second;
    const auto deflate =
        websocket::negotiate(request.accepted.extensions, play::acceptRules(testCase));
    SimpleSession::Answer open = answer(std::move(request), deflate);
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
    progress.begin(agent, number);
    if (page) page->started(agent, testCase.id);
    play::CaseSetup setup;
    setup.testCase = &testCase;
    setup.number = number;
    setup.agent = agent;
    setup.options = spec.options;
    setup.seed = fork().next();
    setup.timeoutScale = spec.timeoutScale;
    setup.patience = paces[agent].patience();
    setup.corpora = spec.corpora;
    setup.corrections = spec.corrections;
    setup.wallClock = wallClock;
    setup.onResult = [this](const play::Result& result) { caseEnded(result); };
    return setup;
  }

  /// A case that is judged by level is FAILED by a request that cannot be answered; the original's
  /// cases have no result then.
  std::unique_ptr<websocket::Session> runCaseOfRejectedRequest(websocket::RejectedRequest request) {
    websocket::Accepted asked;
    asked.target = request.target;
    asked.parameters = websocket::decodeForm(request.target.query);
    const auto agent = request.target.path == "/runCase" ? parameter(asked, "agent") : std::nullopt;
    const auto number = progress.number(parameter(asked, "case"), parameter(asked, "casetuple"));
    if (!agent || !number) return nullptr;
    const suite::Case& testCase = *progress.cases()[static_cast<std::size_t>(*number) - 1];
    if (suite::requirementOf(testCase) == nullptr ||
        isExcluded(spec.exclusions, *agent, testCase.id))
      return nullptr;
    play::AcceptedRequest refused;
    refused.request = std::move(request.request);
    refused.response = websocket::buildRefusal(request.refusal);
    refused.fault = request.refusal.reason;
    return std::make_unique<play::CaseSession>(begin(testCase, *number, *agent, request.peer),
                                               std::move(refused));
  }

  void caseEnded(const play::Result& result) {
    const bool written = reports.add(result, neighbours(result.number));
    progress.add(result.agent, result.number, result.behavior);
    paces[result.agent].ended(result);
    if (page) page->ended(result.agent, result.testCase->id);
    if (written) {
      log.caseEnded(result, progress.done(result.agent), progress.cases().size());
    } else {
      ++unwritten;
    }
    if (spec.endsRun && spec.endsRun(result)) loop.stop();
  }

  [[nodiscard]] report::Neighbours neighbours(int number) const {
    const auto& cases = progress.cases();
    const auto index = static_cast<std::size_t>(number) - 1;
    report::Neighbours found;
    if (index > 0) found.previous = cases[index - 1];
    if (index + 1 < cases.size()) found.next = cases[index + 1];
    return found;
  }

  net::Loop& loop;
  FuzzingServerSpec spec;
  ReportWriter reports;
  std::size_t unwritten = 0;
  RunLog& log;
  CaseProgress progress;
  Random random;
  std::uint64_t accepted = 0;  ///< connections so far
  std::shared_ptr<std::size_t> connections = std::make_shared<std::size_t>(0);
  bool returnsMemory = false;                         ///< will do so
  std::map<std::string, std::set<std::string>> keys;  ///< that an agent has used in cases
  std::map<std::string, ClientPace> paces;            ///< by agent
  net::Listener listener;
  std::optional<web::RunPage> page;
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
