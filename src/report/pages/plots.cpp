#include "report/pages/plots.hpp"

#include "report/pages/html.hpp"
#include "report/pages/index_table.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <optional>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

// Lengths are in the user units of the SVG, which are pixels at its natural size.
constexpr double kPlotWidth = 380;
constexpr double kHeight = 190;
constexpr double kPlotLeft = 52;
constexpr double kPlotRight = 370;
constexpr double kPlotTop = 12;
constexpr double kBottom = 158;
/// Agents have these many colours; after them they start again.
constexpr std::size_t kColours = 6;

/// A value with, where there is one, a larger one that a line leads to.
struct Point {
  double value = 0;
  std::optional<double> upTo;
};

using Value = std::function<std::optional<Point>(const CaseRecord&)>;

/// What is plotted.
struct Quantity {
  std::string_view heading;
  std::string_view about;
  std::string_view unit;
  bool logarithmic = true;
  Value value;
};

/// From values to heights.
class Scale {
 public:
  Scale(double least, double most, bool logarithmic) : logarithmic_(logarithmic) {
    if (logarithmic) {
      from_ = std::floor(std::log10(std::max(least, 1e-6)));
      to_ = std::max(std::ceil(std::log10(std::max(most, 1e-6))), from_ + 1);
    } else {
      to_ = most > 1 ? std::ceil(most * 5) / 5 : 1;
    }
  }

  [[nodiscard]] double y(double value) const {
    const double at = logarithmic_ ? std::log10(std::max(value, 1e-6)) : value;
    return kBottom - (std::clamp(at, from_, to_) - from_) / (to_ - from_) * (kBottom - kPlotTop);
  }
  /// Values at which lines are drawn: powers of ten, or fifths.
  [[nodiscard]] std::vector<double> lines() const {
    std::vector<double> out;
    const double step = logarithmic_ ? std::max(1.0, std::ceil((to_ - from_) / 5)) : 0.2;
    const long steps = std::lround((to_ - from_) / step);
    for (long i = 0; i <= steps; ++i) {
      const double at = from_ + static_cast<double>(i) * step;
      out.push_back(logarithmic_ ? std::pow(10, at) : at);
    }
    return out;
  }

 private:
  bool logarithmic_;
  double from_ = 0;
  double to_ = 1;
};

std::string number(double value) {
  if (value >= 100) return fmt::format("{:.0f}", value);
  return fmt::format("{:.3g}", value);
}

/// The last part of an id: the others are those of the group.
std::string shortId(const suite::CaseId& id) {
  const std::string text = id.str();
  return text.substr(text.rfind('.') + 1);
}

struct PlotGroup {
  std::string title;
  std::vector<const suite::Case*> cases;
};

struct Series {
  std::string agent;
  std::size_t colour = 0;
  std::vector<std::pair<std::size_t, Point>> points;  ///< by position of the case
};

std::vector<Series> seriesOf(const Quantity& quantity, const PlotGroup& group,
                             const Records& records) {
  std::vector<Series> all;
  std::size_t colour = 0;
  for (const auto& [agent, results] : records) {
    Series series{agent, colour++ % kColours, {}};
    for (std::size_t i = 0; i < group.cases.size(); ++i) {
      const CaseRecord* record = find(results, group.cases[i]->id);
      // A case that failed was cut short: its figures say nothing.
      if (record == nullptr || outcome(*record) == Outcome::fail) continue;
      if (const auto point = quantity.value(*record)) series.points.emplace_back(i, *point);
    }
    if (!series.points.empty()) all.push_back(std::move(series));
  }
  return all;
}

Scale scaleOf(const std::vector<Series>& all, bool logarithmic) {
  double least = 1e18;
  double most = 0;
  for (const Series& series : all) {
    for (const auto& [position, point] : series.points) {
      least = std::min(least, point.value);
      most = std::max(most, point.upTo.value_or(point.value));
    }
  }
  return {least, most, logarithmic};
}

std::string grid(const Scale& scale) {
  std::string out;
  for (const double value : scale.lines()) {
    out += markupLine(
        R"(<path class="grid" d="M{0} {2:.1f}H{1}"/><text class="scale" x="{3}" y="{4:.1f}">{5}</text>)",
        kPlotLeft, kPlotRight, scale.y(value), kPlotLeft - 6, scale.y(value) + 4, number(value));
  }
  return out;
}

double xOf(std::size_t position, std::size_t count) {
  const double width =
      (kPlotRight - kPlotLeft) / static_cast<double>(std::max<std::size_t>(count, 1));
  return kPlotLeft + width * (static_cast<double>(position) + 0.5);
}

std::string caseLabels(const PlotGroup& group) {
  std::string out;
  const std::size_t step = (group.cases.size() + 17) / 18;
  for (std::size_t i = 0; i < group.cases.size(); i += step) {
    out += markupLine(R"(<text class="case_tick" x="{:.1f}" y="{}">{}</text>)",
                      xOf(i, group.cases.size()), kBottom + 15, shortId(group.cases[i]->id));
  }
  return out;
}

std::string drawn(const Series& series, const PlotGroup& group, const Scale& scale,
                  const Quantity& quantity) {
  std::string line;
  std::string marks;
  for (const auto& [position, point] : series.points) {
    const double x = xOf(position, group.cases.size());
    const double y = scale.y(point.value);
    line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", x, y);
    if (point.upTo) {
      marks += fmt::format(R"(<path class="reach" d="M{0:.1f} {1:.1f}V{2:.1f}"/>)", x, y,
                           scale.y(*point.upTo));
    }
    marks += markupLine(
        R"(<circle cx="{:.1f}" cy="{:.1f}" r="3"><title>{} {}: {}{} {}</title></circle>)", x, y,
        html(shownAgent(series.agent)), group.cases[position]->id.str(), number(point.value),
        point.upTo ? fmt::format(" to {}", number(*point.upTo)) : "", quantity.unit);
  }
  return markupLine(R"(<g class="s{}"><path class="line" d="{}"/>{}</g>)", series.colour, line,
                    marks);
}

std::string chart(const Quantity& quantity, const PlotGroup& group, const Records& records) {
  const std::vector<Series> all = seriesOf(quantity, group, records);
  if (all.empty()) return "";
  const Scale scale = scaleOf(all, quantity.logarithmic);
  std::string body = grid(scale) + caseLabels(group);
  for (const Series& series : all) body += drawn(series, group, scale, quantity);
  return fmt::format(
      R"(<figure>
<figcaption>{0}</figcaption>
<svg viewBox="0 0 {1} {2}" role="img" aria-label="{3} of the cases of {0}">
{4}</svg>
</figure>
)",
      html(group.title), kPlotWidth, kHeight, quantity.heading, body);
}

/// All but the last part of an id.
std::string prefixOf(const suite::CaseId& id) {
  const std::string text = id.str();
  const std::size_t end = text.rfind('.');
  return end == std::string::npos ? text : text.substr(0, end);
}

/// The name of a group of cases that share the start of their ids. Subcategories begin with it;
/// where there is none, it takes the place of the category's own number.
std::string titleOf(const suite::Case& testCase) {
  if (!testCase.subcategory.empty()) return testCase.subcategory;
  const std::size_t name = testCase.category.find_first_not_of("0123456789. ");
  return prefixOf(testCase.id) + " " +
         testCase.category.substr(std::min(name, testCase.category.size()));
}

/// Cases that fit, by the start of their ids.
std::vector<PlotGroup> groupsOf(std::span<const suite::Case* const> cases,
                                const std::function<bool(const suite::Case&)>& fits) {
  std::vector<PlotGroup> groups;
  for (const suite::Case* testCase : cases) {
    if (!fits(*testCase)) continue;
    std::string title = titleOf(*testCase);
    if (groups.empty() || groups.back().title != title) {
      groups.push_back({std::move(title), {}});
    }
    groups.back().cases.push_back(testCase);
  }
  return groups;
}

std::string section(const Quantity& quantity, const std::vector<PlotGroup>& groups,
                    const Records& records) {
  std::string charts;
  for (const PlotGroup& group : groups) charts += chart(quantity, group, records);
  if (charts.empty()) return "";
  return fmt::format(R"(<h3>{}</h3>
<p>{}</p>
<div class="charts">
{}</div>
)",
                     quantity.heading, quantity.about, charts);
}

std::string agentLegend(const Records& records) {
  if (records.size() < 2) return "";
  std::string out = markupLine(R"(<ul class="agents">)");
  std::size_t colour = 0;
  for (const auto& [agent, results] : records) {
    out += markupLine(R"(<li><svg class="key s{}" viewBox="0 0 12 12" aria-hidden="true">)"
                      R"(<circle cx="6" cy="6" r="5"/></svg>{}</li>)",
                      colour++ % kColours, html(shownAgent(agent)));
  }
  return out + "</ul>\n";
}

double inMilliseconds(std::chrono::nanoseconds time) {
  return std::chrono::duration<double, std::milli>(time).count();
}

std::vector<Quantity> quantities() {
  return {
      {"Duration", "From open to the end of TCP, in milliseconds.", "ms", true,
       [](const CaseRecord& record) -> std::optional<Point> {
         return Point{static_cast<double>(std::max<std::int64_t>(record.durationMs, 1)), {}};
       }},
      {"Round trips", "The median, and up to where 99 of 100 are, in milliseconds.", "ms", true,
       [](const CaseRecord& record) -> std::optional<Point> {
         if (!record.roundTrips) return std::nullopt;
         return Point{inMilliseconds(record.roundTrips->median),
                      inMilliseconds(record.roundTrips->slow)};
       }},
      {"Compression",
       "Compressed by uncompressed octets of what the peer has sent: less is smaller.", "", false,
       [](const CaseRecord& record) -> std::optional<Point> {
         if (!record.ratios || !record.ratios->incoming) return std::nullopt;
         return Point{*record.ratios->incoming, {}};
       }},
  };
}

}  // namespace

std::string plots(const Records& records, std::span<const suite::Case* const> cases) {
  const auto timed = groupsOf(cases, [](const suite::Case& testCase) {
    return testCase.reportTime && !testCase.reportCompressionRatio;
  });
  const auto compressed =
      groupsOf(cases, [](const suite::Case& testCase) { return testCase.reportCompressionRatio; });
  const std::vector<Quantity> all = quantities();
  const std::string body = section(all[0], timed, records) + section(all[1], timed, records) +
                           section(all[2], compressed, records);
  if (body.empty()) return "";
  return R"(<details id="plots">
<summary>Plots</summary>
)" + agentLegend(records) +
         body + "</details>\n";
}

std::string milliseconds(std::chrono::nanoseconds time) {
  return fmt::format("{:.3f}", inMilliseconds(time));
}

std::string percentilePlot(const std::vector<std::chrono::nanoseconds>& sorted) {
  if (sorted.size() < 2) return "";
  const Scale scale(inMilliseconds(sorted.front()), inMilliseconds(sorted.back()), true);
  const auto x = [](std::size_t percent) {
    return kPlotLeft + (kPlotRight - kPlotLeft) * static_cast<double>(percent) / 100;
  };
  std::string line;
  for (std::size_t percent = 0; percent <= 100; ++percent) {
    line += fmt::format("{}{:.1f} {:.1f}", line.empty() ? "M" : "L", x(percent),
                        scale.y(inMilliseconds(percentile(sorted, percent))));
  }
  std::string ticks;
  for (const std::size_t percent : {0U, 25U, 50U, 75U, 90U, 100U}) {
    ticks += markupLine(
        R"(<path class="grid" d="M{0:.1f} {1}V{2}"/><text class="case_tick" x="{0:.1f}" y="{3}">{4}</text>)",
        x(percent), kPlotTop, kBottom, kBottom + 15, percent);
  }
  return fmt::format(
      R"(<figure class="percentiles">
<figcaption>Milliseconds within which that many percent of )"
      R"(the round trips were made</figcaption>
<svg viewBox="0 0 {} {}" role="img" aria-label="Percentiles of the round trips">
{}{}<g class="s0"><path class="line" d="{}"/></g>
</svg>
</figure>
)",
      kPlotWidth, kHeight, grid(scale), ticks, line);
}

}  // namespace wsgauntlet::report
