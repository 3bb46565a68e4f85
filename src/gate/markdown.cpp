#include "gate/markdown.hpp"

#include "base/text.hpp"
#include "gate/gate_text.hpp"
#include "report/explain.hpp"
#include "report/pages/index_table.hpp"

#include <algorithm>
#include <map>
#include <tuple>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::gate {
namespace {

/// A longer agent name helps nobody.
constexpr std::size_t kMaxAgentName = 80;

std::string agentCode(const std::string& agent) {
  return markdownCode(shortened(report::shownAgent(agent), kMaxAgentName));
}

/// Categories such as `5 Fragmentation`, in the order of their numbers.
using Categories = std::map<std::pair<int, std::string>, JudgementTally>;

void addCategories(Categories& categories, const AgentJudgement& agent) {
  for (const CaseJudgement& one : agent.cases) {
    const int number = one.testCase->id.parts().empty() ? 0 : one.testCase->id.parts().front();
    categories[{number, one.testCase->category}].add(one.judgement);
  }
}

std::string cell(const JudgementTally& tally) {
  if (tally.all() == 0) return "–";
  const std::size_t missing = tally.of(Judgement::missing);
  const std::size_t excused = tally.of(Judgement::expected) + tally.of(Judgement::known);
  std::string out = fmt::format("{}/{}", tally.green() - excused, tally.all());
  if (tally.red() > 0) out += fmt::format(" ❌ {}", tally.red());
  if (missing > 0) out += fmt::format(" ❓ {}", missing);
  if (excused > 0) out += fmt::format(" ⚠️ {}", excused);
  return tally.red() + missing + excused > 0 ? out : out + " ✅";
}

std::string table(const Gate& gate) {
  Categories all;
  std::vector<Categories> ofAgents;
  for (const AgentJudgement& agent : gate.agents) {
    addCategories(all, agent);
    addCategories(ofAgents.emplace_back(), agent);
  }
  std::string head = "| category |";
  std::string rule = "| --- |";
  std::string totals = "| **all** |";
  for (const AgentJudgement& agent : gate.agents) {
    head += fmt::format(" {} |", agentCode(agent.agent));
    rule += " --- |";
    totals += fmt::format(" {} |", cell(agent.tally()));
  }
  std::string out = head + "\n" + rule + "\n";
  for (const auto& [category, unused] : all) {
    out += fmt::format("| {} |", markdownText(category.second));
    for (const Categories& ofAgent : ofAgents) {
      const auto found = ofAgent.find(category);
      out += fmt::format(" {} |", found == ofAgent.end() ? "–" : cell(found->second));
    }
    out += '\n';
  }
  return out + totals + "\n\n✅ all fine · ❌ red · ❓ no result · ⚠️ known failures\n";
}

void addItem(std::string& out, std::string_view label, const std::string& text) {
  if (!text.empty()) out += fmt::format("- {}: {}\n", label, markdownCode(text));
}

std::string findingMarkdown(const CaseJudgement& one) {
  std::string out = fmt::format("<details><summary><b>{}</b> {} – {}</summary>\n\n",
                                one.testCase->id.str(), verdicts(one.record), name(one.judgement));
  out += fmt::format("{}\n\n", markdownText(one.testCase->description));
  if (one.judgement != Judgement::unexpected) addItem(out, "why red", findingSentence(one));
  if (one.record != nullptr) {
    const report::Explanation& why = one.record->why;
    addItem(out, "sent", why.sent);
    addItem(out, "expected", why.expected);
    addItem(out, "received", why.received);
    addItem(out, "and", why.remark);
  }
  return out + "\n</details>\n";
}

std::string findings(const AgentJudgement& agent, std::size_t most) {
  std::string out;
  std::size_t count = 0;
  for (const CaseJudgement& one : agent.cases) {
    if (isRed(one.judgement) && count++ < most) out += findingMarkdown(one);
  }
  if (count > most) out += fmt::format("\n… and {} more\n", count - most);
  return out.empty() ? out : fmt::format("\n### {}\n\n{}", agentCode(agent.agent), out);
}

/// A line for each case, folded away.
std::string folded(const Gate& gate, std::string_view title, auto&& selects, std::size_t most) {
  std::string lines;
  std::size_t count = 0;
  for (const AgentJudgement& agent : gate.agents) {
    for (const CaseJudgement& one : agent.cases) {
      if (!selects(one.judgement) || ++count > most) continue;
      lines += fmt::format("- {} **{}** {}: {}\n", agentCode(agent.agent), one.testCase->id.str(),
                           verdicts(one.record), markdownCode(findingSentence(one)));
    }
  }
  if (count == 0) return "";
  if (count > most) lines += fmt::format("- … and {} more\n", count - most);
  return fmt::format("\n<details><summary>{} ({})</summary>\n\n{}\n</details>\n", title, count,
                     lines);
}

std::string_view icon(GateStatus status) {
  switch (status) {
    case GateStatus::passed:
      return "✅";
    case GateStatus::failed:
      return "❌";
    case GateStatus::incomplete:
      break;
  }
  return "❓";
}

/// Characters that Markdown, HTML, autolinks and mentions start from.
bool isActive(char c) {
  constexpr std::string_view kActive = R"(&<>"'\`*_{}[]()#+!|~@:$^=)";
  return kActive.find(c) != std::string_view::npos;
}

}  // namespace

std::string markdownText(std::string_view text) {
  std::string out;
  char before = ' ';
  for (const char c : controlPictures(text)) {
    // `www.` starts a link; a line may start with `-` or with `1.`.
    const bool starts = (c == '-' || c == '.') && (out.empty() || before == 'w' || before == 'W');
    const bool numbers = c == '.' && out.find_first_not_of("0123456789") == std::string::npos;
    out += isActive(c) || starts || numbers ? fmt::format("&#{};", static_cast<int>(c))
                                            : std::string(1, c);
    before = c;
  }
  return out;
}

std::string markdownCode(std::string_view text) {
  return "<code>" + markdownText(text) + "</code>";
}

std::string markdownSummary(const Gate& gate, std::size_t mostFindings) {
  std::string out = fmt::format("## {} WebSocket conformance\n\n{}\n", icon(gate.status),
                                markdownText(gateLine(gate)));
  if (!gate.agents.empty()) out += "\n" + table(gate);
  for (const AgentJudgement& agent : gate.agents) out += findings(agent, mostFindings);
  out += folded(
      gate, "Known failures",
      [](Judgement j) { return j == Judgement::expected || j == Judgement::known; }, mostFindings);
  out += folded(
      gate, "No result", [](Judgement j) { return j == Judgement::missing; }, mostFindings);
  out += folded(
      gate, "Better than the baseline", [](Judgement j) { return j == Judgement::better; },
      mostFindings);
  for (const std::string& note : gate.notes) {
    out += fmt::format("\nNote: {}\n", markdownCode(note));
  }
  return out;
}

}  // namespace wsgauntlet::gate
