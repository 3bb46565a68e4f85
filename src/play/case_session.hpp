// One case on one connection: script, timers and connection. A judge follows what happens.
#pragma once

#include "base/clock.hpp"
#include "base/random.hpp"
#include "play/judge.hpp"
#include "play/recorder.hpp"
#include "play/result.hpp"
#include "play/script.hpp"
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

/// What a case needs in addition to itself.
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
  /// What the corrections of the case tolerate is right.
  bool corrections = false;
  /// Server role: the client has not used its Sec-WebSocket-Key before, as far as is known.
  bool keyIsFresh = true;
  std::function<WallTime()> wallClock;
  /// Hears how long the peer took for its first octets, or to end TCP before any. Client role.
  std::function<void(Duration)> onAnswer;
  /// Hears, as often as that happens, that nothing has moved for half a second: the case only
  /// waits.
  std::function<void()> onQuiet;
  /// Of a companion: its script has ended. From then on it only stays open, until `end` or its
  /// limit.
  std::function<void()> onReady;
  /// Receives the result when the connection is over; must not end the session.
  std::function<void(Result)> onResult;
};

/// The request of a client whose answer is settled (server role).
struct AcceptedRequest {
  Octets request;        ///< header block
  std::string response;  ///< header block
  std::optional<websocket::DeflateParameters> deflate;
  Octets rest;  ///< octets that came after the request
  /// What is wrong with the request: then `response` refuses it, and nothing else is done.
  std::string fault;
};

class CaseSession : public websocket::Session, private websocket::Listener {
 public:
  /// Client role: opens the connection with `request`.
  CaseSession(CaseSetup setup, websocket::ClientRequest request);
  /// Server role: answers the request.
  CaseSession(CaseSetup setup, AcceptedRequest request);

  /// Of a companion: the case has ended, and so does this connection.
  void end();

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
  [[nodiscard]] bool isReading() const override { return script_.isReading(); }

 private:
  CaseSession(CaseSetup setup, websocket::Role role,
              std::variant<websocket::ClientRequest, AcceptedRequest> opening);

  void onOpen() override;
  void onMessage(Octets& payload, bool binary) override;
  void onPong(OctetView payload) override;
  void onClosed() override;

  void openAsClient();
  void openAsServer();
  void setNow(TimePoint now);
  void noteAnswer();
  [[nodiscard]] bool isCompressionUsable() const;
  void refuse();
  void runScript();
  void react(Next next);
  void hurry();
  void sendNextMessage();
  void closeMeasured();
  [[nodiscard]] bool endIsUpToTheHandshake() const;
  void timerFired(CaseTimer timer);
  void waitEnded();
  void restartPatience();
  [[nodiscard]] double timeToRead();
  [[nodiscard]] bool isStillReading();
  void giveUp();
  [[nodiscard]] Observation observation() const;
  [[nodiscard]] bool wasCutShort() const;
  [[nodiscard]] Result result();

  const CaseSetup setup_;
  const suite::Case& case_;
  const websocket::Role role_;
  const CaseTime time_;
  std::variant<websocket::ClientRequest, AcceptedRequest> opening_;
  std::unique_ptr<Judge> judge_;
  Recorder recorder_;
  websocket::Connection connection_;
  websocket::Timers<CaseTimer> timers_;
  Script script_;
  TimePoint now_{};
  TimePoint connectedAt_{};
  TimePoint openedAt_{};
  WallTime startedAt_{};
  bool answered_ = false;
  bool isApplicable_ = true;  ///< the opening handshake of the case is one that this peer can take
  bool unimplemented_ = false;
  bool scriptEnded_ = false;
  bool isToEnd_ = false;
  bool endedByTimer_ = false;  ///< `closeAfter` or `failAfter` did what they are for
  bool gaveUp_ = false;        ///< the peer was silent for too long
  std::uint64_t unsent_ = 0;   ///< octets that waited when the patience began
  bool peerEndedTcp_ = false;
  bool cutShort_ = false;  ///< a wait ran out before the time that the case gives it
  std::optional<TrafficStats> traffic_;
};

}  // namespace wsgauntlet::play
