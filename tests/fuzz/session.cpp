// A whole case against any peer: octets, their pieces and time all come from the fuzzer. Whatever
// the peer does, the case ends within its timers, and its report can be written and read back.
#include "fuzz_input.hpp"
#include "http_answer.hpp"
#include "play/case_session.hpp"
#include "report/pages/case_page.hpp"
#include "report/store/json.hpp"
#include "report/store/sidecar.hpp"
#include "report/store/stored_result.hpp"
#include "suite/catalogue.hpp"
#include "websocket/handshake.hpp"
#include "websocket/request_session.hpp"
#include "websocket/server_response.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>
#include <vector>

using namespace wsgauntlet;

namespace {

/// Octets that a script may send to be worth the time here.
constexpr std::uint64_t kMostOctets = 20000;
/// Opening and closing handshakes, and the end of TCP, have timers of some seconds in all.
constexpr double kHandshakes = 10;
constexpr int kMostWakes = 1000;
constexpr int kMostPieces = 100000;

std::uint64_t octetsOf(const suite::Case& testCase) {
  std::uint64_t sum = 0;
  for (const suite::Step& step : testCase.script) {
    if (const auto* frame = std::get_if<FrameToSend>(&step.action)) {
      sum += std::max(frame->payload.size(), frame->repeatTo.value_or(0));
    } else if (const auto* message = std::get_if<suite::SendMessage>(&step.action)) {
      sum += message->payload.size();
    } else if (const auto* part = std::get_if<suite::FrameData>(&step.action)) {
      sum += part->payload.size();
    }
  }
  if (const auto* loop = std::get_if<suite::RoundTrips>(&testCase.criterion)) {
    if (const auto* payload = std::get_if<Payload>(&loop->payload)) sum += payload->size();
    if (const auto* slices = std::get_if<suite::CorpusSlices>(&loop->payload))
      sum += slices->length;
  }
  return sum;
}

/// What a case waits for at most: everything that its script waits for, one after another.
Duration longest(const suite::Case& testCase) {
  double seconds = kHandshakes;
  for (const suite::Step& step : testCase.script) {
    if (const auto* wait = std::get_if<suite::Wait>(&step.action)) seconds += wait->seconds;
    if (const auto* close = std::get_if<suite::CloseAfter>(&step.action)) seconds += close->seconds;
    if (const auto* fail = std::get_if<suite::FailAfter>(&step.action)) seconds += fail->seconds;
  }
  return fromSeconds(seconds);
}

const std::vector<const suite::Case*>& smallCases() {
  static const auto cases = [] {
    std::vector<const suite::Case*> list;
    for (const suite::Case& one : suite::Catalogue::builtIn().cases()) {
      if (octetsOf(one) <= kMostOctets) list.push_back(&one);
    }
    return list;
  }();
  return cases;
}

/// What the driver does with sockets, with the fuzzer's octets as the peer.
class Run {
 public:
  explicit Run(fuzz::Input input) : input_(input) {}

  void go() {
    const auto& cases = smallCases();
    testCase_ = cases[input_.number() % cases.size()];
    isServer_ = input_.flag();
    const std::uint8_t choices = input_.octet();
    options_.failByDrop = (choices & 2U) != 0;
    options_.echoCloseCodeReason = (choices & 4U) != 0;
    options_.utf8validateIncoming = (choices & 8U) == 0;
    if ((choices & 16U) != 0) options_.maxMessagePayloadSize = 1000;
    if ((choices & 32U) != 0) options_.maxFramePayloadSize = 100;
    if ((choices & 64U) != 0) options_.autoFragmentSize = 7;
    if (isServer_) {
      beServer();
    } else {
      beClient();
    }
    if ((choices & 1U) == 0) shakeHands();
    while (!input_.empty() && !ended_) act();
    finish();
  }

 private:
  play::CaseSetup setup() {
    play::CaseSetup setup;
    setup.testCase = testCase_;
    setup.number = 1;
    setup.agent = isServer_ ? "fuzz" : "";
    setup.options = options_;
    setup.seed = 1;
    setup.wallClock = [] { return WallTime{}; };
    setup.onResult = [this](play::Result result) {
      FUZZ_REQUIRE(!result_);
      result_ = std::move(result);
    };
    return setup;
  }

  void beClient() {
    websocket::ClientRequest request;
    request.host = "127.0.0.1";
    if (testCase_->deflate) {
      for (const std::string& offer : testCase_->deflate->offers) {
        request.extensions.push_back(websocket::parseExtensions(offer).value->at(0));
      }
    }
    session_ = std::make_unique<play::CaseSession>(setup(), request);
    session_->connected(now_);
    afterSession();
  }

  void beServer() {
    session_ = std::make_unique<websocket::RequestSession>(
        options_, "wsgauntlet", "peer",
        [this](websocket::OpeningRequest knock) -> websocket::RouteResult {
          websocket::ServerResponse response;
          response.key = knock.accepted.key;
          play::AcceptedRequest accepted;
          if (testCase_->deflate) {
            const std::array rules = {websocket::AcceptRule{}};
            if (const auto agreed = websocket::negotiate(knock.accepted.extensions, rules)) {
              response.extensions = agreed->header;
              accepted.deflate = agreed->parameters;
            }
          }
          accepted.request = std::move(knock.request);
          accepted.response = buildResponse(response);
          accepted.rest = std::move(knock.rest);
          admitted_ = true;
          return std::make_unique<play::CaseSession>(setup(), std::move(accepted));
        });
    session_->connected(now_);
    afterSession();
  }

  /// A good opening handshake, so that the fuzzer need not find the hash of the key.
  void shakeHands() {
    const std::string deflate = testCase_->deflate ? "permessage-deflate" : "";
    if (isServer_) {
      websocket::ClientRequest request;
      request.host = "127.0.0.1";
      request.key = "dGhlIHNhbXBsZSBub25jZQ==";
      if (!deflate.empty()) request.extensions = {{deflate, {}}};
      deliver(buildRequest(request));
    } else {
      const websocket::HttpHead head = websocket::parseHead(sent_);
      websocket::ServerResponse response;
      response.key = std::string(head.find("Sec-WebSocket-Key").at(0));
      response.extensions = deflate;
      deliver(buildResponse(response));
    }
    sent_.clear();
  }

  void act() {
    const std::uint8_t what = input_.octet();
    switch (what % 8) {
      case 0:
        deliver(input_.take(1U + what / 8U));
        break;
      case 1:
        deliver(input_.take(input_.number()));
        break;
      case 2:
      case 3:
        deliverFrame(what);
        break;
      case 4:
        echo();
        break;
      case 5:
        now_ += std::chrono::milliseconds(10 * input_.octet());
        wake();
        break;
      case 6:
        wait();
        break;
      default:
        if (what / 8U < 8) end();
    }
  }

  /// A frame with a header that fits, which random octets seldom are.
  void deliverFrame(std::uint8_t what) {
    websocket::FrameHeader header;
    header.fin = (what & 8U) == 0;
    header.rsv = (what & 16U) != 0 ? websocket::kRsv1 : std::uint8_t{0};
    header.opcode = input_.octet() % 16;
    if (isServer_) header.mask = websocket::MaskKey{};
    const OctetView payload = input_.take(input_.octet());
    header.length = payload.size();
    std::array<char, websocket::kMaxHeaderOctets> octets{};
    const std::size_t length = encodeHeader(header, octets);
    deliver(Octets(octets.data(), length).append(payload));
  }

  /// What a good peer answers to all that was sent: messages and Close frames come back, pings as
  /// pongs. The input says how much of it comes at all.
  void echo() {
    const Octets sent = std::exchange(sent_, {});
    OctetView left = sent;
    Octets answer;
    websocket::FrameHeaderReader reader;
    for (; reader.feed(left) && reader.header().length <= left.size(); reader.reset()) {
      websocket::FrameHeader header = reader.header();
      Octets payload(left.substr(0, header.length));
      left.remove_prefix(payload.size());
      if (header.mask) websocket::applyMask(payload, *header.mask, 0);
      if (header.opcode == websocket::kPing) header.opcode = websocket::kPong;
      header.mask.reset();
      if (isServer_) header.mask = websocket::MaskKey{};
      std::array<char, websocket::kMaxHeaderOctets> octets{};
      answer.append(octets.data(), encodeHeader(header, octets)).append(payload);
    }
    deliver(OctetView(answer).substr(0, input_.flag() ? answer.size() : input_.number()));
  }

  void deliver(OctetView octets) {
    if (ended_ || octets.empty()) return;
    Octets own(octets);
    session_->received(own, now_);
    afterSession();
  }

  void wake() {
    const auto deadline = session_->deadline();
    if (ended_ || !deadline || *deadline > now_) return;
    session_->woken(now_);
    afterSession();
  }

  void wait() {
    const auto deadline = session_->deadline();
    if (ended_ || !deadline) return;
    now_ = std::max(now_, *deadline);
    wake();
  }

  void end() {
    if (ended_) return;
    ended_ = true;
    session_->disconnected(now_);
  }

  void afterSession() {
    for (int i = 0; i < kMostPieces; ++i) {
      drain();
      if (session_->outbox().ending() != websocket::Ending::none) break;
      if (session_->queuedPieces() == websocket::Pieces::none) break;
      session_->sendNextPiece(now_);
    }
    if (session_->outbox().ending() != websocket::Ending::none) ended_ = true;
  }

  void drain() {
    std::array<char, 65536> block{};
    while (const std::size_t n = session_->outbox().take(block)) {
      if (sent_.size() < block.size()) sent_.append(block.data(), n);
    }
  }

  /// The peer falls silent: the case must come to its end by itself.
  void finish() {
    const TimePoint silentSince = now_;
    for (int wakes = 0; !ended_; ++wakes) {
      FUZZ_REQUIRE(wakes < kMostWakes);
      FUZZ_REQUIRE(session_->deadline().has_value());
      wait();
    }
    FUZZ_REQUIRE(now_ - silentSince < longest(*testCase_));
    if (isServer_ && !admitted_) return;
    FUZZ_REQUIRE(result_.has_value());
    requireReport();
  }

  void requireReport() const {
    const std::string json = report::caseJson(*result_);
    const std::string page = report::casePage(*result_);
    FUZZ_REQUIRE(page.ends_with("</html>\n"));
    const auto& catalogue = suite::Catalogue::builtIn();
    const auto shown = report::parseResult("case.json", json, catalogue);
    FUZZ_REQUIRE(shown.result.behavior == result_->behavior);
    FUZZ_REQUIRE(shown.result.behaviorClose == result_->behaviorClose);
    auto exact = report::parseResult("case.json", json, catalogue, report::sidecarJson(*result_));
    FUZZ_REQUIRE(report::casePage(exact.result) == page);
    exact.result.testCase = result_->testCase;
    FUZZ_REQUIRE(exact.result == *result_);
  }

  fuzz::Input input_;
  const suite::Case* testCase_ = nullptr;
  bool isServer_ = false;
  bool admitted_ = false;
  websocket::Options options_;
  TimePoint now_{std::chrono::seconds(1000)};
  bool ended_ = false;
  Octets sent_;
  std::optional<play::Result> result_;
  std::unique_ptr<websocket::Session> session_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  Run(fuzz::Input(data, size)).go();
  return 0;
}
