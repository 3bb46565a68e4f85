#include "gate/junit.hpp"

#include "gate/gate_text.hpp"
#include "report/explain.hpp"
#include "report/pages/html.hpp"
#include "report/pages/index_table.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace wsgauntlet::gate {
namespace {

using report::markupLine;

/// For text and attributes: markup is escaped, control characters are pictures, and what XML 1.0
/// knows no character for (section 2.2) is replaced.
std::string xml(std::string_view text) {
  std::string out = report::html(text);
  for (const std::string_view nonCharacter : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"}) {
    for (std::size_t at = 0; (at = out.find(nonCharacter, at)) != std::string::npos;) {
      out.replace(at, nonCharacter.size(), "\xEF\xBF\xBD");
    }
  }
  return out;
}

/// Readers take what precedes the last dot for a package.
std::string withoutDots(std::string text) {
  std::replace(text.begin(), text.end(), '.', '_');
  return text;
}

std::string seconds(std::int64_t milliseconds) {
  return fmt::format("{}.{:03}", milliseconds / 1000, milliseconds % 1000);
}

enum class Element { none, failure, error, skipped };

Element elementOf(const CaseJudgement& one, bool missingAllowed) {
  if (isRed(one.judgement)) return Element::failure;
  switch (one.judgement) {
    case Judgement::missing:
      return missingAllowed ? Element::skipped : Element::error;
    case Judgement::expected:
    case Judgement::known:
      return Element::skipped;
    default:
      return one.record->behavior == play::Behavior::unimplemented ? Element::skipped
                                                                   : Element::none;
  }
}

struct Counts {
  std::size_t tests = 0;
  std::size_t failures = 0;
  std::size_t errors = 0;
  std::size_t skipped = 0;
  std::int64_t milliseconds = 0;

  void add(const Counts& other) {
    tests += other.tests;
    failures += other.failures;
    errors += other.errors;
    skipped += other.skipped;
    milliseconds += other.milliseconds;
  }
};

struct Suite {
  std::string cases;
  Counts counts;
};

/// The body of a failure: a line for each thing that is known.
std::string plainWords(const CaseJudgement& one) {
  std::string out = fmt::format("{}\n", findingSentence(one));
  const auto add = [&out](std::string_view label, const std::string& text) {
    if (!text.empty()) out += fmt::format("{}: {}\n", label, text);
  };
  add("case", one.testCase->description);
  add("expectation", one.testCase->expectation);
  if (one.record == nullptr) return out;
  const report::Explanation& why = one.record->why;
  add("sent", why.sent);
  add("expected", why.expected);
  add("received", why.received);
  add("remark", why.remark);
  add("report", one.record->reportFile);
  return out;
}

std::string xmlLines(const std::string& text) {
  std::string out;
  for (std::size_t from = 0; from < text.size();) {
    const std::size_t end = text.find('\n', from);
    out += xml(std::string_view(text).substr(from, end - from)) + "\n";
    from = end == std::string::npos ? text.size() : end + 1;
  }
  return out;
}

std::string outcomeXml(const CaseJudgement& one, Element element) {
  switch (element) {
    case Element::none:
      return "";
    case Element::skipped: {
      const bool unimplemented =
          one.judgement == Judgement::passed || one.judgement == Judgement::better;
      const std::string message =
          unimplemented ? "the peer does not implement what the case tests"
                        : fmt::format("{}: {}", name(one.judgement), findingSentence(one));
      return markupLine(R"(      <skipped message="{}"/>)", xml(message));
    }
    case Element::error:
      return markupLine(R"(      <error message="{}" type="missing"/>)", xml(findingSentence(one)));
    case Element::failure:
      break;
  }
  const std::string message = fmt::format("{}: {}", verdicts(one.record), findingSentence(one));
  return markupLine(R"(      <failure message="{}" type="{}">{}</failure>)", xml(message),
                    word(one.judgement), xmlLines(plainWords(one)));
}

void addCase(Suite& suite, const std::string& agent, const CaseJudgement& one,
             bool missingAllowed) {
  const Element element = elementOf(one, missingAllowed);
  const std::int64_t time = one.record != nullptr ? one.record->durationMs : 0;
  suite.counts.add({1, element == Element::failure ? 1U : 0U, element == Element::error ? 1U : 0U,
                    element == Element::skipped ? 1U : 0U, time});
  const std::string inner = outcomeXml(one, element);
  suite.cases += fmt::format(R"(    <testcase classname="{}.{}" name="{}" time="{}"{})",
                             xml(withoutDots(agent)), xml(withoutDots(one.testCase->category)),
                             one.testCase->id.str(), seconds(time), inner.empty() ? "/>\n" : ">\n");
  if (!inner.empty()) suite.cases += inner + "    </testcase>\n";
}

std::string countsXml(const Counts& counts) {
  return fmt::format(R"(tests="{}" failures="{}" errors="{}" time="{}")", counts.tests,
                     counts.failures, counts.errors, seconds(counts.milliseconds));
}

}  // namespace

std::string junitXml(const Gate& gate) {
  Counts all;
  std::string suites;
  for (const AgentJudgement& agent : gate.agents) {
    const std::string shown = report::shownAgent(agent.agent);
    // Categories in the order in which their cases come.
    std::vector<std::string> order;
    std::map<std::string, Suite> byCategory;
    for (const CaseJudgement& one : agent.cases) {
      const auto [suite, isNew] = byCategory.try_emplace(one.testCase->category);
      if (isNew) order.push_back(one.testCase->category);
      addCase(suite->second, shown, one, gate.missingAllowed);
    }
    for (const std::string& category : order) {
      const Suite& suite = byCategory.at(category);
      suites += fmt::format(R"(  <testsuite name="{}: {}" {} skipped="{}">
{}  </testsuite>
)",
                            xml(shown), xml(category), countsXml(suite.counts),
                            suite.counts.skipped, suite.cases);
      all.add(suite.counts);
    }
  }
  return fmt::format(
      R"(<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="wsgauntlet" {}>
{}</testsuites>
)",
      countsXml(all), suites);
}

}  // namespace wsgauntlet::gate
