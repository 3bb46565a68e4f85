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
    if (const Requirement* requirement = requirementOf(case_)) {
      checkRequirement(*requirement);
    } else {
      checkEnd();
      if (hasStep<Await>(case_)) fail("/script", "an \"await\" step needs an \"outcome\"");
    }
    if (case_.reportCompressionRatio && !case_.deflate) {
      fail("/report-compression-ratio", "there is no ratio without permessage-deflate");
    }
    checkTags();
    checkPartedMessage();
    checkInformational();
  }

 private:
  void fail(const std::string& below, std::string message) const {
    node_.scope().problems.add(node_.pointer() + below, std::move(message));
  }

  /// A requirement needs no end: silence ends the case.
  void checkRequirement(const Requirement& requirement) const {
    if (requirement.reaction == Reaction::refuse && requirement.checks.empty() &&
        requirement.opening.isUsual()) {
      fail("/outcome", "nothing in this case is a reason to refuse: give request or response");
    }
    if (!requirement.companions.empty() && case_.appliesTo != AppliesTo::servers) {
      fail("/companions",
           "a client opens one connection for a case: add \"applies-to\": \"servers\"");
    }
    for (const Step& step : requirement.opening.early) {
      if (std::holds_alternative<Await>(step.action) || std::holds_alternative<Wait>(step.action)) {
        fail("/early", "steps before the answer cannot wait");
      }
    }
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
             fmt::format("the tag \"{}\" occurs twice", *wait->tag));
      }
      tags.push_back(*wait->tag);
    }
    for (const Alternative& alternative : alternativesOf(case_)) {
      for (std::size_t i = 0; i < alternative.events.size(); ++i) {
        const auto* timeout = std::get_if<ExpectTimeout>(&alternative.events[i]);
        if (timeout == nullptr || std::find(tags.begin(), tags.end(), timeout->tag) != tags.end()) {
          continue;
        }
        fail(fmt::format("/expect/{}/{}", name(alternative.rating), i),
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
    const auto* events = std::get_if<ExpectedEvents>(&case_.criterion);
    if (events == nullptr || !events->informational) return;
    for (const Informational::Text& text : events->informational->results) {
      const auto rates = [&](const Alternative& one) { return one.rating == text.alternative; };
      if (!text.alternative ||
          std::any_of(events->alternatives.begin(), events->alternatives.end(), rates)) {
        continue;
      }
      const std::string_view word = name(*text.alternative);
      fail(fmt::format("/informational/{}", word), fmt::format("expect has no \"{}\"", word));
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
