#include "gate/comparison_text.hpp"

#include "base/text.hpp"
#include "base/word_wrap.hpp"
#include "gate/gate_text.hpp"
#include "gate/markdown.hpp"
#include "report/assets.hpp"
#include "report/explain.hpp"
#include "report/pages/html.hpp"
#include "report/pages/index_table.hpp"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace wsgauntlet::gate {
namespace {

using report::markupLine;

using ChangeKind = CaseChange::Kind;

constexpr std::array kKinds = {ChangeKind::worse, ChangeKind::better, ChangeKind::changed,
                               ChangeKind::added, ChangeKind::gone};

std::string_view kindName(ChangeKind kind) {
  switch (kind) {
    case ChangeKind::worse:
      return "worse";
    case ChangeKind::better:
      return "better";
    case ChangeKind::changed:
      return "other words";
    case ChangeKind::added:
      return "new";
    case ChangeKind::gone:
      break;
  }
  return "gone";
}

std::string changeHeadline(const AgentChanges& agent) {
  if (!agent.isThere) return report::shownAgent(agent.before) + " (gone)";
  const std::string after = report::shownAgent(agent.after);
  if (!agent.wasThere) return after + " (new)";
  return agent.before == agent.after ? after : report::shownAgent(agent.before) + " → " + after;
}

std::string changeCounts(const AgentChanges& agent) {
  std::string out = fmt::format("{} the same", agent.same);
  for (const ChangeKind kind : kKinds) {
    const auto count =
        std::count_if(agent.changes.begin(), agent.changes.end(),
                      [kind](const CaseChange& change) { return change.kind == kind; });
    if (count > 0) out += fmt::format(", {} {}", count, kindName(kind));
  }
  return out;
}

std::string verdictChange(const CaseChange& change) {
  if (change.before == nullptr) return verdicts(change.after);
  if (change.after == nullptr) return verdicts(change.before);
  return verdicts(change.before) + " → " + verdicts(change.after);
}

/// Why a case is worse than it was.
std::string reason(const CaseChange& change) {
  return change.after == nullptr ? "" : report::sentence(change.after->why);
}

template <typename Visit>
void forEachKind(const AgentChanges& agent, Visit&& visit) {
  for (const ChangeKind kind : kKinds) {
    for (const CaseChange& change : agent.changes) {
      if (change.kind == kind) visit(change);
    }
  }
}

std::string consoleText(const AgentChanges& agent) {
  constexpr std::size_t kColumns = 100;
  std::string out =
      fmt::format("{}: {}\n", terminalText(changeHeadline(agent)), changeCounts(agent));
  forEachKind(agent, [&out](const CaseChange& change) {
    std::string text = fmt::format("{:<11} {:<8} {}", kindName(change.kind), change.id.str(),
                                   verdictChange(change));
    if (const std::string why = reason(change); !why.empty()) text += "  " + why;
    out += fmt::format("  {}\n", hanging(text, 23, kColumns));
  });
  return out;
}

std::string markdown(const AgentChanges& agent) {
  std::string out =
      fmt::format("### {}\n\n{}\n", markdownCode(changeHeadline(agent)), changeCounts(agent));
  if (agent.changes.empty()) return out;
  out += "\n| | case | verdict | why |\n| --- | --- | --- | --- |\n";
  forEachKind(agent, [&out](const CaseChange& change) {
    const std::string why = reason(change);
    out += fmt::format("| {} | {} | {} | {} |\n", kindName(change.kind), change.id.str(),
                       verdictChange(change), why.empty() ? "" : markdownCode(why));
  });
  return out;
}

std::string htmlSection(const AgentChanges& agent) {
  std::string out =
      fmt::format("<section>\n<h2>{}</h2>\n<p>{}</p>\n", report::html(changeHeadline(agent)),
                  report::html(changeCounts(agent)));
  if (agent.changes.empty()) return out + "</section>\n";
  out +=
      R"(<table class="stats diff">
<tr class="stats_header"><th scope="col">Change</th>)"
      R"(<th scope="col">Case</th><th scope="col">Verdict</th><th scope="col">Why</th></tr>
)";
  forEachKind(agent, [&out](const CaseChange& change) {
    out += markupLine(
        R"(<tr class="stats_row"><td>{}</td><th scope="row">{}</th><td>{}</td><td>{}</td></tr>)",
        kindName(change.kind), change.id.str(), report::html(verdictChange(change)),
        report::html(reason(change)));
  });
  return out + "</table>\n</section>\n";
}

template <typename Section>
std::string joined(const std::vector<AgentChanges>& agents, Section&& section) {
  std::string out;
  for (const AgentChanges& agent : agents) out += (out.empty() ? "" : "\n") + section(agent);
  return out.empty() ? "There are no results in either run.\n" : out;
}

}  // namespace

std::string formatChanges(const std::vector<AgentChanges>& agents, DiffFormat format) {
  switch (format) {
    case DiffFormat::console:
      return withoutCommands(joined(agents, consoleText));
    case DiffFormat::markdown:
      return "## WebSocket conformance, before and after\n\n" + joined(agents, markdown);
    case DiffFormat::html:
      break;
  }
  return report::pageHead("Before and after", report::asset("case.css")) +
         R"(<body class="case_page">
<main>
<h1>Before and after</h1>
)" + joined(agents, htmlSection) +
         "</main>\n<footer>wsgauntlet " WSGAUNTLET_VERSION "</footer>\n</body>\n</html>\n";
}

}  // namespace wsgauntlet::gate
