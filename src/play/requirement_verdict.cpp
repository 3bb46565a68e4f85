#include "play/requirement_verdict.hpp"

#include "play/requirement_evidence.hpp"
#include "suite/describe.hpp"
#include "websocket/close_code.hpp"
#include "websocket/strict_handshake.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wsgauntlet::play {
namespace {

using suite::Binding;
using suite::Case;
using suite::Check;
using suite::Level;
using suite::Reaction;

constexpr int kSwitchingProtocols = 101;
/// No endpoint has a reason to call a message of one short frame too big.
constexpr std::uint64_t kShortMessage = 125;

const Binding kAnswersClose{Level::must, "RFC 6455 section 5.5.1"};
const Binding kFailsWithCode{Level::should, "RFC 6455 section 7.1.7"};
const Binding kMayHaveLimits{Level::may, "RFC 6455 section 10.4"};

struct Finding {
  Level level = Level::must;
  std::string clause;
  std::string what;     ///< what the peer did: "sent …"
  bool ofCase = false;  ///< it is what the case is about
  bool ofClosing = false;
  bool isAbsence = false;  ///< something did not come in time
};

/// A description or an expectation as a part of a sentence.
std::string inSentence(std::string text) {
  if (text.ends_with('.')) text.pop_back();
  const auto lower = [&](std::size_t at) {
    const bool isWord = at + 1 < text.size() && (std::islower(text[at + 1]) || text[at + 1] == ' ');
    if (isWord) text[at] = static_cast<char>(std::tolower(text[at]));
  };
  lower(0);
  for (std::size_t at = text.find(". "); at != std::string::npos; at = text.find(". ", at + 2)) {
    text[at] = text.compare(at + 2, 5, "Then ") == 0 ? ',' : ';';
    lower(at + 2);
  }
  return text;
}

/// The section of the parameter of permessage-deflate that a text names.
std::string_view clauseOfMismatch(std::string_view text) {
  const auto names = [&](std::string_view name) { return text.find(name) != text.npos; };
  if (names("server_no_context_takeover")) return "RFC 7692 section 7.1.1.1";
  if (names("server_max_window_bits")) return "RFC 7692 section 7.1.2.1";
  return "RFC 7692 section 7.1.2.2";
}

class RequirementJudgement {
 public:
  RequirementJudgement(const Case& testCase, const RequirementObservation& seen)
      : case_(testCase),
        requirement_(*suite::requirementOf(testCase)),
        seen_(seen),
        evidence_(testCase, seen) {}

  Verdict verdict() {
    judgeReaction();
    for (const Check& check : requirement_.checks) judge(check);
    return sum();
  }

 private:
  void found(const Binding& binding, std::string what, bool ofClosing = false) {
    findings_.push_back({binding.level, binding.clause, std::move(what), false, ofClosing, false});
  }
  void must(std::string_view clause, std::string what, bool ofClosing = false) {
    found({Level::must, std::string(clause)}, std::move(what), ofClosing);
  }
  /// Against what the case is about, by a clause that may be another than that of the case.
  void broken(const Binding& binding, std::string what, bool ofClosing = false) {
    findings_.push_back({binding.level, binding.clause, std::move(what), true, ofClosing, false});
  }
  void broken(std::string what) {
    broken({requirement_.level, suite::describe(case_.spec.front())}, std::move(what));
  }
  /// The last finding is that something did not come in time: a slow peer may not be a broken one.
  void missing() { findings_.back().isAbsence = true; }

  // ---- the opening handshake

  /// The server did not open the connection, or did so with an answer that is wrong.
  void notOpened() {
    if (evidence_.status() == kSwitchingProtocols) return openedWrongly();
    const Binding unusual{requirement_.level, suite::describe(case_.spec.front())};
    const bool isUnusual = requirement_.opening.request || !requirement_.opening.early.empty();
    const Binding usual = isUnusual ? unusual : Binding{Level::must, "RFC 6455 section 4.2.2"};
    found(requirement_.opens.value_or(usual),
          evidence_.handshakeWords() + "; expected: it opens the connection");
    missing();
  }

  void openedWrongly() {
    auto violations = websocket::inspectResponse(seen_.handshake, *seen_.request);
    std::erase_if(violations, [](const auto& violation) { return violation.isShould; });
    if (!violations.empty()) {
      must(violations.front().clause, std::move(violations.front().what));
    } else {
      must("RFC 6455 section 4.2.2",
           "sent a wrong answer: " +
               excerpt(seen_.closing.wasNotCleanReason.value_or("no opening handshake")));
    }
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
    if (evidence_.status() == kSwitchingProtocols) {
      broken(fmt::format("opened the connection with '{}'", excerpt(evidence_.head.startLine)));
    } else if (seen_.handshake.empty() && seen_.closing.wasOpenHandshakeTimeout) {
      broken({std::max(Level::should, requirement_.level), "RFC 6455 section 4.2.1"},
             "neither answered nor ended TCP");
      missing();
    }
  }

  void judgeNegotiation() {
    if (!seen_.opened || !seen_.request) return;
    const auto response = websocket::checkResponse(evidence_.head, *seen_.request);
    if (!response.mismatch.empty()) {
      must(clauseOfMismatch(response.mismatch), "answered so that " + response.mismatch);
    }
  }

  // ---- frames and messages

  /// Codes are judged by `judgeCloseCodes`.
  [[nodiscard]] bool isViolated() const {
    return seen_.violation && seen_.violation->clause != "RFC 6455 section 7.4";
  }

  void judgeViolation() {
    if (!isViolated()) return;
    const std::string what = "sent what is not allowed: " + seen_.violation->what;
    if (seen_.violation->clause.empty()) {
      broken(what);  // it goes beyond what we keep of an echo
    } else {
      must(seen_.violation->clause, what);
    }
  }

  /// A peer typically sends back the code that it has received (RFC 6455 section 5.5.1); that
  /// excuses codes that are merely not in use, but not those that section 7.4.1 forbids.
  void judgeCloseCode(std::uint16_t code, const std::vector<std::uint16_t>& ours) {
    const std::string what = fmt::format("closed with the code {}", code);
    const bool isEcho = std::find(ours.begin(), ours.end(), code) != ours.end();
    if (code == 1005 || code == 1006 || code == 1015) {
      must("RFC 6455 section 7.4.1", what + ", which is never sent", true);
    } else if (code < 1000) {
      found({isEcho ? Level::should : Level::must, "RFC 6455 section 7.4.2"},
            what + ", which is not used", true);
    } else if (code > 4999 && !isEcho) {
      must("RFC 6455 section 5.5.1", what + ", which section 7.4 does not define", true);
    } else if (code == 1004 && !isEcho) {
      found({Level::should, "RFC 6455 section 7.4.1"}, what + ", which is reserved", true);
    }
  }

  void judgeCloseFrames() {
    if (seen_.dataBehindClose) {
      must("RFC 6455 section 5.5.1", "sent a data frame after its Close frame", true);
    }
    const std::vector<std::uint16_t> ours = evidence_.sentCloseCodes();
    if (seen_.closeCode) judgeCloseCode(*seen_.closeCode, ours);
    for (const std::uint16_t code : seen_.laterCloseCodes) judgeCloseCode(code, ours);
  }

  template <typename Event>
  [[nodiscard]] std::size_t expected() const {
    if (!requirement_.expected) return 0;
    const auto& events = requirement_.expected->events;
    return static_cast<std::size_t>(std::count_if(
        events.begin(), events.end(),
        [](const suite::ExpectedEvent& event) { return std::holds_alternative<Event>(event); }));
  }

  void judgeEcho() {
    if (!seen_.wrongMessage.empty()) {
      broken(seen_.wrongMessage);
    } else if (evidence_.closedFirst()) {
      judgeEarlyEnd();
    } else if (const auto all = expected<suite::ExpectMessage>(); seen_.messages < all) {
      broken(fmt::format("sent {} of {} messages back", seen_.messages, all));
      missing();
    } else if (seen_.pongs < expected<suite::ExpectPong>() || !seen_.unmet.empty()) {
      broken({requirement_.level, "RFC 6455 section 5.5.2"}, "left a Ping without its Pong");
      missing();
    } else if (!seen_.late.empty()) {
      broken({Level::should, "RFC 6455 section 5.5.2"},
             fmt::format("made {} wait until other frames had come",
                         suite::describe(seen_.late.front())));
      missing();
    }
    judgeEnd();
  }

  void judgeEarlyEnd() {
    if (evidence_.hasCloseCode(requirement_.codes)) return;
    std::string what = fmt::format("{} after {} of {} messages", evidence_.closingWords(),
                                   seen_.messages, expected<suite::ExpectMessage>());
    if (isLimit()) {
      broken(kMayHaveLimits, std::move(what));
    } else {
      broken(std::move(what));
      if (!objects(seen_.closing)) missing();
    }
  }

  /// An implementation may have limits, and RFC 6455 names none that is too low.
  [[nodiscard]] bool isLimit() const {
    return seen_.closeCode == websocket::kMessageTooBig &&
           evidence_.largestMessage() > kShortMessage;
  }

  void judgeFailing() {
    if (!seen_.wrongMessage.empty()) {
      broken(seen_.wrongMessage);
    } else if (seen_.closeFrames == 0 && !seen_.peerEndedTcp) {
      if (evidence_.sentClose()) {
        broken(kAnswersClose, "did not answer the Close frame");
      } else {
        broken("did not fail the connection");
      }
      missing();
    } else {
      judgeCloseFrameOfFailure();
    }
    judgeEnd();
  }

  void judgeCloseFrameOfFailure() {
    Binding binding = requirement_.closeFrame.value_or(kFailsWithCode);
    binding.level = std::max(binding.level, requirement_.level);
    if (isLimit()) binding = kMayHaveLimits;
    const auto& codes = requirement_.codes;
    if (seen_.closeFrames == 0) {
      broken(binding, evidence_.closingWords());
      missing();
    } else if (seen_.closeCode && !codes.empty() && !evidence_.hasCloseCode(codes)) {
      broken(binding,
             fmt::format("{}, where {} suits", evidence_.closingWords(), fmt::join(codes, " or ")));
    }
  }

  void judgeClosing() {
    if (!seen_.wrongMessage.empty()) broken(seen_.wrongMessage);
    judgeEnd();
  }

  /// How the closing handshake and TCP ended, whoever began.
  void judgeEnd() {
    const websocket::Closing& closing = seen_.closing;
    if (closing.closedByMe && seen_.closeFrames == 0) {
      broken(requirement_.closeFrame.value_or(kAnswersClose),
             seen_.peerEndedTcp ? "ended TCP without answering the Close frame"
                                : "did not answer the Close frame",
             true);
      missing();
    } else if (closing.wasServerConnectionDropTimeout) {
      must("RFC 6455 section 5.5.1", "did not end TCP after the closing handshake", true);
      missing();
    }
  }

  void judgeReaction() {
    if (!seen_.fault.empty()) {
      return must("RFC 6455 section 4.1",
                  "sent an opening handshake that cannot be answered: " + excerpt(seen_.fault));
    }
    const Reaction reaction = requirement_.reaction;
    if (reaction == Reaction::refuse) return judgeRefusal();
    if (!seen_.isServer && !seen_.opened) {
      if (reaction != Reaction::answer || evidence_.status() == kSwitchingProtocols) notOpened();
      return;
    }
    if (seen_.isServer && requirement_.opens && !seen_.sentFrames) {
      return found(*requirement_.opens, "ended TCP without a frame; expected: it takes the answer");
    }
    judgeViolation();
    judgeCloseFrames();
    if (!seen_.isServer) judgeNegotiation();
    if (isViolated()) return;
    if (reaction == Reaction::echo) judgeEcho();
    if (reaction == Reaction::fail) judgeFailing();
    if (reaction == Reaction::close) judgeClosing();
  }

  // ---- checks

  void judge(const Check& check) {
    if (check.kind == Check::Kind::wellFormed) return addViolationsOfGrammar();
    // What a refusal has to say does not matter where there is none.
    const bool ofRefusal = check.kind == Check::Kind::status || check.kind == Check::Kind::field;
    const bool opened = !seen_.isServer && evidence_.status() == kSwitchingProtocols;
    if (requirement_.reaction == Reaction::refuse && ofRefusal && opened) return;
    std::string what = breachOf(check, evidence_);
    if (what.empty()) return;
    broken({check.level, check.section.value_or(suite::describe(case_.spec.front()))},
           std::move(what));
    if (check.kind == Check::Kind::tcpEnd || isBusy()) missing();
  }

  /// The server says that it has too much to do.
  [[nodiscard]] bool isBusy() const {
    constexpr int kTooManyRequests = 429;
    constexpr int kServiceUnavailable = 503;
    const auto status = evidence_.status();
    return !seen_.isServer && (status == kTooManyRequests || status == kServiceUnavailable);
  }

  void addViolationsOfGrammar() {
    std::vector<websocket::Violation> violations;
    if (seen_.isServer) {
      violations = websocket::inspectRequest(seen_.handshake);
    } else if (evidence_.status() == kSwitchingProtocols && seen_.request) {
      violations = websocket::inspectResponse(seen_.handshake, *seen_.request);
    }
    for (auto& violation : violations) {
      found({violation.isShould ? Level::should : Level::must, std::string(violation.clause)},
            std::move(violation.what));
    }
  }

  // ---- the sum

  /// The gravest finding decides, and is the only one that is reported: one clause, one sentence.
  Verdict sum() const {
    const auto worst =
        std::min_element(findings_.begin(), findings_.end(),
                         [](const Finding& a, const Finding& b) { return a.level < b.level; });
    Verdict verdict;
    if (worst == findings_.end()) {
      const bool informs = requirement_.level == Level::may;
      verdict.behavior = informs ? Behavior::informational : Behavior::ok;
      verdict.result =
          informs ? "The peer did so: " + case_.expectation
                  : "The peer did what " + suite::describe(case_.spec.front()) + " demands.";
    } else {
      verdict.behavior = worst->level == Level::must     ? Behavior::failed
                         : worst->level == Level::should ? Behavior::nonStrict
                                                         : Behavior::informational;
      verdict.result = sentence(*worst);
      verdict.doubt = doubt(worst->level);
    }
    sumUpClosing(verdict);
    return verdict;
  }

  /// The verdict is in doubt when nothing as grave is conclusive.
  [[nodiscard]] Doubt doubt(Level gravest) const {
    const auto decides = [&](const Finding& finding) {
      return finding.level == gravest && !finding.isAbsence;
    };
    const bool conclusive = std::any_of(findings_.begin(), findings_.end(), decides);
    return gravest == Level::may || conclusive ? Doubt::none : Doubt::absence;
  }

  [[nodiscard]] std::string sentence(const Finding& finding) const {
    return fmt::format(
        "{} {} {}: after {}, the peer {}{}.", finding.level == Level::may ? "Allowed by" : "Breaks",
        suite::name(finding.level), finding.clause, inSentence(case_.description), finding.what,
        finding.ofCase ? "; expected: " + inSentence(case_.expectation) : "");
  }

  void sumUpClosing(Verdict& verdict) const {
    const auto ofClosing = std::find_if(
        findings_.begin(), findings_.end(),
        [](const Finding& finding) { return finding.ofClosing && finding.level == Level::must; });
    if (ofClosing != findings_.end()) {
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
  }

  const Case& case_;
  const suite::Requirement& requirement_;
  const RequirementObservation& seen_;
  const RequirementEvidence evidence_;
  std::vector<Finding> findings_;
};

}  // namespace

Verdict judgeRequirement(const Case& testCase, const RequirementObservation& seen) {
  return RequirementJudgement(testCase, seen).verdict();
}

}  // namespace wsgauntlet::play
