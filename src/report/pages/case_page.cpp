#include "report/pages/case_page.hpp"

#include "base/text.hpp"
#include "report/assets.hpp"
#include "report/pages/html.hpp"
#include "report/pages/plots.hpp"
#include "report/pages/python_repr.hpp"
#include "report/pages/sequence_diagram.hpp"
#include "report/pages/wire_log_text.hpp"
#include "report/records.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

std::string headline(const play::Result& result) {
  Cell cell = behaviorCell(result.behavior);
  if (result.behavior == play::Behavior::informational) cell.text = "Informational";
  return markupLine(
      R"(<p class="case {}" role="heading" aria-level="1"><span class="agent">{}</span> - )"
      "Case {} : {} - {} ms @ {}</p>",
      cell.cssClass, html(agentText(result)), result.testCase->id.str(), cell.text,
      durationMs(result), formatUtc(result.started));
}

std::string marked(Repr repr) {
  limit(repr);
  const std::string_view text = repr.text;
  if (repr.markBegin == repr.markEnd) return html(text);
  return fmt::format(R"({}<mark title="expected and observed part here">{}</mark>{})",
                     html(text.substr(0, repr.markBegin)),
                     html(text.substr(repr.markBegin, repr.markEnd - repr.markBegin)),
                     html(text.substr(repr.markEnd)));
}

std::string runNote(play::Run run) {
  switch (run) {
    case play::Run::only:
      break;
    case play::Run::second:
      return "<br/><br/>The first run of the case left it in doubt, because something did not come "
             "in time: this is the result of its repetition.";
    case play::Run::unrepeated:
      return "<br/><br/>Not confirmed: something did not come in time, and the run ended before "
             "the case could be repeated.";
  }
  return {};
}

std::string correctionNote(const play::Result& result) {
  if (!result.correction) return {};
  return fmt::format(
      "<br/><br/><i>Corrected:</i> without corrections, the verdict would be {} / {}. {} ({})",
      play::name(result.correction->behavior), play::name(result.correction->behaviorClose),
      html(textOrHex(result.correction->why)), html(textOrHex(result.correction->clause)));
}

std::string outcomeSections(const play::Result& result) {
  const auto& testCase = *result.testCase;
  return fmt::format(
      R"(<h2>Case Description</h2>
<p class="case_text_block case_desc">{}</p>
<h2>Case Expectation</h2>
<p class="case_text_block case_expect">{}</p>
<h2>Case Outcome</h2>
<p class="case_text_block case_outcome">{}<br/><br/>)"
      R"(<i>Expected:</i><br/><span class="case_pickle">{}</span><br/><br/>)"
      R"(<i>Observed:</i><br/><span class="case_pickle">{}</span>{}</p>
<h2>Case Closing Behavior</h2>
<p class="case_text_block case_closing_beh">{} ({})</p>
)",
      htmlDescription(testCase.description), htmlDescription(testCase.expectation),
      html(textOrHex(result.result)), marked(reprExpected(result)), marked(reprObserved(result)),
      runNote(result.run) + correctionNote(result), html(textOrHex(result.resultClose)),
      play::name(result.behaviorClose));
}

/// Without the empty line at the end, which a report has no use for.
std::string trimmed(std::string text) {
  if (text.empty()) return "?";
  text.erase(0, std::min(text.find_first_not_of(" \t\r\n"), text.size()));
  text.erase(text.find_last_not_of(" \t\r\n") + 1);
  return text;
}

std::string handshake(const play::Result& result) {
  return fmt::format(
      R"(<h2>Opening Handshake</h2>
<pre class="http_dump">{}</pre>
<pre class="http_dump">{}</pre>
)",
      htmlLines(trimmed(headerText(result.httpRequest))),
      htmlLines(trimmed(headerText(result.httpResponse))));
}

std::string closingRow(std::string_view key, std::string_view value, std::string_view meaning) {
  return markupLine(R"(<tr class="stats_row"><th scope="row">{}</th><td>{}</td><td>{}</td></tr>)",
                    key, html(value), meaning);
}

std::string closingRow(std::string_view key, bool value, std::string_view meaning) {
  return closingRow(key, std::string_view(value ? "True" : "False"), meaning);
}

std::string closingRow(std::string_view key, const std::optional<std::string>& octets,
                       std::string_view meaning) {
  return closingRow(key, std::string_view(octets ? textOrHex(*octets) : "None"), meaning);
}

std::string closingRow(std::string_view key, const std::optional<std::uint16_t>& code,
                       std::string_view meaning) {
  return closingRow(key, std::string_view(code ? std::to_string(*code) : "None"), meaning);
}

std::string closingTable(const play::Result& result) {
  const websocket::Closing& closing = result.closing;
  std::string out =
      R"(<h2 id="closing">Closing Behavior</h2>
<table class="closing" aria-labelledby="closing">
<tr class="stats_header"><th scope="col">Key</th>)"
      R"(<th scope="col">Value</th><th scope="col">Description</th></tr>
)";
  out += closingRow("isServer", result.isServer,
                    "True, iff I (the fuzzer) am a server, and the peer is a client.");
  out +=
      closingRow("closedByMe", closing.closedByMe,
                 "True, iff I have initiated closing handshake (that is, did send close first).");
  out +=
      closingRow("failedByMe", closing.failedByMe,
                 "True, iff I have failed the WS connection (i.e. due to protocol error). Failing "
                 "can be either by initiating closing handshake or brutal drop TCP.");
  out += closingRow("droppedByMe", closing.droppedByMe, "True, iff I dropped the TCP connection.");
  out +=
      closingRow("wasClean", closing.wasClean,
                 "True, iff full WebSocket closing handshake was performed (close frame sent and "
                 "received) _and_ the server dropped the TCP (which is its responsibility).");
  out += closingRow("wasNotCleanReason", closing.wasNotCleanReason,
                    "When wasClean == False, the reason what happened.");
  out += closingRow("wasServerConnectionDropTimeout", closing.wasServerConnectionDropTimeout,
                    "When we are a client, and we expected the server to drop the TCP, but that "
                    "didn&#39;t happen in time, this gets True.");
  out += closingRow("wasOpenHandshakeTimeout", closing.wasOpenHandshakeTimeout,
                    "When performing the opening handshake, but the peer did not finish in time, "
                    "this gets True.");
  out += closingRow("wasCloseHandshakeTimeout", closing.wasCloseHandshakeTimeout,
                    "When we initiated a closing handshake, but the peer did not respond in time, "
                    "this gets True.");
  out += closingRow("localCloseCode", closing.localCloseCode,
                    "The close code I sent in close frame (if any).");
  out += closingRow("localCloseReason", closing.localCloseReason,
                    "The close reason I sent in close frame (if any).");
  out += closingRow("remoteCloseCode", closing.remoteCloseCode,
                    "The close code the peer sent me in close frame (if any).");
  out += closingRow("remoteCloseReason", closing.remoteCloseReason,
                    "The close reason the peer sent me in close frame (if any).");
  return out + "</table>\n";
}

std::string statsTable(std::string_view title, std::string_view keyTitle, bool withOctets,
                       const auto& counts) {
  const std::string id =
      withOctets ? fmt::format("octets_{}", title[7]) : fmt::format("frames_{}", title[7]);
  std::string out = fmt::format(
      R"(<section>
<h3 id="{0}">{1}</h3>
<table class="stats" aria-labelledby="{0}">
<tr class="stats_header"><th scope="col">{2}</th><th scope="col">Count</th>{3}</tr>
)",
      id, title, keyTitle, withOctets ? R"(<th scope="col">Octets</th>)" : "");
  std::uint64_t totalCount = 0;
  std::uint64_t totalOctets = 0;
  const auto octetsCell = [withOctets](std::uint64_t octets) {
    return withOctets ? fmt::format("<td>{}</td>", octets) : std::string();
  };
  for (const auto& [key, count] : counts) {
    out += markupLine(R"(<tr class="stats_row"><td>{}</td><td>{}</td>{}</tr>)", key, count,
                      octetsCell(key * count));
    totalCount += count;
    totalOctets += key * count;
  }
  out += markupLine(R"(<tr class="stats_total"><td>Total</td><td>{}</td>{}</tr>)", totalCount,
                    octetsCell(totalOctets));
  return out + "</table>\n</section>\n";
}

std::string statistics(const play::WireStats& stats) {
  return R"(<h2>Wire Statistics</h2>
<div class="stats_grid">
)" + statsTable("Octets Received by Chop Size", "Chop Size", true, stats.octetsReceived) +
         statsTable("Octets Transmitted by Chop Size", "Chop Size", true, stats.octetsSent) +
         statsTable("Frames Received by Opcode", "Opcode", false, stats.framesReceived) +
         statsTable("Frames Transmitted by Opcode", "Opcode", false, stats.framesSent) + "</div>\n";
}

void addLines(std::string& out, const WireLogText& text) {
  for (const std::string& line : text.lines) {
    out += markupLine(R"(<pre class="{}">{}</pre>)", text.cssClass, html(line));
  }
}

std::string wireLog(const play::Result& result) {
  std::string out = "<h2>Wire Log</h2>\n";
  if (!result.wireLogOn) {
    out +=
        markupLine(R"(<p class="wirelog_disabled"><i>Wire log after handshake disabled!</i></p>)");
  }
  out += markupLine(R"(<div id="wirelog">)");
  for (std::size_t i = 0; i < result.wireLog.size(); ++i) {
    addLines(out, wireLogText(result.wireLog[i], i));
  }
  addLines(out, tcpDroppedText(result.closing.droppedByMe, result.wireLog.size()));
  return out + "</div>\n";
}

std::string roundTrips(std::vector<std::chrono::nanoseconds> times) {
  if (times.empty()) return "";
  std::sort(times.begin(), times.end());
  const auto at = [&times](std::size_t percent) {
    return milliseconds(percentile(times, percent));
  };
  return fmt::format(
      R"(<h2 id="round_trips">Round Trips</h2>
<div class="scroll"><table class="stats" aria-labelledby="round_trips">
<tr class="stats_header"><th scope="col">Count</th>)"
      R"(<th scope="col">Fastest</th><th scope="col">Median</th><th scope="col">90 %</th>)"
      R"(<th scope="col">99 %</th><th scope="col">Slowest</th></tr>
<tr class="stats_row"><td>{}</td><td>{} ms</td><td>{} ms</td><td>{} ms</td>)"
      R"(<td>{} ms</td><td>{} ms</td></tr>
</table></div>
{})",
      times.size(), at(0), at(50), at(90), at(99), at(100), percentilePlot(times));
}

std::string specification(const suite::Case& testCase) {
  const std::string links = specLinks(testCase);
  return links.empty() ? ""
                       : fmt::format(R"(<h2>Specification</h2>
<p class="spec">{}</p>
)",
                                     links);
}

std::string pagerLink(std::string_view rel, std::string_view href, const suite::Case* testCase,
                      std::string_view format) {
  if (testCase == nullptr || href.empty()) return "";
  return markupLine(R"(<a rel="{0}" data-key="{0}" href="{1}">{2}</a>)", rel, html(href),
                    fmt::format(fmt::runtime(format), testCase->id.str()));
}

/// What else fails is known only when the run is over: the index leads there.
std::string failureLinks(const play::Result& result, const CaseLinks& links) {
  if (links.self.empty() || links.index.empty()) return "";
  if (!isFailure(result.behavior, result.behaviorClose)) return "";
  const auto link = [&](std::string_view key, std::string_view where, std::string_view words) {
    return markupLine(R"(<a class="failure" data-key="{}" href="{}#failure-{}:{}">{}</a>)", key,
                      html(links.index), where, html(links.self), words);
  };
  return link("p", "before", "Failure before") + link("n", "after", "Next failure");
}

std::string footer(const play::Result& result, const Neighbours& neighbours,
                   const CaseLinks& links) {
  return markupLine(R"(<nav class="pager" aria-label="Cases">)") + failureLinks(result, links) +
         pagerLink("prev", links.previous, neighbours.previous, "← {}") +
         (links.index.empty() ? ""
                              : markupLine(R"(<a href="{}">All cases</a>)", html(links.index))) +
         pagerLink("next", links.next, neighbours.next, "{} →") +
         R"(<button type="button" class="theme" aria-label="Light or dark"></button>
</nav>
<footer>wsgauntlet )" WSGAUNTLET_VERSION "</footer>\n";
}

}  // namespace

std::string casePage(const play::Result& result, const Neighbours& neighbours,
                     const CaseLinks& links) {
  const std::string title =
      fmt::format("Case {} - {}", result.testCase->id.str(), agentText(result));
  return pageHead(title, asset("case.css")) +
         R"(<body class="case_page">
<header class="brand">
<p>Autobahn WebSocket Testsuite Report</p>
<p>Autobahn WebSocket</p>
</header>
<main>
)" + headline(result) +
         outcomeSections(result) + handshake(result) + closingTable(result) +
         statistics(result.stats) + wireLog(result) + "<h2>Sequence</h2>\n" +
         sequenceDiagram(result) + roundTrips(result.roundTrips) + specification(*result.testCase) +
         "</main>\n" + footer(result, neighbours, links) + "<script>\n" +
         std::string(asset("case.js")) + "</script>\n</body>\n</html>\n";
}

}  // namespace wsgauntlet::report
