// One case on one connection: runs the script, watches, judges.
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "play/measurement.hpp"
#include "play/recorder.hpp"
#include "play/result.hpp"
#include "play/rule_course.hpp"
#include "suite/corpora.hpp"
#include "suite/model.hpp"
#include "websocket/connection.hpp"
#include "websocket/session.hpp"

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wsgauntlet::play {

/// What a case needs beside itself.
struct CaseSetup {
  const suite::Case* testCase = nullptr;  ///< lives longer than the session and its result
  int number = 0;
  /// Name of the peer. Empty in the client role: the Server field of its answer.
  std::string agent;
  websocket::Options options;
  std::uint64_t seed = 0;   ///< of masks and keys
  double timeoutScale = 1;  ///< stretches every wait of the case
  /// Shortens the patience with a silent peer, where the case has more.
  std::optional<Duration> patience;
  /// What slices are taken from; lives longer than the session.
  const suite::Corpora* corpora = &suite::Corpora::builtIn();
  /// Server role: the client has not used its Sec-WebSocket-Key before, as far as is known.
  bool keyIsFresh = true;
  std::function<WallTime()> wallClock;
  /// Hears how long the peer took for its first octets, or to end TCP before any. Client role.
  std::function<void(Duration)> onAnswer;
  /// Takes the result when the connection is over; must not end the session.
  std::function<void(Result)> onResult;
};

/// The request of a client whose answer is settled (server role).
struct AcceptedRequest {
  Octets request;        ///< header block
  std::string response;  ///< header block
  std::optional<websocket::DeflateParameters> deflate;
  Octets rest;  ///< octets that came behind the request
  /// What is wrong with the request: then `response` refuses it, and nothing else is done.
  std::string fault;
};

class CaseSession : public websocket::Session, private websocket::Listener {
 public:
  /// Client role: opens the connection with `request`.
  CaseSession(CaseSetup setup, websocket::ClientRequest request);
  /// Server role: answers the request.
  CaseSession(CaseSetup setup, AcceptedRequest request);

  void connected(TimePoint now) override;
  void received(std::span<char> octets, TimePoint now) override;
  void disconnected(TimePoint now) override;
  [[nodiscard]] std::optional<TimePoint> deadline() const override;
  void woken(TimePoint now) override;
  [[nodiscard]] websocket::Pieces queuedPieces() const override {
    return connection_.queuedPieces();
  }
  void sendNextPiece(TimePoint now) override;
  websocket::Outbox& outbox() override { return connection_.outbox(); }

 private:
  enum class Timer { wait, closeAfter, failAfter, patience, limit };

  CaseSession(CaseSetup setup, websocket::Role role,
              std::variant<websocket::ClientRequest, AcceptedRequest> opening);

  void onOpen() override;
  void onMessage(Octets& payload, bool binary) override;
  void onPong(OctetView payload) override;
  void onClosed() override;

  void openAsClient();
  void openAsServer();
  void setNow(TimePoint now);
  [[nodiscard]] Duration scaled(double seconds) const;
  [[nodiscard]] Duration patience(double seconds) const;
  void noteAnswer();
  void runScript();
  void startMeasuring();
  void sendNextRoundTrip();
  void finishMeasuring();
  void timerFired(Timer timer);
  [[nodiscard]] bool isCompressionUsable() const;
  void refuse();

  // One for each kind of step.
  void run(const suite::SendFrame& step);
  void run(const suite::SendMessage& step);
  void run(const suite::SendClose& step);
  void run(const suite::StartClosing& step);
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
  void run(const suite::ResetTcp& step);

  // Cases that are judged by level.
  void beginRules();
  void restartPatience();
  void afterRuleEvent();
  void giveUp();
  [[nodiscard]] Verdict judgeRuleCase();

  [[nodiscard]] bool wasCutShort() const;

  template <typename Expected, typename Matches>
  void addEvent(Event event, Matches matches);
  void closeWhenAllCame();
  [[nodiscard]] bool matched(std::size_t alternative) const;
  [[nodiscard]] bool isContradicted() const;

  const CaseSetup setup_;
  const suite::Case& case_;
  const websocket::Role role_;
  std::variant<websocket::ClientRequest, AcceptedRequest> opening_;
  Recorder recorder_;
  websocket::Connection connection_;
  websocket::Timers<Timer> timers_;
  bool closingCameFirst_ = false;  ///< the closing handshake had begun when `failAfter` was set
  bool endedByTimer_ = false;      ///< `closeAfter` or `failAfter` did what they are for
  bool cutShort_ = false;          ///< a wait ran out before the time that the case gives it
  bool answered_ = false;
  TimePoint now_{};
  TimePoint connectedAt_{};
  TimePoint openedAt_{};
  WallTime startedAt_{};

  std::size_t nextStep_ = 0;
  bool waiting_ = false;
  std::optional<std::string> waitTag_;
  std::vector<Event> events_;
  std::vector<bool> prefixMatches_;  ///< by alternative: all events so far are as expected
  /// By alternative: the first event that is not as expected is one of the peer's.
  std::vector<bool> isContradicted_;
  std::variant<std::monostate, LargeMessageCheck, RoundTripLoop> measure_;
  std::unique_ptr<RuleCourse> rules_;  ///< of a case that is judged by level
  bool answerFits_ = true;             ///< the answer of the case is one that the client can take
  bool unimplemented_ = false;
  std::optional<TrafficStats> traffic_;
};

}  // namespace wsgauntlet::play
