#include "gate/gate_text.hpp"

#include "base/text.hpp"
#include "base/word_wrap.hpp"
#include "report/explain.hpp"
#include "report/pages/index_table.hpp"

#include <algorithm>

#include <fmt/format.h>

namespace wsgauntlet::gate {
namespace {

constexpr std::size_t kFindingIndent = 6;
constexpr std::size_t kLabel = 10;

std::string oneLine(const std::string& text) {
  return terminalText(text);
}

void addPart(std::string& out, std::string_view label, const std::string& text,
             std::size_t columns) {
  if (text.empty()) return;
  out += fmt::format("{:{}}{:<{}}{}\n", "", kFindingIndent, label, kLabel,
                     hanging(text, kFindingIndent + kLabel, columns));
}

std::string findingText(const CaseJudgement& one, const std::string& agent,
                        const GateTextOptions& options) {
  std::string out = fmt::format("  {}  {}  ({})\n", one.testCase->id.str(), verdicts(one.record),
                                name(one.judgement));
  addPart(out, "case", oneLine(one.testCase->description), options.columns);
  if (one.record != nullptr) {
    const report::Explanation& why = one.record->why;
    addPart(out, "sent", why.sent, options.columns);
    addPart(out, "expected", why.expected, options.columns);
    addPart(out, "received", why.received, options.columns);
    addPart(out, "and", why.remark, options.columns);
  }
  if (one.judgement != Judgement::unexpected) {
    addPart(out, "why red", findingSentence(one), options.columns);
  }
  if (options.repeat) {
    out += fmt::format("{:{}}{:<{}}{}\n", "", kFindingIndent, "repeat", kLabel,
                       options.repeat(agent, one.testCase->id));
  }
  return out;
}

std::string missingIds(const AgentJudgement& agent, std::size_t columns) {
  constexpr std::size_t kMaxShown = 40;
  std::string ids;
  std::size_t count = 0;
  for (const CaseJudgement& one : agent.cases) {
    if (one.judgement != Judgement::missing || ++count > kMaxShown) continue;
    ids += (ids.empty() ? "" : " ") + one.testCase->id.str();
  }
  if (count == 0) return "";
  if (count > kMaxShown) ids += fmt::format(" … and {} more", count - kMaxShown);
  return fmt::format("  no result: {}\n", hanging(ids, 13, columns));
}

std::string agentFindings(const AgentJudgement& agent, const GateTextOptions& options) {
  std::string out;
  std::size_t shown = 0;
  std::size_t hidden = 0;
  for (const CaseJudgement& one : agent.cases) {
    if (!isRed(one.judgement)) continue;
    if (shown++ < options.mostFindings) {
      out += findingText(one, agent.agent, options);
    } else {
      ++hidden;
    }
  }
  if (hidden > 0) out += fmt::format("  … and {} more\n", hidden);
  out += missingIds(agent, options.columns);
  if (out.empty()) return out;
  return terminalText(report::shownAgent(agent.agent)) + "\n" + out + "\n";
}

/// `2 stale expectations`.
std::string count(std::size_t number, Judgement judgement) {
  if (judgement == Judgement::better) return fmt::format("{} {}", number, name(judgement));
  std::string words(name(judgement));
  if (number != 1) {
    const std::size_t noun = words.find("failure");
    words.insert(noun == std::string::npos ? words.size() : noun + 7, "s");
  }
  return fmt::format("{} {}", number, words);
}

/// `::error` has a property and a text, each with its own escapes.
std::string escapeData(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '%':
        out += "%25";
        break;
      case '\r':
        out += "%0D";
        break;
      case '\n':
        out += "%0A";
        break;
      default:
        out += c;
    }
  }
  return out;
}

std::string escapeProperty(std::string_view text) {
  std::string out;
  for (const char c : escapeData(text)) {
    if (c == ':') {
      out += "%3A";
    } else if (c == ',') {
      out += "%2C";
    } else {
      out += c;
    }
  }
  return out;
}

std::string annotation(const AgentJudgement& agent, const CaseJudgement& one) {
  const std::string title =
      fmt::format("{} case {}: {}", shortened(terminalText(report::shownAgent(agent.agent)), 60),
                  one.testCase->id.str(), name(one.judgement));
  return fmt::format(
      "::error title={}::{}\n", escapeProperty(title),
      escapeData(fmt::format("{} — {}", verdicts(one.record), findingSentence(one))));
}

std::string beforeText(const CaseJudgement& finding) {
  return finding.before == nullptr ? ""
                                   : fmt::format("; the baseline has {}", verdicts(finding.before));
}

std::string placeText(const Expectation& entry) {
  return fmt::format("{}:{}", terminalText(entry.place.file), entry.place.line);
}

std::string knownAs(const Expectation& entry) {
  std::string out;
  if (entry.behavior) out += play::name(*entry.behavior);
  if (entry.behaviorClose) {
    out += (out.empty() ? "" : " / ") + std::string(play::name(*entry.behaviorClose));
  }
  return out;
}

}  // namespace

std::string verdicts(const report::CaseRecord* record) {
  if (record == nullptr) return "no result";
  return fmt::format("{} / {}", play::name(record->behavior), play::name(record->behaviorClose));
}

std::string findingSentence(const CaseJudgement& finding) {
  const std::string why = finding.record != nullptr ? report::sentence(finding.record->why) : "";
  switch (finding.judgement) {
    case Judgement::stale:
      return fmt::format("it passes, and {} expects it to fail ({})",
                         placeText(*finding.expectation),
                         terminalText(finding.expectation->reason));
    case Judgement::changed:
      return fmt::format("{} expects {}{}{}", placeText(*finding.expectation),
                         knownAs(*finding.expectation), why.empty() ? "" : "; ", why);
    case Judgement::expected:
      return terminalText(finding.expectation->reason);
    case Judgement::regression:
    case Judgement::known:
    case Judgement::better:
      return (why.empty() ? "the verdict is now " + verdicts(finding.record) : why) +
             beforeText(finding);
    case Judgement::missing:
      return "the case was selected and has no result";
    default:
      return why.empty() ? "the policy does not allow this verdict" : why;
  }
}

std::string gateLine(const Gate& gate) {
  const JudgementTally tally = gate.tally();
  std::string out = "Gate: ";
  out += gate.status == GateStatus::passed   ? "passed"
         : gate.status == GateStatus::failed ? "failed"
                                             : "incomplete";
  constexpr std::array kSaid = {Judgement::unexpected, Judgement::changed, Judgement::regression,
                                Judgement::stale,      Judgement::missing, Judgement::expected,
                                Judgement::known,      Judgement::better};
  for (const Judgement judgement : kSaid) {
    if (tally.of(judgement) > 0) out += ", " + count(tally.of(judgement), judgement);
  }
  if (tally.all() == 0) return out + ", there are no results";
  return out + fmt::format(", {} of {} case{} fine (--fail-on {})", tally.green(), tally.all(),
                           tally.all() == 1 ? "" : "s", fmt::join(gate.policy, " --fail-on "));
}

std::string gateText(const Gate& gate, const GateTextOptions& options) {
  std::string out;
  for (const AgentJudgement& agent : gate.agents) out += agentFindings(agent, options);
  for (const std::string& note : gate.notes) out += "note: " + note + "\n";
  return withoutCommands(out + gateLine(gate) + "\n");
}

std::string githubAnnotations(const Gate& gate, std::size_t most) {
  std::vector<std::string> lines;
  for (const AgentJudgement& agent : gate.agents) {
    for (const CaseJudgement& one : agent.cases) {
      if (isRed(one.judgement)) lines.push_back(annotation(agent, one));
    }
  }
  if (gate.status == GateStatus::incomplete) {
    lines.push_back(fmt::format("::error title=Incomplete run::{}\n", escapeData(gateLine(gate))));
  }
  if (lines.size() > most && most > 0) {
    const std::size_t left = lines.size() - most + 1;
    lines.resize(most - 1);
    lines.push_back(fmt::format("::error title=More findings::and {} more\n", left));
  }
  return fmt::format("{}", fmt::join(lines, ""));
}

}  // namespace wsgauntlet::gate
