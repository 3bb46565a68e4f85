#include "report/pages/index_table.hpp"

#include "report/explain.hpp"
#include "report/pages/html.hpp"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

std::string codeText(const std::optional<std::uint16_t>& code) {
  return code ? std::to_string(*code) : "None";
}

Cell closeCell(const CaseRecord& record) {
  const std::string code = codeText(record.remoteCloseCode);
  switch (record.behaviorClose) {
    case play::BehaviorClose::ok:
      return {"case_ok", code};
    case play::BehaviorClose::failedByClient:
      return {"case_almost", code};
    case play::BehaviorClose::wrongCode:
      return {"case_non_strict", code};
    case play::BehaviorClose::unclean:
      return {"case_failed", "Unclean"};
    case play::BehaviorClose::informational:
      return {"case_info", code};
    case play::BehaviorClose::failed:
      break;
  }
  return {"case_failed", "Fail"};
}

std::string ratioText(const std::optional<double>& ratio) {
  return ratio ? fmt::format("{:.3f}", *ratio) : "-";
}

std::string durationText(const suite::Case& testCase, const CaseRecord& record) {
  if (!testCase.reportTime) return "";
  const std::string ratios = record.ratios
                                 ? fmt::format(" [{}/{}]", ratioText(record.ratios->incoming),
                                               ratioText(record.ratios->outgoing))
                                 : "";
  return fmt::format(R"(<br/><span class="case_duration">{} ms{}</span>)", record.durationMs,
                     ratios);
}

std::string pageLink(const CaseRecord& record, std::string_view text) {
  const std::string why = sentence(record.why);
  return fmt::format(R"(<a href="{}"{}{}>{}</a>)", html(pageName(record.reportFile)),
                     isFailure(record) ? " data-failure" : "",
                     why.empty() ? "" : fmt::format(R"( title="{}")", html(why)), text);
}

std::string agentCells(const suite::Case& testCase, const CaseRecord* record) {
  if (record == nullptr) {
    return markupLine(R"(<td class="case_missing close_flex" colspan="2">Missing</td>)");
  }
  const Cell cell = behaviorCell(record->behavior);
  if (record->behavior == play::Behavior::unimplemented) {
    return markupLine(R"(<td class="{} close_flex" colspan="2">{}</td>)", cell.cssClass,
                      pageLink(*record, cell.text));
  }
  const Cell close = closeCell(*record);
  return fmt::format(
      R"(<td class="{}">{}{}</td>
<td class="close close_hide {}"><span class="close_code">{}</span></td>
)",
      cell.cssClass, pageLink(*record, cell.text), durationText(testCase, *record), close.cssClass,
      close.text);
}

/// The outcomes of all agents in a case, each once.
std::string outcomeWords(const Records& records, const suite::CaseId& id) {
  std::set<Outcome> outcomes;
  for (const auto& [agent, ofAgent] : records) {
    const CaseRecord* record = find(ofAgent, id);
    outcomes.insert(record == nullptr ? Outcome::missing : outcome(*record));
  }
  std::string out;
  for (const Outcome outcome : outcomes) {
    out += fmt::format("{}{}", out.empty() ? "" : " ", outcomeWord(outcome));
  }
  return out;
}

std::int64_t longestDuration(const Records& records, const suite::CaseId& id) {
  std::int64_t longest = 0;
  for (const auto& [agent, ofAgent] : records) {
    const CaseRecord* record = find(ofAgent, id);
    if (record != nullptr) longest = std::max(longest, record->durationMs);
  }
  return longest;
}

std::string caseRow(const Records& records, const suite::Case& testCase) {
  std::string out = fmt::format(
      R"(<tr class="agent_case_result_row" data-v="{}" data-ms="{}">
<td class="case"><a href="#case_desc_{}">Case {}</a></td>
)",
      outcomeWords(records, testCase.id), longestDuration(records, testCase.id),
      testCase.id.str('_'), testCase.id.str());
  for (const auto& [agent, ofAgent] : records)
    out += agentCells(testCase, find(ofAgent, testCase.id));
  return out + "</tr>\n";
}

std::string groupRows(const Records& records, const suite::Case& first, bool again) {
  std::string out = fmt::format(R"(<tr class="case_category_row{}">
<td class="case_category">{}</td>
)",
                                again ? " again" : "", html(first.category));
  for (const auto& [agent, ofAgent] : records) {
    out +=
        markupLine(R"(<td class="agent close_flex" colspan="2">{}</td>)", html(shownAgent(agent)));
  }
  out += "</tr>\n";
  if (first.subcategory.empty()) return out;
  return out + fmt::format(
                   R"(<tr class="case_subcategory_row">
<td class="case_subcategory" colspan="{}">{}</td>
</tr>
)",
                   2 * records.size() + 1, html(first.subcategory));
}

}  // namespace

std::string resultTable(const Records& records, std::span<const suite::Case* const> cases) {
  std::string out =
      R"(<table id="agent_case_results">
<caption class="aside">Results by case and agent; the )"
      R"(second cell of an agent is the close code of the peer</caption>
)";
  const suite::Case* previous = nullptr;
  for (const suite::Case* testCase : cases) {
    const bool sameCategory = previous != nullptr && previous->category == testCase->category;
    if (!sameCategory || previous->subcategory != testCase->subcategory) {
      out += previous == nullptr ? "" : "</tbody>\n";
      out += markupLine(R"(<tbody data-category="{}">)", html(testCase->category));
      out += groupRows(records, *testCase, sameCategory);
    }
    out += caseRow(records, *testCase);
    previous = testCase;
  }
  return out + (previous == nullptr ? "" : "</tbody>\n") + "</table>\n";
}

}  // namespace wsgauntlet::report
