#include "play/rule_verdict.hpp"

#include "suite/describe.hpp"
#include "websocket/strict_handshake.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wsgauntlet::play {
namespace {

using suite::Case;
using suite::Check;
using suite::Course;
using suite::Level;

constexpr int kSwitchingProtocols = 101;
/// Fewer masking keys prove nothing.
constexpr std::size_t kEnoughMasks = 16;

struct Finding {
  Level level = Level::must;
  std::string clause;
  std::string what;  ///< what the peer did: "sent …"
  bool ofClosing = false;
  bool isAbsence = false;  ///< something did not come in time
};

std::string excerpt(OctetView text) {
  constexpr std::size_t kShown = 100;
  return websocket::visible(text.substr(0, kShown)) + (text.size() > kShown ? "…" : "");
}

class Judgement {
 public:
  Judgement(const Case& testCase, const RuleObservation& seen)
      : case_(testCase), seen_(seen), head_(websocket::parseHead(seen.handshake)) {}

  Verdict verdict() {
    judgeCourse();
    for (const Check& check : case_.checks) judge(check);
    return sum();
  }

 private:
  void found(Level level, std::string clause, std::string what, bool ofClosing = false) {
    findings_.push_back({level, std::move(clause), std::move(what), ofClosing});
  }
  void must(const char* clause, std::string what, bool ofClosing = false) {
    found(Level::must, clause, std::move(what), ofClosing);
  }
  /// A breach of what the case is about.
  void broken(std::string what) {
    found(case_.outcome->level, suite::describe(case_.spec.front()), std::move(what));
  }
  /// The last finding is that something did not come in time: a slow peer may not be a broken one.
  void missing() { findings_.back().isAbsence = true; }

  // ---- the opening handshake

  [[nodiscard]] std::optional<int> status() const {
    const auto words = websocket::splitWords(head_.startLine);
    if (words.size() < 2) return std::nullopt;
    return websocket::parseNumber(words[1], 9999);
  }

  [[nodiscard]] std::string answerOfServer() const {
    if (seen_.handshake.empty()) {
      return seen_.closing.wasOpenHandshakeTimeout ? "was silent" : "ended TCP without an answer";
    }
    return fmt::format("answered '{}'", excerpt(head_.startLine));
  }

  /// An unusual request may be refused where the case says so; nobody may leave it at silence.
  void notOpened() {
    const bool mayRefuse = (case_.request || !case_.early.empty()) && status();
    found(mayRefuse ? case_.outcome->level : Level::must, "RFC 6455 section 4.2.2",
          fmt::format("{}: {}", answerOfServer(),
                      excerpt(seen_.closing.wasNotCleanReason.value_or("no opening handshake"))));
    missing();
  }

  /// True when there is a connection on which the rest can be judged.
  bool judgeOpening() {
    if (seen_.isServer || seen_.opened) return true;
    notOpened();
    return false;
  }

  void judgeRefusal() {
    if (seen_.isServer) {
      if (seen_.messages > 0 || !seen_.wrongMessage.empty()) {
        broken("took the connection for open and sent a message");
      } else if (!seen_.peerEndedTcp && seen_.closeFrames == 0) {
        broken("kept the connection up");
        missing();
      }
      return;
    }
    if (status() == kSwitchingProtocols) {
      broken("opened the connection: " + answerOfServer());
    } else if (seen_.handshake.empty() && seen_.closing.wasOpenHandshakeTimeout) {
      found(Level::should, "RFC 6455 section 4.2.1", "neither answered nor ended TCP");
      missing();
    }
  }

  // ---- frames and messages

  /// A code that is merely unassigned: a peer that sends it back does what many do.
  [[nodiscard]] bool isUnassignedCode() const {
    const auto& code = seen_.closing.remoteCloseCode;
    return code && *code >= 1000 && *code != 1005 && *code != 1006 && *code != 1015;
  }

  [[nodiscard]] bool isViolated() const {
    return seen_.violation &&
           !(seen_.violation->clause == "RFC 6455 section 7.4" && isUnassignedCode());
  }

  void judgeViolation() {
    if (!isViolated()) return;
    const std::string_view clause = seen_.violation->clause;
    found(Level::must, clause.empty() ? "a limit of the fuzzer" : std::string(clause),
          "sent what is not allowed: " + seen_.violation->reason);
  }

  void judgeDataBehindClose() {
    if (seen_.dataBehindClose) {
      must("RFC 6455 section 5.5.1", "sent a data frame behind its Close frame", true);
    }
    if (seen_.closeFrames > 1) {
      found(Level::should, "RFC 6455 section 5.5.1",
            fmt::format("sent {} Close frames", seen_.closeFrames), true);
    }
  }

  [[nodiscard]] std::size_t expectedMessages() const { return count<suite::ExpectMessage>(); }
  [[nodiscard]] std::size_t expectedPongs() const { return count<suite::ExpectPong>(); }

  template <typename Event>
  [[nodiscard]] std::size_t count() const {
    if (case_.expect.empty()) return 0;
    const auto& events = case_.expect.front().events;
    return static_cast<std::size_t>(std::count_if(
        events.begin(), events.end(),
        [](const suite::ExpectedEvent& event) { return std::holds_alternative<Event>(event); }));
  }

  [[nodiscard]] std::string closedInstead() const {
    const websocket::Closing& closing = seen_.closing;
    if (seen_.closeFrames == 0) return "ended TCP without a Close frame";
    if (!closing.remoteCloseCode) return "closed the connection without a code";
    std::string text = fmt::format("closed the connection with code {}", *closing.remoteCloseCode);
    if (closing.remoteCloseReason) {
      text += fmt::format(" ({})", excerpt(*closing.remoteCloseReason));
    }
    return text;
  }

  [[nodiscard]] bool closedByPeer() const {
    return (seen_.closeFrames > 0 && !seen_.closing.closedByMe) ||
           (seen_.closeFrames == 0 && seen_.peerEndedTcp);
  }

  [[nodiscard]] bool isTolerated() const {
    const auto& codes = case_.outcome->codes;
    return closedByPeer() && seen_.closing.remoteCloseCode &&
           std::find(codes.begin(), codes.end(), *seen_.closing.remoteCloseCode) != codes.end();
  }

  void judgeEcho() {
    if (isTolerated()) return judgeEnd();
    if (!seen_.wrongMessage.empty()) {
      broken(seen_.wrongMessage);
    } else if (closedByPeer()) {
      broken(fmt::format("{} after {} of {} messages", closedInstead(), seen_.messages,
                         expectedMessages()));
      if (!objects(seen_.closing)) missing();
    } else if (seen_.messages < expectedMessages()) {
      broken(fmt::format("sent {} of {} messages back", seen_.messages, expectedMessages()));
      missing();
    } else if (seen_.pongs < expectedPongs() || !seen_.unmet.empty()) {
      found(case_.outcome->level, "RFC 6455 section 5.5.2", "left a Ping without its Pong");
      missing();
    } else if (!seen_.late.empty()) {
      found(Level::should, "RFC 6455 section 5.5.2",
            fmt::format("made {} wait until other frames had come",
                        suite::describe(seen_.late.front())));
      missing();
    }
    judgeEnd();
  }

  void judgeFailing() {
    if (!seen_.wrongMessage.empty()) {
      broken(seen_.wrongMessage);
    } else if (!closedByPeer() && !(seen_.closeFrames > 0 || seen_.peerEndedTcp)) {
      broken("did not fail the connection");
      missing();
    } else if (seen_.closeFrames > 0 && seen_.closing.remoteCloseCode &&
               !case_.outcome->codes.empty() && !isTolerated()) {
      found(std::max(Level::should, case_.outcome->level), "RFC 6455 section 7.1.7",
            fmt::format("{}, where {} suits", closedInstead(),
                        fmt::join(case_.outcome->codes, " or ")));
    }
    judgeEnd();
  }

  void judgeClosing() {
    if (!seen_.wrongMessage.empty()) broken(seen_.wrongMessage);
    judgeEnd();
  }

  /// How the closing handshake and TCP ended, whoever began.
  void judgeEnd() {
    const websocket::Closing& closing = seen_.closing;
    if (closing.closedByMe && seen_.closeFrames == 0) {
      must("RFC 6455 section 5.5.1",
           seen_.peerEndedTcp ? "ended TCP without answering the Close frame"
                              : "did not answer the Close frame",
           true);
      missing();
    } else if (closing.wasServerConnectionDropTimeout) {
      must("RFC 6455 section 7.1.1", "did not end TCP behind the closing handshake", true);
      missing();
    }
  }

  void judgeCourse() {
    const Course course = case_.outcome->course;
    if (!seen_.fault.empty()) {
      must("RFC 6455 section 4.1",
           "sent an opening handshake that cannot be answered: " + excerpt(seen_.fault));
      return;
    }
    judgeViolation();
    judgeDataBehindClose();
    if (!seen_.isServer) judgeNegotiation();
    if (course == Course::refuse) return judgeRefusal();
    if (course == Course::answer || !judgeOpening()) return;
    if (isViolated()) return;
    if (course == Course::echo) judgeEcho();
    if (course == Course::fail) judgeFailing();
    if (course == Course::close) judgeClosing();
  }

  void judgeNegotiation() {
    if (!seen_.opened || !seen_.request) return;
    const std::string mismatch = websocket::checkResponse(head_, *seen_.request).mismatch;
    if (!mismatch.empty()) must("RFC 7692 section 7.1", "answered so that " + mismatch);
  }

  // ---- checks

  void judge(const Check& check) {
    const std::string what = breach(check);
    if (what.empty()) return;
    found(check.level, check.section ? *check.section : suite::describe(case_.spec.front()), what);
    if (check.kind == Check::Kind::tcpEnd || isBusy()) missing();
  }

  /// The server says that it has too much to do.
  [[nodiscard]] bool isBusy() const {
    constexpr int kTooManyRequests = 429;
    constexpr int kServiceUnavailable = 503;
    return !seen_.isServer && (status() == kTooManyRequests || status() == kServiceUnavailable);
  }

  /// What the peer did against a check; empty when it kept to it.
  std::string breach(const Check& check) {
    const auto isOneOf = [&](const std::string& value) {
      return std::any_of(check.values.begin(), check.values.end(), [&](const std::string& one) {
        return websocket::equalsIgnoringCase(one, value);
      });
    };
    switch (check.kind) {
      case Check::Kind::status:
        if (status() && isOneOf(std::to_string(*status()))) return {};
        return answerOfServer();
      case Check::Kind::field:
        return breachOfField(check);
      case Check::Kind::noField:
        if (head_.find(check.name).empty()) return {};
        return fmt::format("sent {}: {}", check.name, excerpt(*head_.joined(check.name)));
      case Check::Kind::oneField:
        if (head_.find(check.name).size() <= 1) return {};
        return fmt::format("sent {} {} times", check.name, head_.find(check.name).size());
      case Check::Kind::wellFormed:
        addBreachesOfGrammar();
        return {};
      case Check::Kind::freshKey:
        return seen_.keyIsFresh ? "" : "sent a Sec-WebSocket-Key that it had used before";
      case Check::Kind::freshMasks:
        return breachOfMasks();
      case Check::Kind::closeCode:
        if (!seen_.closing.remoteCloseCode ||
            isOneOf(std::to_string(*seen_.closing.remoteCloseCode))) {
          return {};
        }
        return fmt::format("closed with code {}", *seen_.closing.remoteCloseCode);
      case Check::Kind::tcpEnd:
        return seen_.peerEndedTcp ? "" : "did not end TCP";
      case Check::Kind::noEcho:
        if (seen_.messages == 0 && seen_.wrongMessage.empty()) return {};
        return "sent a message";
    }
    return {};
  }

  std::string breachOfField(const Check& check) const {
    const auto value = head_.joined(check.name);
    if (!value) return fmt::format("{}, without {}", answerOfPeer(), check.name);
    const auto tokens = websocket::splitList(*value, ',');
    const bool has =
        check.values.empty() ||
        std::any_of(tokens.begin(), tokens.end(), [&](std::string_view token) {
          return std::any_of(check.values.begin(), check.values.end(), [&](const std::string& one) {
            return websocket::equalsIgnoringCase(one, token);
          });
        });
    return has ? "" : fmt::format("sent {}: {}", check.name, excerpt(*value));
  }

  [[nodiscard]] std::string answerOfPeer() const {
    return seen_.isServer ? fmt::format("requested '{}'", excerpt(head_.startLine))
                          : answerOfServer();
  }

  void addBreachesOfGrammar() {
    std::vector<websocket::HandshakeBreach> breaches;
    if (seen_.isServer) {
      breaches = websocket::inspectRequest(seen_.handshake);
    } else if (status() == kSwitchingProtocols && seen_.request) {
      breaches = websocket::inspectResponse(seen_.handshake, *seen_.request);
    }
    for (auto& breach : breaches) {
      found(breach.must ? Level::must : Level::should, std::string(breach.clause),
            std::move(breach.what));
    }
  }

  /// Keys that a script could foresee (RFC 6455 section 5.3). Sixteen random keys fail here less
  /// often than once in 10^30 runs.
  [[nodiscard]] std::string breachOfMasks() const {
    const auto& masks = seen_.masks;
    if (masks.size() < kEnoughMasks) return {};
    const std::set<websocket::MaskKey> different(masks.begin(), masks.end());
    if (different.size() == 1) return "masked all frames with the same key";
    if (different.size() < masks.size() - 1) return "used masking keys again";
    for (std::size_t i = 0; i < 4; ++i) {
      if (std::all_of(masks.begin(), masks.end(),
                      [&](const auto& mask) { return mask[i] == masks.front()[i]; })) {
        return fmt::format("used masking keys whose octet {} is always {:02x}", i + 1,
                           masks.front()[i]);
      }
    }
    if (std::all_of(masks.begin(), masks.end(), [](const auto& mask) {
          return mask[0] == mask[1] && mask[1] == mask[2] && mask[2] == mask[3];
        })) {
      return "used masking keys of four equal octets";
    }
    return isSequence(masks) ? "used masking keys that follow each other in equal steps" : "";
  }

  static bool isSequence(const std::vector<websocket::MaskKey>& masks) {
    const auto number = [](const websocket::MaskKey& key, bool reversed) {
      std::uint32_t value = 0;
      for (std::size_t i = 0; i < 4; ++i) value = (value << 8U) | key[reversed ? 3 - i : i];
      return value;
    };
    for (const bool reversed : {false, true}) {
      const std::uint32_t step = number(masks[1], reversed) - number(masks[0], reversed);
      bool equal = true;
      for (std::size_t i = 1; i < masks.size(); ++i) {
        equal = equal && number(masks[i], reversed) - number(masks[i - 1], reversed) == step;
      }
      if (equal) return true;
    }
    return false;
  }

  // ---- the sum

  [[nodiscard]] std::string conforming() const {
    return fmt::format("A conforming peer: {}", case_.expectation);
  }

  Verdict sum() {
    std::stable_sort(findings_.begin(), findings_.end(),
                     [](const Finding& a, const Finding& b) { return a.level < b.level; });
    Verdict verdict;
    const Level worst = findings_.empty() ? Level::may : findings_.front().level;
    const bool informs = case_.outcome->level == Level::may;
    verdict.behavior = worst == Level::must     ? Behavior::failed
                       : worst == Level::should ? Behavior::nonStrict
                       : informs                ? Behavior::informational
                                                : Behavior::ok;
    verdict.doubt = doubt(worst);
    for (const Finding& finding : findings_) {
      verdict.result += fmt::format("{}{} {}: the peer {}.", verdict.result.empty() ? "" : " ",
                                    finding.level == Level::may ? "Allowed by" : "Breaks",
                                    clauseOf(finding), finding.what);
    }
    if (findings_.empty()) {
      verdict.result =
          informs ? "The peer did so: " + case_.expectation
                  : "The peer did what " + suite::describe(case_.spec.front()) + " demands.";
    } else {
      verdict.result += " " + conforming();
    }
    const auto ofClosing = std::find_if(findings_.begin(), findings_.end(),
                                        [](const Finding& finding) { return finding.ofClosing; });
    if (ofClosing != findings_.end() && ofClosing->level == Level::must) {
      verdict.behaviorClose = BehaviorClose::failed;
      verdict.resultClose = fmt::format("The peer {}.", ofClosing->what);
    } else if (!seen_.opened && !seen_.isServer) {
      verdict.behaviorClose = BehaviorClose::informational;
      verdict.resultClose = "The connection was not opened";
    } else {
      verdict.behaviorClose = BehaviorClose::ok;
      verdict.resultClose = seen_.closing.wasClean
                                ? "Connection was properly closed"
                                : "The connection ended without a closing handshake";
    }
    return verdict;
  }

  /// The verdict is in doubt when nothing as bad is conclusive.
  [[nodiscard]] Doubt doubt(Level worst) const {
    const auto decides = [&](const Finding& finding) {
      return finding.level == worst && !finding.isAbsence;
    };
    const bool conclusive = std::any_of(findings_.begin(), findings_.end(), decides);
    return worst == Level::may || conclusive ? Doubt::none : Doubt::absence;
  }

  static std::string clauseOf(const Finding& finding) {
    return fmt::format("{} {}", suite::name(finding.level), finding.clause);
  }

  const Case& case_;
  const RuleObservation& seen_;
  websocket::HttpHead head_;
  std::vector<Finding> findings_;
};

}  // namespace

Verdict judgeRules(const Case& testCase, const RuleObservation& seen) {
  return Judgement(testCase, seen).verdict();
}

}  // namespace wsgauntlet::play
