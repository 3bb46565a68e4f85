#include "report/pages/sequence_diagram.hpp"

#include "base/text.hpp"
#include "report/pages/html.hpp"
#include "report/pages/sequence_rows.hpp"
#include "report/records.hpp"

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

using Kind = SequenceRow::Kind;

// All lengths are in the user units of the SVG, which are pixels at its natural size.
constexpr int kWidth = 800;
constexpr int kTime = 76;    ///< right end of the time labels
constexpr int kLeft = 96;    ///< lifeline of the fuzzer
constexpr int kRight = 760;  ///< lifeline of the peer
constexpr int kTop = 56;
constexpr int kRow = 30;
constexpr int kGap = 24;  ///< added where nothing happened for a while

constexpr std::size_t kFirstRows = 120;
constexpr std::size_t kLastRows = 30;
constexpr Duration kLongPause = std::chrono::milliseconds(50);

std::string timeText(Duration time) {
  const double ms = std::chrono::duration<double, std::milli>(time).count();
  if (ms >= 10000) return fmt::format("{:.2f} s", ms / 1000);
  return fmt::format("{:.1f} ms", ms);
}

/// Long logs keep their beginning and their end; `hidden` is the number of rows left out.
std::vector<SequenceRow> elided(std::vector<SequenceRow> rows, std::size_t& hidden) {
  hidden = 0;
  if (rows.size() <= kFirstRows + kLastRows) return rows;
  hidden = rows.size() - kFirstRows - kLastRows;
  const auto begin = rows.begin() + static_cast<std::ptrdiff_t>(kFirstRows);
  rows.erase(begin, begin + static_cast<std::ptrdiff_t>(hidden));
  return rows;
}

class Drawing {
 public:
  void draw(const SequenceRow& row) {
    pause(row.at);
    y_ += kRow;
    time(row.at);
    switch (row.kind) {
      case Kind::sent:
        arrow(row, kLeft, kRight, "tx");
        break;
      case Kind::received:
        arrow(row, kRight, kLeft, "rx");
        break;
      case Kind::note:
        note(row, "note");
        break;
      case Kind::alarm:
        note(row, "alarm");
        break;
      case Kind::dropped:
        dropped(row);
        break;
    }
  }

  void leftOut(std::size_t rows) {
    y_ += kRow;
    body_ += markupLine(R"(<text class="pause" x="{}" y="{}">{} more rows</text>)",
                        (kLeft + kRight) / 2, y_, rows);
    brokenLifelines(y_ - kRow / 2, y_ + kRow / 2);
  }

  std::string finish(std::string_view fuzzer, std::string_view peer) {
    const int bottom = y_ + 18;
    std::string out =
        markupLine(R"(<div class="sequence"><svg viewBox="0 0 {0} {1}" width="{0}" height="{1}" )"
                   R"(role="group" aria-label="Sequence diagram of the wire log">)",
                   kWidth, bottom + 6);
    for (const int x : {kLeft, kRight}) {
      out += markupLine(R"(<path class="life" d="M{0} {1}V{2}"/>)", x, kTop - 18, bottom);
    }
    out += markupLine(R"(<text class="who" x="{}" y="24">{}</text>)", kLeft - 8, html(fuzzer));
    out += markupLine(R"(<text class="who peer" x="{}" y="24">{}</text>)", kRight + 8, html(peer));
    return out + body_ + "</svg></div>\n";
  }

 private:
  /// Time runs down the page by rows; a pause is drawn as a break with its length.
  void pause(Duration at) {
    const Duration length = at - last_;
    last_ = at;
    if (first_ || length < kLongPause) return;
    const int from = y_ + 10;
    y_ += kGap;
    brokenLifelines(from, from + kGap);
    body_ += markupLine(R"(<text class="pause" x="{}" y="{}">{} pass</text>)", (kLeft + kRight) / 2,
                        from + kGap / 2 + 4, timeText(length));
  }
  void brokenLifelines(int from, int to) {
    for (const int x : {kLeft, kRight}) {
      body_ += markupLine(R"(<path class="break" d="M{0} {1}V{2}"/>)", x, from, to);
    }
  }
  void time(Duration at) {
    const std::string text = timeText(at);
    first_ = false;
    if (text == lastTime_) return;
    lastTime_ = text;
    body_ += markupLine(R"(<text class="time" x="{}" y="{}">{}</text>)", kTime, y_ + 4, text);
  }
  void arrow(const SequenceRow& row, int from, int to, std::string_view cssClass) {
    const int tip = to > from ? to - 1 : to + 1;
    const int back = to > from ? to - 9 : to + 9;
    body_ += markupLine(
        R"(<path class="{0}{1}" d="M{2} {4}H{3}"/><path class="{0} tip" d="M{5} {4}L{3} {6}V{7}Z"/>)"
        R"(<text class="label{8}" x="{9}" y="{10}">{11}</text>)",
        cssClass, row.frame ? "" : " octets", from, back, y_, tip, y_ - 4, y_ + 4,
        row.frame ? "" : " minor", (kLeft + kRight) / 2, y_ - 6, html(row.label));
  }
  void note(const SequenceRow& row, std::string_view cssClass) {
    body_ += markupLine(
        R"(<circle class="{0}" cx="{1}" cy="{2}" r="3.5"/><text class="{0}" x="{3}" y="{4}">{5}</text>)",
        cssClass, kLeft, y_, kLeft + 12, y_ + 4, html(row.label));
  }
  void dropped(const SequenceRow& row) {
    const int x = row.byFuzzer ? kLeft : kRight;
    body_ += markupLine(R"(<path class="end" d="M{0} {1}l10 10m0 -10l-10 10"/>)"
                        R"(<text class="end{2}" x="{3}" y="{4}">{5}</text>)",
                        x - 5, y_ - 5, row.byFuzzer ? "" : " peer", row.byFuzzer ? x + 14 : x - 14,
                        y_ + 4, html(row.label));
  }

  std::string body_;
  std::string lastTime_;
  Duration last_{};
  bool first_ = true;
  int y_ = kTop - kRow / 2;
};

}  // namespace

std::string sequenceDiagram(const play::Result& result) {
  std::size_t hidden = 0;
  const std::vector<SequenceRow> rows = elided(sequenceRows(result), hidden);
  Drawing drawing;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (hidden > 0 && i == kFirstRows) drawing.leftOut(hidden);
    drawing.draw(rows[i]);
  }
  return drawing.finish(result.isServer ? "wsgauntlet (server)" : "wsgauntlet (client)",
                        shortened(agentText(result), 48));
}

}  // namespace wsgauntlet::report
