#include "report/pages/sequence_rows.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "report/excerpt_text.hpp"
#include "suite/describe.hpp"

#include <algorithm>
#include <cctype>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

using Kind = SequenceRow::Kind;

constexpr std::size_t kPreview = 28;
constexpr std::size_t kHexPreview = 8;

std::string upperCase(std::string text) {
  std::ranges::transform(text, text.begin(),
                         [](char c) { return static_cast<char>(std::toupper(c)); });
  return text;
}

std::string octetCount(std::uint64_t count) {
  return fmt::format("{} octet{}", count, count == 1 ? "" : "s");
}

std::string preview(const play::Excerpt& payload) {
  if (payload.length == 0) return "";
  const ExcerptText text = excerptText(payload);
  if (text.decoded) {
    const std::string_view whole = payload.cut()
                                       ? std::string_view(text.text).substr(0, text.text.size() - 4)
                                       : std::string_view(text.text);
    const std::string shown = shortened(whole, kPreview);
    const bool more = payload.cut() && shown == whole;
    return fmt::format(" · “{}{}”", shown, more ? "…" : "");
  }
  return fmt::format(" · {}{}", toHex(payload.head.substr(0, kHexPreview)),
                     payload.length > kHexPreview ? "…" : "");
}

/// A Close frame is read by its code (RFC 6455 section 5.5.1).
std::string closeText(const play::Excerpt& payload) {
  if (payload.length == 0) return " · no code";
  if (payload.length == 1) return " · 1 octet" + preview(payload);
  const auto high = static_cast<std::uint8_t>(payload.head[0]);
  const auto low = static_cast<std::uint8_t>(payload.head[1]);
  play::Excerpt reason;
  reason.head = payload.head.substr(2);
  reason.length = payload.length - 2;
  return fmt::format(" · {}{}", high * 256 + low, preview(reason));
}

std::string frameText(std::uint8_t opcode, bool fin, std::uint8_t rsv,
                      const play::Excerpt& payload) {
  std::string out = upperCase(suite::opcodeName(opcode));
  if (!fin) out += " · FIN 0";
  if (rsv != 0) out += fmt::format(" · RSV {}", rsv);
  if (opcode == 8) return out + closeText(payload);
  return out + " · " + octetCount(payload.length) + preview(payload);
}

std::string firstLine(const std::string& header) {
  return shortened(headerText(header.substr(0, header.find_first_of("\r\n"))), 72);
}

std::string tagged(const std::optional<std::string>& tag) {
  return tag ? " " + replaceInvalid(*tag) : "";
}

/// Goes through the rows of a wire log and gathers the rows of the diagram.
class Collector {
 public:
  explicit Collector(const play::Result& result) : result_(result) {}

  std::vector<SequenceRow> run() {
    for (const play::WireLogRow& row : result_.wireLog) {
      at_ = row.at;
      std::visit(*this, row.what);
    }
    addUnfinishedReads();
    addEnd();
    return std::move(rows_);
  }

  void operator()(const play::OctetsRow& row) {
    if (!started_ && addHandshake(row)) return;
    row.sent ? addWrite(row.octets.length) : addRead(row.octets.length);
  }
  void operator()(const play::FrameReceivedRow& row) {
    started_ = true;
    std::string text = frameText(row.opcode, row.fin, row.rsv, row.payload);
    if (reads_ > 1) text += fmt::format(" · in {} reads", reads_);
    reads_ = 0;
    readOctets_ = 0;
    add(Kind::received, text, true);
  }
  void operator()(const play::FrameSentRow& row) {
    started_ = true;
    play::Excerpt payload = row.payload;
    if (row.repeatTo) payload.length = *row.repeatTo;
    std::string text = frameText(row.opcode, row.fin, row.rsv, payload);
    if (row.chop) text += fmt::format(" · in chops of {}", *row.chop);
    add(Kind::sent, text, true);
    const std::uint64_t extended = payload.length < 126 ? 0 : payload.length < 65536 ? 2 : 8;
    owed_ += 2 + extended + (row.mask ? 4 : 0) + payload.length;
  }
  void operator()(const play::WaitRow& row) {
    note(fmt::format("wait{} {} s", tagged(row.tag), formatSeconds(row.seconds)));
  }
  void operator()(const play::WaitEndedRow& row) {
    note(fmt::format("end of wait{}", tagged(row.tag)));
  }
  void operator()(const play::FailAfterRow& row) {
    note(fmt::format("will fail the connection in {} s", formatSeconds(row.seconds)));
  }
  void operator()(const play::FailingRow&) { add(Kind::alarm, "time is up: fails the connection"); }
  void operator()(const play::CloseAfterRow& row) {
    note(fmt::format("will close in {} s", formatSeconds(row.seconds)));
  }
  void operator()(const play::ClosingRow&) { add(Kind::alarm, "time is up: closes"); }
  void operator()(const play::SwitchRow& row) { note(row.on ? "wire log on" : "wire log off"); }

 private:
  SequenceRow& add(Kind kind, std::string label, bool frame = false) {
    rows_.push_back({kind, at_, std::move(label), frame, false});
    return rows_.back();
  }
  void note(std::string label) {
    started_ = true;
    add(Kind::note, std::move(label));
  }

  /// The first octets in each direction are the opening handshake.
  bool addHandshake(const play::OctetsRow& row) {
    bool& shown = row.sent ? requestSent_ : responseSeen_;
    const std::string& header =
        row.sent == result_.isServer ? result_.httpResponse : result_.httpRequest;
    if (shown || header.empty()) return false;
    shown = true;
    add(row.sent ? Kind::sent : Kind::received, firstLine(header));
    return true;
  }

  /// Octets of a frame that was shown are known already; others are parts of a frame made by hand.
  void addWrite(std::uint64_t octets) {
    if (owed_ > 0) {
      owed_ -= std::min(owed_, octets);
      return;
    }
    const bool more = !rows_.empty() && rows_.back().kind == Kind::sent && writes_ > 0;
    if (!more) add(Kind::sent, "");
    writes_ = more ? writes_ + 1 : 1;
    writeOctets_ = more ? writeOctets_ + octets : octets;
    rows_.back().label = octetCount(writeOctets_) + " of a frame";
    if (writes_ > 1) rows_.back().label += fmt::format(" · in {} writes", writes_);
  }
  void addRead(std::uint64_t octets) {
    if (reads_++ == 0) readAt_ = at_;
    readOctets_ += octets;
  }
  void addUnfinishedReads() {
    if (reads_ == 0) return;
    SequenceRow row{Kind::received, readAt_, octetCount(readOctets_) + ", no whole frame", false,
                    false};
    const auto later = std::find_if(rows_.begin(), rows_.end(),
                                    [&row](const SequenceRow& other) { return other.at > row.at; });
    rows_.insert(later, std::move(row));
  }
  void addEnd() {
    if (result_.opened) at_ = std::max<Duration>(at_, result_.duration);
    const bool byFuzzer = result_.closing.droppedByMe;
    add(Kind::dropped, byFuzzer ? "TCP closed by the fuzzer" : "TCP closed by the peer").byFuzzer =
        byFuzzer;
  }

  const play::Result& result_;
  std::vector<SequenceRow> rows_;
  Duration at_{};
  bool started_ = false;  ///< something other than the handshake was seen
  bool requestSent_ = false;
  bool responseSeen_ = false;
  std::uint64_t owed_ = 0;  ///< octets of frames that were shown and not written yet
  std::size_t writes_ = 0;
  std::uint64_t writeOctets_ = 0;
  std::size_t reads_ = 0;  ///< since the last frame
  std::uint64_t readOctets_ = 0;
  Duration readAt_{};
};

}  // namespace

std::vector<SequenceRow> sequenceRows(const play::Result& result) {
  return Collector(result).run();
}

}  // namespace wsgauntlet::report
