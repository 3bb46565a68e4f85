#include "gate/policy.hpp"

#include "base/error.hpp"
#include "base/text.hpp"
#include "suite/catalogue.hpp"
#include "suite/selection.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::gate {
namespace {

using play::Behavior;
using play::BehaviorClose;

constexpr std::array kOrdered = {Behavior::ok, Behavior::nonStrict, Behavior::informational,
                                 Behavior::unimplemented, Behavior::failed};
constexpr std::array kCloses = {
    BehaviorClose::ok,        BehaviorClose::informational, BehaviorClose::failedByClient,
    BehaviorClose::wrongCode, BehaviorClose::unclean,       BehaviorClose::failed};

using Predicate = bool (*)(Behavior, BehaviorClose);

struct Word {
  PolicyWord word;
  Predicate fails;
};

bool closing(Behavior, BehaviorClose close) {
  return close != BehaviorClose::ok && close != BehaviorClose::informational;
}
bool failed(Behavior behavior, BehaviorClose close) {
  return behavior == Behavior::failed || closing(behavior, close);
}
bool strict(Behavior behavior, BehaviorClose close) {
  return (behavior != Behavior::ok && behavior != Behavior::informational) ||
         closing(behavior, close);
}

constexpr std::array kPolicyWords = {
    Word{{"never", "nothing"}, [](Behavior, BehaviorClose) { return false; }},
    Word{{"failed", "`behavior` or `closing`; the default"}, failed},
    Word{{"behavior", "behavior FAILED"},
         [](Behavior b, BehaviorClose) { return b == Behavior::failed; }},
    Word{{"closing", "behaviorClose FAILED, UNCLEAN, WRONG CODE or FAILED BY CLIENT"}, closing},
    Word{{"close-failed", "behaviorClose FAILED"},
         [](Behavior, BehaviorClose c) { return c == BehaviorClose::failed; }},
    Word{{"unclean", "behaviorClose UNCLEAN"},
         [](Behavior, BehaviorClose c) { return c == BehaviorClose::unclean; }},
    Word{{"wrong-code", "behaviorClose WRONG CODE"},
         [](Behavior, BehaviorClose c) { return c == BehaviorClose::wrongCode; }},
    Word{{"failed-by-client", "behaviorClose FAILED BY CLIENT"},
         [](Behavior, BehaviorClose c) { return c == BehaviorClose::failedByClient; }},
    Word{{"non-strict", "behavior NON-STRICT"},
         [](Behavior b, BehaviorClose) { return b == Behavior::nonStrict; }},
    Word{{"unimplemented", "behavior UNIMPLEMENTED"},
         [](Behavior b, BehaviorClose) { return b == Behavior::unimplemented; }},
    Word{{"informational", "behavior INFORMATIONAL"},
         [](Behavior b, BehaviorClose) { return b == Behavior::informational; }},
    Word{{"close-informational", "behaviorClose INFORMATIONAL"},
         [](Behavior, BehaviorClose c) { return c == BehaviorClose::informational; }},
    Word{{"mixed", "one of the two INFORMATIONAL and the other not"},
         [](Behavior b, BehaviorClose c) {
           return (b == Behavior::informational) != (c == BehaviorClose::informational);
         }},
    Word{{"strict", "`failed`, `non-strict` or `unimplemented`"}, strict},
    Word{{"all", "everything but OK for both"},
         [](Behavior b, BehaviorClose c) { return b != Behavior::ok || c != BehaviorClose::ok; }},
};

std::size_t indexOf(Behavior behavior) {
  return static_cast<std::size_t>(std::find(kOrdered.begin(), kOrdered.end(), behavior) -
                                  kOrdered.begin());
}

std::size_t indexOf(BehaviorClose close) {
  return static_cast<std::size_t>(std::find(kCloses.begin(), kCloses.end(), close) -
                                  kCloses.begin());
}

const Word& wordOf(const std::string& name, const std::string& flag) {
  const auto found = std::find_if(kPolicyWords.begin(), kPolicyWords.end(),
                                  [&name](const Word& word) { return word.word.name == name; });
  if (found != kPolicyWords.end()) return *found;
  std::vector<std::string> names;
  names.reserve(kPolicyWords.size());
  for (const Word& word : kPolicyWords) names.emplace_back(word.word.name);
  throw InputError(fmt::format("{}: there is no policy '{}'{}", flag, terminalText(name),
                               hint(name, names, "; there are " + listOf(names))));
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const std::size_t end = std::min(text.find(separator), text.size());
    parts.emplace_back(text.substr(0, end));
    if (end == text.size()) return parts;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

std::span<const PolicyWord> policyWords() {
  static const auto words = [] {
    std::array<PolicyWord, kPolicyWords.size()> out;
    std::transform(kPolicyWords.begin(), kPolicyWords.end(), out.begin(),
                   [](const Word& word) { return word.word; });
    return out;
  }();
  return words;
}

Policy::Rule Policy::parseRule(const std::string& text, const std::string& flag) {
  Rule rule;
  const std::size_t equals = text.find('=');
  if (equals != std::string::npos) {
    rule.pattern = text.substr(0, equals);
    const std::string problem = patternProblem(rule.pattern);
    if (!problem.empty()) throw InputError(fmt::format("{}: {}", flag, problem));
  }
  for (const std::string& name : split(text.substr(equals + 1), ',')) {
    const Word& word = wordOf(name, flag);
    for (std::size_t b = 0; b < kOrdered.size(); ++b) {
      for (std::size_t c = 0; c < kCloses.size(); ++c) {
        rule.fails[b][c] = rule.fails[b][c] || word.fails(kOrdered[b], kCloses[c]);
      }
    }
  }
  return rule;
}

Policy Policy::parse(const std::vector<std::string>& rules, const std::string& flag) {
  Policy policy;
  policy.rules_.push_back(parseRule("failed", flag));
  for (const std::string& text : rules) policy.rules_.push_back(parseRule(text, flag));
  policy.texts_ = rules;
  if (rules.empty()) policy.texts_.emplace_back("failed");
  return policy;
}

bool Policy::fails(const suite::CaseId& id, Behavior behavior, BehaviorClose close) const {
  const auto fits = [&id](const Rule& rule) {
    return rule.pattern.empty() || matchesCase(rule.pattern, id);
  };
  const auto rule = std::find_if(rules_.rbegin(), rules_.rend(), fits);
  return rule != rules_.rend() && rule->fails[indexOf(behavior)][indexOf(close)];
}

bool matchesCase(const std::string& pattern, const suite::CaseId& id) {
  if (pattern.find('*') != std::string::npos) return suite::matchesWhole(pattern + "*", id.str());
  const auto parsed = suite::CaseId::parse(pattern);
  return parsed && *parsed == id;
}

std::string patternProblem(const std::string& pattern) {
  if (pattern.find('*') != std::string::npos || suite::CaseId::parse(pattern)) return "";
  return fmt::format("'{}' is neither a case id such as 1.1.1 nor a pattern such as 1.*",
                     terminalText(pattern));
}

}  // namespace wsgauntlet::gate
