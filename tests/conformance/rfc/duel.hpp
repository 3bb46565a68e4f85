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

namespace wsgauntlet {

/// Which kind of peer is under test.
enum class Under { server, client };

class Duel {
 public:
  /// `mutation`: the name of that of the peer; empty for a peer that is right.
  Duel(const suite::Case& testCase, std::string_view mutation, Under under,
       std::set<std::string>& keys, std::uint64_t seed)
      : case_(testCase), under_(under), keys_(keys) {
    setup_.testCase = &testCase;
    setup_.number = 1;
    setup_.agent = "odd";
    setup_.seed = seed;
    setup_.wallClock = [] { return WallTime{}; };
    setup_.onResult = [this](play::Result result) { result_ = std::move(result); };
    const Random random(seed + 1);
    const auto rule =
        mutation.empty() ? mutants::Mutation::none : mutants::findMutation(mutation)->id;
    if (under == Under::server) {
      peer_ = std::make_unique<mutants::MutantPeer>(rule, random);
    } else {
      peer_ = std::make_unique<mutants::MutantPeer>(
          rule, random,
          mutants::MutantRequest{"127.0.0.1:9001", "/runCase?case=1&agent=odd", "odd"});
    }
  }

  /// What the corrections of the case tolerate is right.
  Duel& withCorrections() {
    setup_.corrections = true;
    return *this;
  }

  /// The result; nothing when the case never ends.
  std::optional<play::Result> run() {
    peer_->connected(now_);
    if (under_ == Under::server) {
      websocket::ClientRequest request;
      request.host = "127.0.0.1";
      request.port = 9001;
      request.userAgent = "fuzzer";
      const auto& edit = suite::openingOf(case_).request;
      if (edit && play::needsSubprotocol(*edit)) request.protocols = {"chat"};
      if (case_.deflate) {
        for (const std::string& offer : case_.deflate->offers) {
          const auto parsed = websocket::parseExtensions(offer);
          request.extensions.insert(request.extensions.end(), parsed.value->begin(),
                                    parsed.value->end());
        }
      }
      session_ = std::make_unique<play::CaseSession>(setup_, std::move(request));
      session_->connected(now_);
    }
    constexpr int kMostTurns = 200000;
    for (int i = 0; i < kMostTurns && !result_; ++i) {
      if (!move() && !wait()) break;
    }
    return std::move(result_);
  }

 private:
  /// One end of the wire.
  struct End {
    bool fin = false;      ///< its direction has ended
    bool stopped = false;  ///< it reads no more
  };

  /// Moves what waits; false when nothing did.
  bool move() {
    if (!session_) return admit();
    const bool there = carry(*session_, caseEnd_, *peer_, peerEnd_);
    return carry(*peer_, peerEnd_, *session_, caseEnd_) || there;
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
  bool admit() {
    bool moved = false;
    if (peer_->queuedPieces() != websocket::Pieces::none) peer_->sendNextPiece(now_);
    while (const std::size_t n = peer_->outbox().take(block_)) {
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
    session_ = std::make_unique<play::CaseSession>(setup_, std::move(accepted));
    session_->connected(now_);
    return true;
  }

  /// Goes to the next time at which anything happens; false when there is none.
  bool wait() {
    std::optional<TimePoint> next;
    const auto see = [&](websocket::Session* session) {
      if (session == nullptr) return;
      if (const auto when = session->deadline(); when && (!next || *when < *next)) next = when;
    };
    see(session_.get());
    see(peer_.get());
    if (!next) return false;
    now_ = std::max(now_, *next);
    if (session_) session_->woken(now_);
    if (!peerEnd_.stopped) peer_->woken(now_);
    return true;
  }

  const suite::Case& case_;
  const Under under_;
  std::set<std::string>& keys_;
  play::CaseSetup setup_;
  std::unique_ptr<mutants::MutantPeer> peer_;
  std::unique_ptr<play::CaseSession> session_;
  Octets request_;
  TimePoint now_{std::chrono::seconds(1000)};
  End caseEnd_;
  End peerEnd_;
  std::array<char, 65536> block_{};  ///< octets on their way
  std::optional<play::Result> result_;
};

}  // namespace wsgauntlet
