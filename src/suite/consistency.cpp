#include "suite/consistency.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

template <typename Kind>
bool hasStep(const Case& testCase) {
  return std::any_of(testCase.script.begin(), testCase.script.end(),
                     [](const Step& step) { return std::holds_alternative<Kind>(step.action); });
}

class ConsistencyCheck {
 public:
  ConsistencyCheck(const Case& testCase, const Node& node) : case_(testCase), node_(node) {}

  void run() {
    if (case_.outcome) {
      checkOutcome();
    } else {
      checkExpectation();
      checkEnd();
      checkNoRules();
    }
    checkTags();
    checkPartedMessage();
    checkInformational();
  }

 private:
  void fail(const std::string& below, std::string message) const {
    node_.scope().problems.add(node_.pointer() + below, std::move(message));
  }

  void checkExpectation() const {
    const bool measures = !std::holds_alternative<std::monostate>(case_.measure);
    if (case_.expect.empty() && !measures) {
      fail("", "nothing is expected: give expect, large-message or round-trips");
    }
    if (!case_.expect.empty() && measures) {
      fail("/expect", "a case with large-message or round-trips is judged by it; leave expect out");
    }
    if (case_.reportCompressionRatio && !case_.deflate) {
      fail("/report-compression-ratio", "there is no ratio without permessage-deflate");
    }
  }

  /// An outcome needs neither an end nor an alternative: silence ends the case.
  void checkOutcome() const {
    if (!std::holds_alternative<std::monostate>(case_.measure) || case_.informational) {
      fail("", "a case with an outcome is judged by it; leave out what else would judge it");
    }
    if (case_.expect.size() > 1) {
      fail("/expect/NON-STRICT", "a case with an outcome has one course of events");
    }
    const bool opens = case_.outcome->course != Course::refuse;
    if (!opens && case_.checks.empty() && !case_.request && !case_.response &&
        case_.early.empty()) {
      fail("/outcome", "nothing in this case is a reason to refuse: give request or response");
    }
    for (const Step& step : case_.early) {
      if (std::holds_alternative<Await>(step.action) || std::holds_alternative<Wait>(step.action)) {
        fail("/early", "steps before the answer cannot wait");
      }
    }
  }

  void checkNoRules() const {
    if (!case_.checks.empty()) fail("/checks", "checks need an \"outcome\"");
    if (case_.request || case_.response || !case_.early.empty()) {
      fail("", "a handshake of its own, and early steps, need an \"outcome\"");
    }
    if (hasStep<Await>(case_)) fail("/script", "an \"await\" step needs an \"outcome\"");
  }

  void checkEnd() const {
    if (hasStep<CloseAfter>(case_) || hasStep<FailAfter>(case_)) return;
    fail("/script",
         "nothing ends the case when the peer is silent: add {\"fail-after\": 1} or "
         "{\"close-after\": 1}");
  }

  void checkTags() const {
    std::vector<std::string> tags;
    for (std::size_t i = 0; i < case_.script.size(); ++i) {
      const auto* wait = std::get_if<Wait>(&case_.script[i].action);
      if (wait == nullptr || !wait->tag) continue;
      if (std::find(tags.begin(), tags.end(), *wait->tag) != tags.end()) {
        fail(fmt::format("/script/{}/tag", i),
             fmt::format("the tag \"{}\" stands twice", *wait->tag));
      }
      tags.push_back(*wait->tag);
    }
    for (const Alternative& alternative : case_.expect) {
      for (std::size_t i = 0; i < alternative.events.size(); ++i) {
        const auto* timeout = std::get_if<ExpectTimeout>(&alternative.events[i]);
        if (timeout == nullptr || std::find(tags.begin(), tags.end(), timeout->tag) != tags.end()) {
          continue;
        }
        fail(fmt::format("/expect/{}/{}", alternative.verdict, i),
             fmt::format("no wait of the script has the tag \"{}\"{}", timeout->tag,
                         hint(timeout->tag, tags)));
      }
    }
  }

  /// Where in a message that is sent in parts the script is.
  enum class Part { none, message, frame };

  void checkPartedMessage() const {
    Part at = Part::none;
    for (std::size_t i = 0; i < case_.script.size(); ++i) {
      const Action& action = case_.script[i].action;
      const std::string pointer = fmt::format("/script/{}", i);
      if (std::holds_alternative<BeginMessage>(action)) {
        at = Part::message;
      } else if (std::holds_alternative<BeginFrame>(action)) {
        if (at == Part::none) fail(pointer, "begin-frame needs a begin-message before it");
        at = Part::frame;
      } else if (std::holds_alternative<FrameData>(action)) {
        if (at != Part::frame) fail(pointer, "frame-data needs a begin-frame before it");
      } else if (std::holds_alternative<EndMessage>(action)) {
        if (at == Part::none) fail(pointer, "end-message needs a begin-message before it");
        at = Part::none;
      }
    }
  }

  void checkInformational() const {
    if (!case_.informational) return;
    for (const auto& result : case_.informational->results) {
      const std::string& verdict = result.first;
      const bool known =
          verdict == "*" || std::any_of(case_.expect.begin(), case_.expect.end(),
                                        [&](const Alternative& a) { return a.verdict == verdict; });
      if (known) continue;
      fail("/informational/" + verdict, fmt::format("expect has no \"{}\"", verdict));
    }
  }

  const Case& case_;
  const Node& node_;
};

}  // namespace

void checkConsistency(const Case& testCase, const Node& node) {
  ConsistencyCheck(testCase, node).run();
}

}  // namespace wsgauntlet::suite
