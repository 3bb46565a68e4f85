#include "play/correction.hpp"

#include "suite/describe.hpp"
#include "websocket/close_code.hpp"
#include "websocket/frame.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace wsgauntlet::play {
namespace {

using suite::Correction;
using Tolerance = Correction::Tolerance;

/// The smaller, the better; what is informational is no worse than OK.
int rank(const Verdict& verdict) {
  const bool fine = verdict.behavior == Behavior::ok || verdict.behavior == Behavior::informational;
  const bool closedWell = verdict.behaviorClose == BehaviorClose::ok ||
                          verdict.behaviorClose == BehaviorClose::informational;
  const int events = fine ? 0 : verdict.behavior == Behavior::nonStrict ? 1 : 2;
  return 2 * events + (closedWell ? 0 : 1);
}

/// The case and what was seen of it, as some of its corrections see them.
class TolerantView {
 public:
  TolerantView(const suite::Case& testCase, const EventObservation& seen,
               const EventMatcher* tolerant, const std::vector<const Correction*>& corrections)
      : case_(testCase), seen_(seen) {
    for (const Correction* one : corrections) apply(one->tolerance, tolerant);
  }

  [[nodiscard]] Verdict verdict() const {
    Verdict verdict = judge(case_, seen_);
    if (isLimited_) verdict.behaviorClose = BehaviorClose::informational;
    return verdict;
  }

 private:
  void apply(Tolerance tolerance, const EventMatcher* tolerant) {
    const auto& code = seen_.closing.remoteCloseCode;
    switch (tolerance) {
      case Tolerance::unaskedPongs:
      case Tolerance::lastPong:
        if (tolerant == nullptr) break;
        seen_.matched = tolerant->matched();
        seen_.wrongEvent = tolerant->isContradicted();
        break;
      case Tolerance::nonStrict:
        if (auto* expected = std::get_if<suite::ExpectedEvents>(&case_.criterion)) {
          for (suite::Alternative& one : expected->alternatives) one.rating = suite::Rating::ok;
        }
        break;
      case Tolerance::closeCodes:
        if (code && (websocket::isAllowedOnWire(*code) || isOurs(*code))) {
          case_.close.codes.push_back(*code);
        }
        // We have ended TCP because of that code.
        if (code && isOurs(*code)) seen_.closing.droppedByMe = false;
        break;
      case Tolerance::limits:
        isLimited_ = code == websocket::kMessageTooBig && !seen_.closing.closedByMe;
        if (isLimited_) {
          seen_.echo = EchoVerdict{Behavior::informational, "The message is too big for the peer.",
                                   Doubt::none};
        }
        break;
      case Tolerance::pings:
      case Tolerance::lateEnds:
        break;  // they change what we do
    }
  }

  /// A peer typically sends back the code that it has received.
  [[nodiscard]] bool isOurs(std::uint16_t code) const {
    return std::any_of(case_.script.begin(), case_.script.end(), [&](const suite::Step& step) {
      const auto* close = std::get_if<suite::SendClose>(&step.action);
      return close != nullptr && close->code == code;
    });
  }

  suite::Case case_;
  EventObservation seen_;
  bool isLimited_ = false;
};

/// Those that could have changed something.
std::vector<const Correction*> applicable(const suite::Case& testCase,
                                          const EventMatcher* tolerant) {
  std::vector<const Correction*> out;
  for (const Correction& one : testCase.corrections) {
    const bool isIdle = one.tolerance == Tolerance::unaskedPongs &&
                        (tolerant == nullptr || !tolerant->hasUnaskedPongs());
    if (!isIdle) out.push_back(&one);
  }
  return out;
}

}  // namespace

bool tolerates(const suite::Case& testCase, Tolerance tolerance) {
  return std::any_of(testCase.corrections.begin(), testCase.corrections.end(),
                     [&](const Correction& one) { return one.tolerance == tolerance; });
}

TolerantOfPongs tolerantOfPongs(const suite::Case& testCase) {
  TolerantOfPongs out{
      tolerates(testCase, Tolerance::unaskedPongs), {}, tolerates(testCase, Tolerance::lastPong)};
  for (const suite::Alternative& alternative : suite::alternativesOf(testCase)) {
    for (const suite::ExpectedEvent& event : alternative.events) {
      if (std::holds_alternative<suite::ExpectPong>(event)) return out;
    }
  }
  for (const suite::Step& step : testCase.script) {
    const auto* frame = std::get_if<FrameToSend>(&step.action);
    if (frame != nullptr && frame->opcode == websocket::kPing)
      out.refused.push_back(frame->payload);
  }
  return out;
}

Verdict correctedVerdict(const suite::Case& testCase, const EventObservation& seen,
                         const EventMatcher* tolerant, Verdict verdict) {
  if (rank(verdict) == 0) return verdict;
  std::vector<const Correction*> needed = applicable(testCase, tolerant);
  const auto with = [&](const std::vector<const Correction*>& corrections) {
    return TolerantView(testCase, seen, tolerant, corrections).verdict();
  };
  Verdict corrected = with(needed);
  if (rank(corrected) >= rank(verdict)) return verdict;
  // Only those without which the verdict would be worse are named.
  for (std::size_t i = 0; i < needed.size();) {
    auto others = needed;
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(i));
    if (rank(with(others)) == rank(corrected)) {
      needed = std::move(others);
    } else {
      ++i;
    }
  }
  corrected.correction = AppliedCorrection{verdict.behavior, verdict.behaviorClose, {}, {}};
  for (const Correction* one : needed) {
    const bool isFirst = corrected.correction->why.empty();
    corrected.correction->clause += (isFirst ? "" : ", ") + suite::describe(one->spec);
    corrected.correction->why += (isFirst ? "" : " ") + one->why;
  }
  return corrected;
}

}  // namespace wsgauntlet::play
