#include "report/pages/index_page.hpp"

#include "report/assets.hpp"
#include "report/pages/html.hpp"
#include "report/pages/index_table.hpp"
#include "report/pages/plots.hpp"

#include <array>
#include <vector>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

/// The version of the Autobahn Testsuite whose reports these are; scripts look for it.
constexpr std::string_view kCompatibleVersion = "v25.10.1/v0.10.9";

/// The order in which outcomes are shown: what matters comes first.
constexpr std::array kOutcomeOrder = {Outcome::fail, Outcome::closing,       Outcome::nonStrict,
                                      Outcome::info, Outcome::unimplemented, Outcome::missing,
                                      Outcome::pass};

/// Only for those who have JavaScript; the style sheet hides it from others.
std::string toolbar() {
  std::string out =
      R"(<div id="toolbar" role="toolbar" aria-label="Cases">
<input id="search" type="search" placeholder="Search cases" )"
      R"(aria-label="Search in ids, descriptions and explanations" title="/"/>
<div id="filters" role="group" aria-label="Verdicts">
<button type="button" data-filter="" aria-pressed="true">All</button>
)";
  for (const Outcome outcome : kOutcomeOrder) {
    out += markupLine(R"(<button type="button" data-filter="{0}" aria-pressed="false">)"
                      R"(<i class="dot o-{0}"></i>{1} <span class="count"></span></button>)",
                      outcomeWord(outcome), outcomeLabel(outcome));
  }
  return out +
         "</div>\n<div id=\"actions\">\n"
         "<button type=\"button\" id=\"sort\" aria-pressed=\"false\" "
         "title=\"Sort by duration, longest first\">By duration</button>\n"
         "<button type=\"button\" id=\"fold\" aria-pressed=\"false\">Fold all</button>\n"
         "<div id=\"toggle_button\"><button type=\"button\" onclick=\"toggleClose()\" "
         "aria-pressed=\"true\" title=\"Show or hide the close codes\">Close codes</button></div>\n"
         "<button type=\"button\" class=\"theme\" aria-label=\"Light or dark\"></button>\n"
         "</div>\n<p id=\"status\" role=\"status\"></p>\n</div>\n";
}

std::string legendRow(std::string_view cssClass, std::string_view word, std::string_view meaning) {
  return fmt::format(R"(<tr>
<td class="{}">{}</td>
<td>{}</td>
</tr>
)",
                     cssClass, word, meaning);
}

std::string legend() {
  return R"(<table id="case_outcome_desc">
<caption class="aside">Verdicts</caption>
)" + legendRow("case_ok", "Pass", "The peer did what the case expects.") +
         legendRow("case_non_strict", "Non-Strict",
                   "The peer did what the specification allows, but not in the strictest way.") +
         legendRow("case_failed", "Fail",
                   "The peer broke the specification, or did not end the connection as it must.") +
         legendRow("case_almost", "Closing",
                   "The events were right, but the close code was wrong or TCP was left open.") +
         legendRow("case_info", "Info",
                   "The case only shows how the peer behaves; nothing it does is wrong.") +
         legendRow("case_unimplemented", "Unimplemented",
                   "The peer does not offer the feature that the case needs.") +
         legendRow("case_missing", "Missing", "There is no result for the case.") + "</table>\n";
}

std::string header(WallTime written) {
  return fmt::format(
      R"(<div id="master_report_header" class="block">
<h1>WebSocket Conformance Report</h1>
<p id="intro">Summary report generated on {} (UTC) by wsgauntlet {}, in the form of the )"
      R"(<a href="https://github.com/crossbario/autobahn-testsuite">Autobahn WebSocket )"
      R"(Testsuite</a> {}.</p>
{}</div>
)",
      formatUtc(written), WSGAUNTLET_VERSION, kCompatibleVersion, legend());
}

struct Group {
  std::string name;
  std::vector<const suite::Case*> cases;
};

std::vector<Group> categories(std::span<const suite::Case* const> cases) {
  std::vector<Group> groups;
  for (const suite::Case* testCase : cases) {
    if (groups.empty() || groups.back().name != testCase->category) {
      groups.push_back({testCase->category, {}});
    }
    groups.back().cases.push_back(testCase);
  }
  return groups;
}

std::string tallyCell(const AgentRecords& records, std::span<const suite::Case* const> cases) {
  Tally tally;
  for (const suite::Case* testCase : cases) {
    const CaseRecord* record = find(records, testCase->id);
    tally.add(record == nullptr ? Outcome::missing : outcome(*record));
  }
  std::string bar;
  std::string words;
  for (const Outcome outcome : kOutcomeOrder) {
    const int count = tally.of(outcome);
    if (count == 0) continue;
    bar += fmt::format(R"(<i class="o-{}" style="flex-grow:{}"></i>)", outcomeWord(outcome), count);
    words += fmt::format(R"(<span class="t-{}">{} {}</span> )", outcomeWord(outcome), count,
                         outcomeLabel(outcome));
  }
  return markupLine(R"(<td>{}<div class="bar" aria-hidden="true">{}</div></td>)", words, bar);
}

std::string tallyRow(std::string_view name, const Records& records,
                     std::span<const suite::Case* const> cases, std::string_view cssClass) {
  std::string out = fmt::format(R"(<tr{}>
<th scope="row">{}</th>
)",
                                cssClass, html(name));
  for (const auto& [agent, ofAgent] : records) out += tallyCell(ofAgent, cases);
  return out + "</tr>\n";
}

std::string overview(const Records& records, std::span<const suite::Case* const> cases) {
  if (records.empty()) return markupLine(R"(<p class="empty">There are no results yet.</p>)");
  std::string out =
      R"(<div class="wide"><table id="overview">
<caption>Overview</caption>
<thead>
<tr><th scope="col">Category</th>)";
  for (const auto& [agent, ofAgent] : records) {
    out += fmt::format(R"(<th scope="col">{}</th>)", html(shownAgent(agent)));
  }
  out += "</tr>\n</thead>\n<tbody>\n";
  out += tallyRow(fmt::format("All {} cases", cases.size()), records, cases, R"( class="total")");
  for (const Group& group : categories(cases))
    out += tallyRow(group.name, records, group.cases, "");
  return out + "</tbody>\n</table></div>\n";
}

std::string description(const suite::Case& testCase) {
  const std::string links = specLinks(testCase);
  return fmt::format(
      R"(<section id="case_desc_{}">
<h3>Case {}</h3> <a class="up" href="#top">Up</a>
<p class="case_text_block case_desc"><b>Case Description</b><br/>{}</p>
<p class="case_text_block case_expect"><b>Case Expectation</b><br/>{}</p>
{}</section>
)",
      testCase.id.str('_'), testCase.id.str(), htmlDescription(testCase.description),
      htmlDescription(testCase.expectation),
      links.empty() ? "" : markupLine(R"(<p class="spec">{}</p>)", links));
}

std::string descriptions(std::span<const suite::Case* const> cases) {
  std::string out = R"(<div id="test_case_descriptions">
<h2>Cases</h2>
)";
  for (const suite::Case* testCase : cases) out += description(*testCase);
  return out + "</div>\n";
}

}  // namespace

std::string indexPage(const Records& records, std::span<const suite::Case* const> cases,
                      WallTime written) {
  return pageHead("WebSocket Conformance Report", asset("index.css")) +
         markupLine(R"(<body class="index_page">)") + toolbar() +
         fmt::format(R"(<a id="top"></a>
<main style="--agents:{}">
)",
                     records.size()) +
         header(written) + overview(records, cases) + plots(records, cases) +
         resultTable(records, cases) + descriptions(cases) + "</main>\n<script>\n" +
         std::string(asset("index.js")) + "</script>\n</body>\n</html>\n";
}

}  // namespace wsgauntlet::report
