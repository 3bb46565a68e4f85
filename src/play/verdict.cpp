#include "play/verdict.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace wsgauntlet::play {
namespace {

using suite::Case;

void judgeEvents(const Case& testCase, const EventObservation& seen, Verdict& verdict) {
  verdict.behavior = Behavior::failed;
  verdict.result = "Actual events differ from any expected.";
  if (seen.unimplemented) {
    verdict.behavior = Behavior::unimplemented;
    if (!testCase.deflate) verdict.result = "The case needs a subprotocol that the peer knows.";
    return;
  }
  if (seen.echo) {
    verdict.behavior = seen.echo->behavior;
    verdict.result = seen.echo->result;
    return;
  }
  if (!seen.opened) return;
  const auto alternatives = suite::alternativesOf(testCase);
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    if (!seen.matched[i]) continue;
    verdict.behavior =
        alternatives[i].rating == suite::Rating::ok ? Behavior::ok : Behavior::nonStrict;
    verdict.result = "Actual events match at least one expected.";
    return;
  }
}

/// The first rule that is broken decides.
void judgeClosing(const Case& testCase, const EventObservation& seen, Verdict& verdict) {
  const suite::CloseExpectation& expected = testCase.close;
  const websocket::Closing& closing = seen.closing;
  const auto found = [&](BehaviorClose behavior, std::string text) {
    verdict.behaviorClose = behavior;
    verdict.resultClose = std::move(text);
  };
  if (!seen.opened) {
    found(BehaviorClose::failed, "The WebSocket opening handshake was never completed!");
  } else if (closing.closedByMe != expected.byFuzzer) {
    found(BehaviorClose::failed, "The connection was failed by the wrong endpoint");
  } else if (expected.clean && !closing.wasClean) {
    found(BehaviorClose::unclean, "The spec requires the connection to be failed cleanly here");
  } else if (closing.remoteCloseCode &&
             std::find(expected.codes.begin(), expected.codes.end(), *closing.remoteCloseCode) ==
                 expected.codes.end()) {
    found(BehaviorClose::wrongCode, fmt::format("The close code should have been {} or empty",
                                                fmt::join(expected.codes, ",")));
  } else if (!seen.isServer && closing.droppedByMe) {
    found(BehaviorClose::failedByClient,
          "It is preferred that the server close the TCP connection");
  } else {
    found(BehaviorClose::ok, "Connection was properly closed");
  }
}

void judgeInformational(const suite::ExpectedEvents& expected, const EventObservation& seen,
                        Verdict& verdict) {
  const auto matched = [&](suite::Rating rating) {
    for (std::size_t i = 0; seen.opened && i < expected.alternatives.size(); ++i) {
      if (seen.matched[i] && expected.alternatives[i].rating == rating) return true;
    }
    return false;
  };
  for (const suite::Informational::Text& one : expected.informational->results) {
    if (one.alternative && !matched(*one.alternative)) continue;
    verdict.result = one.text;
    break;
  }
  verdict.behavior = Behavior::informational;
  verdict.behaviorClose = BehaviorClose::informational;
}

/// Counts as results show them: `{0: 50, 1: 1}`.
template <typename Counts>
std::string formatCounts(const Counts& counts) {
  std::string text;
  for (const auto& [opcode, count] : counts) {
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", static_cast<int>(opcode), count);
  }
  return "{" + text + "}";
}

void judgeFramesSent(const Case& testCase, const EventObservation& seen, Verdict& verdict) {
  if (!seen.opened) {
    verdict.result = "WebSocket connection was never open";
    return;
  }
  const auto asSent = [&](const auto& expected) {
    const auto found = seen.framesSent.find(expected.first);
    return found != seen.framesSent.end() && found->second == expected.second;
  };
  if (!std::all_of(testCase.framesSent->begin(), testCase.framesSent->end(), asSent)) {
    verdict.behavior = Behavior::failed;
    verdict.result = fmt::format("Frames transmitted {} does not match what we expected {}.",
                                 formatCounts(seen.framesSent), formatCounts(*testCase.framesSent));
  }
}

/// Nothing that came later, or sooner, would have made the result better.
bool isConclusive(const Case& testCase, const EventObservation& seen, const Verdict& verdict) {
  if (verdict.behavior == Behavior::failed) {
    if (seen.echo ? seen.echo->doubt == Doubt::none : seen.wrongEvent) return true;
    if (objects(seen.closing)) return true;
  }
  if (verdict.behaviorClose == BehaviorClose::wrongCode) return !seen.closing.closedByMe;
  return testCase.close.byFuzzer && objects(seen.closing);
}

/// With several alternatives and no wait among the steps, a busy peer may be taken for a laxer one.
bool isRace(const Case& testCase) {
  const auto waits = [](const suite::Step& step) {
    return std::holds_alternative<suite::Wait>(step.action);
  };
  return suite::alternativesOf(testCase).size() > 1 &&
         std::none_of(testCase.script.begin(), testCase.script.end(), waits);
}

/// Good, but slower than the case allows for: its own timer came first, or the closing handshake
/// was not completed in time.
bool isLate(const Case& testCase, const EventObservation& seen) {
  if (seen.closing.wasCloseHandshakeTimeout) return true;
  const auto* expected = std::get_if<suite::ExpectedEvents>(&testCase.criterion);
  return expected != nullptr && expected->finishEarly && expected->alternatives.size() == 1 &&
         !expected->alternatives.front().events.empty() && seen.endedByTimer &&
         seen.closing.closedByMe;
}

Doubt doubtOf(const Case& testCase, const EventObservation& seen, const Verdict& verdict) {
  const bool good = verdict.behavior != Behavior::failed &&
                    (verdict.behaviorClose == BehaviorClose::ok ||
                     verdict.behaviorClose == BehaviorClose::informational);
  if (!good) return isConclusive(testCase, seen, verdict) ? Doubt::none : Doubt::absence;
  if (verdict.behavior == Behavior::nonStrict && isRace(testCase)) return Doubt::race;
  return isLate(testCase, seen) ? Doubt::absence : Doubt::none;
}

}  // namespace

bool objects(const websocket::Closing& closing) {
  constexpr std::array kObjections{1002, 1003, 1007, 1009, 1010};
  return !closing.closedByMe && closing.remoteCloseCode &&
         std::find(kObjections.begin(), kObjections.end(), *closing.remoteCloseCode) !=
             kObjections.end();
}

Verdict judge(const Case& testCase, const EventObservation& observation) {
  Verdict verdict;
  judgeEvents(testCase, observation, verdict);
  judgeClosing(testCase, observation, verdict);
  if (testCase.close.wrongEndpointIsFatal && observation.opened &&
      observation.closing.closedByMe != testCase.close.byFuzzer) {
    verdict.behavior = Behavior::failed;
  }
  if (testCase.close.wrongCodeIsFatal && verdict.behaviorClose == BehaviorClose::wrongCode) {
    verdict.behavior = Behavior::failed;
    verdict.result = verdict.resultClose;
  }
  if (testCase.framesSent) judgeFramesSent(testCase, observation, verdict);
  const auto* expected = std::get_if<suite::ExpectedEvents>(&testCase.criterion);
  if (expected != nullptr && expected->informational) {
    judgeInformational(*expected, observation, verdict);
  }
  verdict.doubt = doubtOf(testCase, observation, verdict);
  return verdict;
}

}  // namespace wsgauntlet::play
