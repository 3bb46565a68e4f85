#include "base/hex.hpp"
#include "report/store/stored_json.hpp"

#include <algorithm>
#include <limits>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

std::optional<play::MaskKey> mask(const StoredJson& json) {
  if (json.isNull()) return std::nullopt;
  const auto octets = fromHex(json.text());
  play::MaskKey key{};
  if (!octets || octets->size() != key.size()) json.fail("expected 8 hexadecimal digits or null");
  std::transform(octets->begin(), octets->end(), key.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return key;
}

play::Excerpt readPayload(const StoredJson& json) {
  return excerptOf(json.at(1).text(), json.at(std::size_t{0}).integer(kAny));
}

play::OctetsRow octetsRow(const StoredJson& row, bool sent) {
  const StoredJson octets = row.at(1);
  const auto excerpt = excerptOfHex(octets.at(1).text(), octets.at(std::size_t{0}).integer(kAny));
  if (!excerpt) octets.fail("expected the number of octets and their hexadecimal digits");
  return {sent, *excerpt, sent && row.at(2).boolean()};
}

play::FrameReceivedRow frameReceived(const StoredJson& row) {
  play::FrameReceivedRow frame;
  frame.payload = readPayload(row.at(1));
  frame.opcode = static_cast<std::uint8_t>(row.at(2).integer(15));
  frame.fin = row.at(3).boolean();
  frame.rsv = static_cast<std::uint8_t>(row.at(4).integer(7));
  frame.mask = mask(row.at(6));
  return frame;
}

play::FrameSentRow frameSent(const StoredJson& row) {
  play::FrameSentRow frame;
  frame.payload = readPayload(row.at(1));
  frame.opcode = static_cast<std::uint8_t>(row.at(2).integer(15));
  frame.fin = row.at(3).boolean();
  frame.rsv = static_cast<std::uint8_t>(row.at(4).integer(7));
  frame.mask = mask(row.at(5));
  frame.repeatTo = row.at(6).integerOrNull<std::uint64_t>(kAny);
  frame.chop = row.at(7).integerOrNull<std::uint32_t>(std::numeric_limits<std::uint32_t>::max());
  frame.sync = row.at(8).boolean();
  return frame;
}

std::optional<std::string> tag(const StoredJson& json) {
  if (json.isNull()) return std::nullopt;
  return octetsOf(json.text());
}

play::WireLogRow wireLogRow(const StoredJson& row) {
  const std::string& kind = row.at(std::size_t{0}).text();
  if (kind == "RO" || kind == "TO") return {{}, octetsRow(row, kind == "TO")};
  if (kind == "RF") return {{}, frameReceived(row)};
  if (kind == "TF") return {{}, frameSent(row)};
  if (kind == "CT") return {{}, play::WaitRow{row.at(1).number(), tag(row.at(2))}};
  if (kind == "CTE") return {{}, play::WaitEndedRow{tag(row.at(1))}};
  if (kind == "KL") return {{}, play::FailAfterRow{row.at(1).number()}};
  if (kind == "KLE") return {{}, play::FailingRow{}};
  if (kind == "TI") return {{}, play::CloseAfterRow{row.at(1).number()}};
  if (kind == "TIE") return {{}, play::ClosingRow{}};
  if (kind == "WLM") return {{}, play::SwitchRow{row.at(1).boolean()}};
  row.fail("expected a row of a wire log: RO, TO, RF, TF, CT, CTE, KL, KLE, TI, TIE or WLM");
}

}  // namespace

play::WireLog readWireLog(const StoredJson& rows) {
  rows.expectArray();
  play::WireLog log;
  log.reserve(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) log.push_back(wireLogRow(rows.at(i)));
  return log;
}

}  // namespace wsgauntlet::report
