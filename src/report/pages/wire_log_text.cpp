#include "report/pages/wire_log_text.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"
#include "report/excerpt_text.hpp"

#include <algorithm>
#include <optional>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kIndent = 15;

constexpr std::string_view boolean(bool value) {
  return value ? "True" : "False";
}

template <typename Number>
std::string numberOrNone(const std::optional<Number>& value) {
  return value ? fmt::format("{}", *value) : "None";
}

std::string maskOrNone(const std::optional<play::MaskKey>& mask) {
  if (!mask) return "None";
  std::string octets;
  for (const std::uint8_t octet : *mask) octets += static_cast<char>(octet);
  return toHex(octets);
}

/// White space runs into lines as blanks do; the end of a line has none.
std::string blanksOnly(std::string text) {
  const auto isSpace = [](char c) { return c == ' ' || (c >= '\t' && c <= '\r'); };
  std::replace_if(text.begin(), text.end(), isSpace, ' ');
  text.erase(text.find_last_not_of(' ') + 1);
  return text;
}

/// Octet rows start with their digits on the first line; payloads of frames on the next one.
std::vector<std::string> wrapped(std::string text) {
  std::vector<std::string> lines;
  text = blanksOnly(std::move(text));
  for (std::size_t from = 0, end = 0; from < text.size(); from = end) {
    std::size_t count = 0;
    for (end = from; end < text.size() && count < kColumns; ++count) {
      end += std::max<std::size_t>(1, codePointAt(text, end).length);
    }
    lines.push_back(blanksOnly(text.substr(from, end - from)));
  }
  return lines;
}

struct RowText {
  std::size_t index;

  WireLogText operator()(const play::OctetsRow& row) const {
    std::vector<std::string> digits = wrapped(excerptHex(row.octets));
    std::string first = digits.empty() ? "" : digits.front();
    if (!digits.empty()) digits.erase(digits.begin());
    const std::string_view sent = row.sync ? "wirelog_tx_octets_sync" : "wirelog_tx_octets";
    return make(row.sent ? sent : "wirelog_rx_octets",
                fmt::format("{} OCTETS: {}", row.sent ? "TX" : "RX", first), digits);
  }
  WireLogText operator()(const play::FrameReceivedRow& row) const {
    return make(
        "wirelog_rx_frame",
        fmt::format("RX FRAME : OPCODE={}, FIN={}, RSV={}, PAYLOAD-LEN={}, MASKED={}, MASK={}",
                    row.opcode, boolean(row.fin), row.rsv, row.payload.length,
                    boolean(row.mask.has_value()), maskOrNone(row.mask)),
        wrapped(excerptText(row.payload).text));
  }
  WireLogText operator()(const play::FrameSentRow& row) const {
    return make(
        row.sync || row.chop ? "wirelog_tx_frame_sync" : "wirelog_tx_frame",
        fmt::format("TX FRAME : OPCODE={}, FIN={}, RSV={}, PAYLOAD-LEN={}, MASK={}, "
                    "PAYLOAD-REPEAT-LEN={}, CHOPSIZE={}, SYNC={}",
                    row.opcode, boolean(row.fin), row.rsv, row.payload.length, maskOrNone(row.mask),
                    numberOrNone(row.repeatTo), numberOrNone(row.chop), boolean(row.sync)),
        wrapped(excerptText(row.payload).text));
  }
  WireLogText operator()(const play::WaitRow& row) const {
    return make("wirelog_delay", fmt::format("DELAY {:.6f} sec for TAG {}", row.seconds,
                                             replaceInvalid(row.tag.value_or("None"))));
  }
  WireLogText operator()(const play::WaitEndedRow& row) const {
    return make("wirelog_delay",
                fmt::format("DELAY TIMEOUT on TAG {}", replaceInvalid(row.tag.value_or("None"))));
  }
  WireLogText operator()(const play::FailAfterRow& row) const {
    return make("wirelog_kill_after", fmt::format("FAIL CONNECTION AFTER {:.6f} sec", row.seconds));
  }
  WireLogText operator()(const play::FailingRow&) const {
    return make("wirelog_kill_after", "FAILING CONNECTION");
  }
  WireLogText operator()(const play::CloseAfterRow& row) const {
    return make("wirelog_kill_after",
                fmt::format("CLOSE CONNECTION AFTER {:.6f} sec", row.seconds));
  }
  WireLogText operator()(const play::ClosingRow&) const {
    return make("wirelog_kill_after", "CLOSING CONNECTION");
  }
  WireLogText operator()(const play::SwitchRow& row) const {
    return make("wirelog_delay", row.on ? "WIRELOG ENABLED" : "WIRELOG DISABLED");
  }

  [[nodiscard]] WireLogText make(std::string_view cssClass, std::string_view first,
                                 const std::vector<std::string>& more = {}) const {
    WireLogText text{cssClass, {fmt::format("{:03} {}", index, first)}};
    for (const std::string& line : more) text.lines.push_back(std::string(kIndent, ' ') + line);
    return text;
  }
};

}  // namespace

WireLogText wireLogText(const play::WireLogRow& row, std::size_t index) {
  return std::visit(RowText{index}, row.what);
}

WireLogText tcpDroppedText(bool byMe, std::size_t index) {
  return RowText{index}.make(byMe ? "wirelog_tcp_closed_by_me" : "wirelog_tcp_closed_by_peer",
                             byMe ? "TCP DROPPED BY ME" : "TCP DROPPED BY PEER");
}

}  // namespace wsgauntlet::report
