// A case against a peer that deviates on purpose, both in memory and in virtual time.
#pragma once

#include "mutants/mutant_peer.hpp"
#include "play/case_session.hpp"
#include "play/opening.hpp"
#include "websocket/handshake.hpp"
#include "websocket/server_response.hpp"

#include <array>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet {

/// Which kind of peer is under test.
enum class Under { server, client };

class Duel {
 public:
  /// `mutation`: the name of that of the peer; empty for a peer that is right.
  Duel(const suite::Case& testCase, std::string_view mutation, Under under,
       std::set<std::string>& keys, std::uint64_t seed)
      : case_(testCase),
        under_(under),
        keys_(keys),
        seed_(seed),
        mutation_(mutation.empty() ? mutants::Mutation::none
                                   : mutants::findMutation(mutation)->id) {
    setup_.testCase = &testCase;
    setup_.number = 1;
    setup_.agent = "odd";
    setup_.seed = seed;
    setup_.wallClock = [] { return WallTime{}; };
    setup_.onResult = [this](play::Result result) { result_ = std::move(result); };
  }

  /// What the corrections of the case tolerate is right.
  Duel& withCorrections() {
    setup_.corrections = true;
    return *this;
  }

  /// The result; nothing when the case never ends.
  std::optional<play::Result> run() {
    if (const suite::Requirement* requirement = suite::requirementOf(case_)) {
      for (const auto& companion : requirement->companions) openCompanion(*companion);
    }
    Wire& wire = newWire();
    if (under_ == Under::server) {
      wire.session = std::make_unique<play::CaseSession>(setup_, requestFor(case_));
      wire.session->connected(now_);
    }
    turnUntil([this] { return result_.has_value(); });
    return std::move(result_);
  }

 private:
  /// One end of the wire.
  struct End {
    bool fin = false;      ///< its direction has ended
    bool stopped = false;  ///< it reads no more
  };
  /// A connection of the fuzzer with the peer.
  struct Wire {
    std::unique_ptr<mutants::MutantPeer> peer;
    std::unique_ptr<play::CaseSession> session;
    End caseEnd;
    End peerEnd;
  };

  Wire& newWire() {
    Wire& wire = *wires_.emplace_back(std::make_unique<Wire>());
    const Random random(seed_ + wires_.size());
    if (under_ == Under::server) {
      wire.peer = std::make_unique<mutants::MutantPeer>(mutation_, random, server_);
    } else {
      wire.peer = std::make_unique<mutants::MutantPeer>(
          mutation_, random,
          mutants::MutantRequest{"127.0.0.1:9001", "/runCase?case=1&agent=odd", "odd"});
    }
    wire.peer->connected(now_);
    return wire;
  }

  /// Another connection, until its script has ended.
  void openCompanion(const suite::Case& companion) {
    bool isReady = false;
    play::CaseSetup setup = setup_;
    setup.testCase = &companion;
    setup.onReady = [&isReady] { isReady = true; };
    setup.onResult = [&isReady](const play::Result&) { isReady = true; };
    Wire& wire = newWire();
    wire.session = std::make_unique<play::CaseSession>(setup, requestFor(companion));
    wire.session->connected(now_);
    turnUntil([&isReady] { return isReady; });
    while (move()) {
    }
  }

  static websocket::ClientRequest requestFor(const suite::Case& testCase) {
    websocket::ClientRequest request;
    request.host = "127.0.0.1";
    request.port = 9001;
    request.userAgent = "fuzzer";
    const auto& edit = suite::openingOf(testCase).request;
    if (edit && play::needsSubprotocol(*edit)) request.protocols = {"chat"};
    if (!testCase.deflate) return request;
    for (const std::string& offer : testCase.deflate->offers) {
      const auto parsed = websocket::parseExtensions(offer);
      request.extensions.insert(request.extensions.end(), parsed.value->begin(),
                                parsed.value->end());
    }
    return request;
  }

  template <typename Done>
  void turnUntil(const Done& done) {
    constexpr int kMaxTurns = 200000;
    for (int i = 0; i < kMaxTurns && !done(); ++i) {
      if (!move() && !wait()) break;
    }
  }

  /// Moves what waits; false when nothing did.
  bool move() {
    bool moved = false;
    for (const auto& wire : wires_) {
      if (!wire->session) {
        moved = admit(*wire) || moved;
        continue;
      }
      moved = carry(*wire->session, wire->caseEnd, *wire->peer, wire->peerEnd) || moved;
      moved = carry(*wire->peer, wire->peerEnd, *wire->session, wire->caseEnd) || moved;
    }
    return moved;
  }

  bool carry(websocket::Session& from, End& fromEnd, websocket::Session& to, End& toEnd) {
    bool moved = deliver(from, to, toEnd);
    if (!moved && from.queuedPieces() != websocket::Pieces::none) {
      from.sendNextPiece(now_);
      deliver(from, to, toEnd);
      return true;
    }
    const websocket::Outbox& outbox = from.outbox();
    const bool ends = outbox.ending() != websocket::Ending::none;
    if (ends) fromEnd.stopped = true;
    if (!moved && (ends || outbox.sendingEnded()) && !fromEnd.fin) {
      fromEnd.fin = true;
      moved = true;
      if (!toEnd.stopped) to.disconnected(now_);
    }
    return moved;
  }

  bool deliver(websocket::Session& from, websocket::Session& to, const End& toEnd) {
    bool moved = false;
    if (!to.isReading()) return false;
    while (const std::size_t n = from.outbox().take(block_)) {
      moved = true;
      if (!toEnd.stopped) to.received(std::span(block_).first(n), now_);
    }
    return moved;
  }

  /// The fuzzing server: reads the request of the client and begins the case.
  bool admit(Wire& wire) {
    bool moved = false;
    if (wire.peer->queuedPieces() != websocket::Pieces::none) wire.peer->sendNextPiece(now_);
    while (const std::size_t n = wire.peer->outbox().take(block_)) {
      request_.append(block_.data(), n);
      moved = true;
    }
    const std::size_t end = websocket::findHeaderEnd(request_);
    if (end == Octets::npos) return moved;
    const websocket::HttpHead head = websocket::parseHead(OctetView(request_).substr(0, end));
    const websocket::RequestVerdict verdict = checkRequest(head, {});
    play::AcceptedRequest accepted;
    accepted.request = request_.substr(0, end);
    accepted.rest = request_.substr(end);
    if (const auto* good = std::get_if<websocket::Accepted>(&verdict)) {
      setup_.keyIsFresh = keys_.insert(good->key).second;
      const auto deflate = negotiate(good->extensions, play::acceptRules(case_));
      websocket::ServerResponse response;
      response.key = good->key;
      if (deflate) response.extensions = deflate->header;
      accepted.response = buildResponse(response);
      if (deflate) accepted.deflate = deflate->parameters;
    } else {
      const auto* refused = std::get_if<websocket::Refused>(&verdict);
      accepted.fault = refused != nullptr ? refused->reason : "a page";
      accepted.response = "HTTP/1.1 400 Bad Request\r\n\r\n";
      if (suite::requirementOf(case_) == nullptr)
        return false;  // the original's cases have no result then
    }
    wire.session = std::make_unique<play::CaseSession>(setup_, std::move(accepted));
    wire.session->connected(now_);
    return true;
  }

  /// Goes to the next time at which anything happens; false when there is none.
  bool wait() {
    std::optional<TimePoint> next;
    const auto see = [&](websocket::Session* session) {
      if (session == nullptr) return;
      if (const auto when = session->deadline(); when && (!next || *when < *next)) next = when;
    };
    for (const auto& wire : wires_) {
      see(wire->session.get());
      see(wire->peer.get());
    }
    if (!next) return false;
    now_ = std::max(now_, *next);
    for (const auto& wire : wires_) {
      if (wire->session) wire->session->woken(now_);
      if (!wire->peerEnd.stopped) wire->peer->woken(now_);
    }
    return true;
  }

  const suite::Case& case_;
  const Under under_;
  std::set<std::string>& keys_;
  const std::uint64_t seed_;
  const mutants::Mutation mutation_;
  const std::shared_ptr<mutants::ServerState> server_ = std::make_shared<mutants::ServerState>();
  play::CaseSetup setup_;
  std::vector<std::unique_ptr<Wire>> wires_;  ///< the companions, and the case itself
  Octets request_;
  TimePoint now_{std::chrono::seconds(1000)};
  std::array<char, 65536> block_{};  ///< octets on their way
  std::optional<play::Result> result_;
};

}  // namespace wsgauntlet
