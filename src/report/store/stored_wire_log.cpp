#include "report/store/stored_wire_log.hpp"

#include "base/hex.hpp"

#include <algorithm>

namespace wsgauntlet::report {
namespace {

constexpr double kMaxWait = 1e9;

std::optional<play::MaskKey> mask(const StoredJson& json) {
  if (json.isNull()) return std::nullopt;
  const auto octets = fromHex(json.text());
  play::MaskKey key{};
  if (!octets || octets->size() != key.size()) json.fail("expected 8 hexadecimal digits or null");
  std::transform(octets->begin(), octets->end(), key.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return key;
}

/// The number of octets and the digits of the first of them.
play::OctetsRow octetsRow(const StoredJson& row, bool sent) {
  const StoredJson pair = row.at(1);
  const std::string& text = pair.at(1).text();
  play::Excerpt excerpt;
  excerpt.length = pair.at(std::size_t{0}).integer(kAny);
  const auto octets = fromHex(std::string_view(text).substr(0, text.find(' ')));
  if (!octets || octets->size() > excerpt.length) {
    pair.fail("expected the number of octets and their hexadecimal digits");
  }
  excerpt.head = *octets;
  return {sent, excerpt, sent && row.at(2).boolean()};
}

play::FrameReceivedRow frameReceived(const StoredJson& row) {
  play::FrameReceivedRow frame;
  frame.payload = row.at(1).payload();
  frame.opcode = static_cast<std::uint8_t>(row.at(2).integer(15));
  frame.fin = row.at(3).boolean();
  frame.rsv = static_cast<std::uint8_t>(row.at(4).integer(7));
  frame.mask = mask(row.at(6));
  return frame;
}

play::FrameSentRow frameSent(const StoredJson& row) {
  play::FrameSentRow frame;
  frame.payload = row.at(1).payload();
  frame.opcode = static_cast<std::uint8_t>(row.at(2).integer(15));
  frame.fin = row.at(3).boolean();
  frame.rsv = static_cast<std::uint8_t>(row.at(4).integer(7));
  frame.mask = mask(row.at(5));
  frame.repeatTo = row.at(6).integerOrNull<std::uint64_t>();
  frame.chop = row.at(7).integerOrNull<std::uint32_t>();
  frame.sync = row.at(8).boolean();
  return frame;
}

play::WireLogRow wireLogRow(const StoredJson& row) {
  const auto seconds = [&row] { return row.at(1).number(0, kMaxWait); };
  const std::string& kind = row.at(std::size_t{0}).text();
  if (kind == "RO" || kind == "TO") return {{}, octetsRow(row, kind == "TO")};
  if (kind == "RF") return {{}, frameReceived(row)};
  if (kind == "TF") return {{}, frameSent(row)};
  if (kind == "CT") return {{}, play::WaitRow{seconds(), row.at(2).octetsOrNull()}};
  if (kind == "CTE") return {{}, play::WaitEndedRow{row.at(1).octetsOrNull()}};
  if (kind == "KL") return {{}, play::FailAfterRow{seconds()}};
  if (kind == "KLE") return {{}, play::FailingRow{}};
  if (kind == "TI") return {{}, play::CloseAfterRow{seconds()}};
  if (kind == "TIE") return {{}, play::ClosingRow{}};
  if (kind == "WLM") return {{}, play::SwitchRow{row.at(1).boolean()}};
  row.fail("expected a row of a wire log: RO, TO, RF, TF, CT, CTE, KL, KLE, TI, TIE or WLM");
}

}  // namespace

play::WireLog readWireLog(const StoredJson& rows) {
  play::WireLog log;
  for (const StoredJson& row : rows.elements()) log.push_back(wireLogRow(row));
  return log;
}

}  // namespace wsgauntlet::report
