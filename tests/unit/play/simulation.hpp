// A case against a peer in memory and in virtual time: what the driver does with sockets.
#pragma once

#include "play/case_session.hpp"
#include "suite/catalogue.hpp"
#include "websocket/connection.hpp"
#include "websocket/handshake.hpp"
#include "websocket/server_response.hpp"

#include <algorithm>
#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace wsgauntlet::play {

using websocket::Role;

/// The other end. It has no clock: it acts when something reaches it.
class Peer {
 public:
  Peer() = default;
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;
  virtual ~Peer() = default;

  virtual void connected() {}
  virtual void received(Octets octets) = 0;

  std::deque<Octets> writes;  ///< taken away; each one arrives as a read of its own
  bool ends = false;          ///< ends TCP behind the writes
};

/// What the fuzzing server says of itself, and the original's testees.
inline constexpr const char* kFuzzer = "AutobahnTestSuite/25.10.1-0.10.9";
inline constexpr const char* kTestee = "AutobahnPython/0.10.9";

inline std::string switchingProtocols(OctetView request, const std::string& server,
                                      const std::string& extensions = {}) {
  websocket::ServerResponse response;
  response.server = server;
  response.poweredBy = kTestee;
  const websocket::HttpHead head = websocket::parseHead(request);
  response.key = std::string(head.find("Sec-WebSocket-Key").at(0));
  response.extensions = extensions;
  return buildResponse(response);
}

/// Sends what it was told when so many octets have come. Each reply is a write.
class ScriptedPeer : public Peer {
 public:
  struct Reply {
    std::uint64_t after = 0;  ///< octets of the fuzzer, those of the handshake included
    Octets octets;
    bool ends = false;  ///< then ends TCP
  };
  /// As a server, answers the handshake with `response`, in which `KEY` is the accept key.
  ScriptedPeer(std::string response, std::vector<Reply> replies)
      : response_(std::move(response)), replies_(replies.begin(), replies.end()) {}

  void connected() override { reply(); }
  void received(Octets octets) override {
    if (count_ == 0 && !response_.empty()) {
      const websocket::HttpHead head = websocket::parseHead(octets);
      if (const auto at = response_.find("KEY"); at != std::string::npos) {
        response_.replace(at, 3, websocket::acceptKey(head.find("Sec-WebSocket-Key").at(0)));
      }
      writes.push_back(response_);
    }
    count_ += octets.size();
    reply();
  }

 private:
  void reply() {
    for (; !replies_.empty() && replies_.front().after <= count_; replies_.pop_front()) {
      if (!replies_.front().octets.empty()) writes.push_back(replies_.front().octets);
      ends = ends || replies_.front().ends;
    }
  }

  std::string response_;
  std::deque<Reply> replies_;
  std::uint64_t count_ = 0;
};

/// A good implementation: echoes, judges, closes. Without a clock it would wait forever for the
/// answer to the Close frame with which it fails a connection, so it ends TCP behind it.
class TesteePeer : public Peer, private websocket::Listener {
 public:
  /// `role` is the testee's own.
  explicit TesteePeer(Role role, const websocket::Options& options = {})
      : role_(role), connection_(role, hasty(options), Random(7), *this, nullptr) {}

  void connected() override {
    if (role_ == Role::server) return;
    websocket::ClientRequest request;
    request.host = "127.0.0.1";
    request.port = 21010;
    request.resource = "/runCase?case=1&agent=AutobahnPython%2F0.10.9";
    request.userAgent = kTestee;
    connection_.openAsClient(request, {});
    flush();
  }
  void received(Octets octets) override {
    if (role_ == Role::server && connection_.httpRequest().empty()) {
      const websocket::HttpHead head = websocket::parseHead(octets);
      const auto offers = head.find("Sec-WebSocket-Extensions");
      std::optional<websocket::Negotiated> deflate;
      if (!offers.empty()) {
        const auto offered = websocket::parseExtensions(offers[0]);
        const std::array rules = {websocket::AcceptRule{}};
        deflate = negotiate(*offered.value, rules);
      }
      connection_.openAsServer(octets,
                               switchingProtocols(octets, kTestee, deflate ? deflate->header : ""),
                               deflate ? std::optional(deflate->parameters) : std::nullopt, {}, {});
    } else {
      connection_.received(octets, {});
    }
    flush();
  }

 private:
  void onOpen() override {}
  void onMessage(Octets& payload, bool binary) override {
    connection_.sendMessage(Payload(payload), binary);
  }
  void onPong(OctetView) override {}
  void onClosed() override {}

  static websocket::Options hasty(websocket::Options options) {
    options.dropAfterFailure = true;
    return options;
  }

  void flush() {
    Octets octets;
    std::array<char, 4096> block{};
    while (const std::size_t n = connection_.outbox().take(block)) octets.append(block.data(), n);
    if (!octets.empty()) writes.push_back(std::move(octets));
    ends = connection_.outbox().ending() != websocket::Ending::none;
  }

  Role role_;
  websocket::Connection connection_;
};

class Simulation {
 public:
  /// `role` is that of the fuzzer.
  Simulation(const suite::Case& testCase, Role role, Peer& peer) : role_(role), peer_(peer) {
    setup.testCase = &testCase;
    setup.number = 1;
    setup.seed = 1;
    setup.wallClock = [] { return WallTime{std::chrono::seconds(1795219249)}; };
    setup.onResult = [this](Result result) { result_ = std::move(result); };
    request.host = "127.0.0.1";
    request.port = 21010;
    request.userAgent = kFuzzer;
  }

  /// Runs until the connection is over; throws when nothing is left that could end it.
  Result run() {
    peer_.connected();
    if (role_ == Role::client) {
      if (const auto& deflate = setup.testCase->deflate) {
        for (const std::string& offer : deflate->offers) {
          request.extensions.push_back(websocket::parseExtensions(offer).value->at(0));
        }
      }
      session_ = std::make_unique<CaseSession>(setup, request);
    } else {
      AcceptedRequest accepted;
      accepted.request = peer_.writes.front();
      accepted.response = switchingProtocols(accepted.request, kFuzzer);
      peer_.writes.pop_front();
      session_ = std::make_unique<CaseSession>(setup, std::move(accepted));
    }
    session_->connected(now_);
    afterSession();
    while (!result_) step();
    return std::move(*result_);
  }

  // May be changed before `run`.
  CaseSetup setup;
  websocket::ClientRequest request;  ///< client role

  /// Time of a segment from one end to the other; two ways take longer than the time between two
  /// pieces, as on a real wire.
  static constexpr Duration kLatency = std::chrono::nanoseconds(7500);
  static constexpr Duration kPieceDelay = std::chrono::microseconds(10);
  static constexpr std::size_t kLongestRead = 65536;

 private:
  struct Due {
    TimePoint when;
    std::function<void()> what;
  };

  void step() {
    const auto first = std::min_element(due_.begin(), due_.end(),
                                        [](const Due& a, const Due& b) { return a.when < b.when; });
    const auto timer = session_->deadline();
    if (first != due_.end() && (!timer || first->when <= *timer)) {
      now_ = first->when;
      const auto what = std::move(first->what);
      due_.erase(first);
      what();
    } else if (timer) {
      now_ = *timer;
      session_->woken(now_);
      afterSession();
    } else {
      throw std::logic_error("the case hangs");
    }
  }

  /// After each call of the session: write, go on with pieces, end.
  void afterSession() {
    websocket::Outbox& outbox = session_->outbox();
    Octets octets;
    std::array<char, 4096> block{};
    while (const std::size_t n = outbox.take(block)) octets.append(block.data(), n);
    if (!octets.empty()) {
      due_.push_back({now_ + kLatency, [this, octets] {
                        if (peerGone_) return;
                        peer_.received(octets);
                        afterPeer();
                      }});
    }
    const websocket::Pieces pieces = session_->queuedPieces();
    if (pieces != websocket::Pieces::none && !pieceIsDue_) {
      pieceIsDue_ = true;
      const Duration delay =
          pieces == websocket::Pieces::paced ? kPieceDelay : std::chrono::nanoseconds(100);
      due_.push_back({now_ + delay, [this] {
                        pieceIsDue_ = false;
                        session_->sendNextPiece(now_);
                        afterSession();
                      }});
    }
    if (session_->outbox().ending() != websocket::Ending::none) ended_ = true;
  }

  void afterPeer() {
    Duration later = kLatency;
    for (; !peer_.writes.empty(); peer_.writes.pop_front()) {
      const Octets& write = peer_.writes.front();
      for (std::size_t at = 0; at < write.size(); at += kLongestRead) {
        due_.push_back({now_ + later, [this, read = write.substr(at, kLongestRead)]() mutable {
                          if (ended_) return;
                          session_->received(read, now_);
                          afterSession();
                        }});
        later += std::chrono::nanoseconds(100);
      }
    }
    if (peer_.ends && !peerGone_) {
      peerGone_ = true;
      due_.push_back({now_ + later, [this] {
                        if (!ended_) session_->disconnected(now_);
                      }});
    }
  }

  Role role_;
  Peer& peer_;
  TimePoint now_{std::chrono::seconds(1000)};
  std::vector<Due> due_;
  bool pieceIsDue_ = false;
  bool ended_ = false;
  bool peerGone_ = false;
  std::optional<Result> result_;
  std::unique_ptr<CaseSession> session_;
};

/// A built-in case; throws when there is none such.
inline const suite::Case& builtIn(const char* id) {
  const suite::Case* found = suite::Catalogue::builtIn().find(*suite::CaseId::parse(id));
  if (found == nullptr) throw std::logic_error(std::string("no case ") + id);
  return *found;
}

}  // namespace wsgauntlet::play
