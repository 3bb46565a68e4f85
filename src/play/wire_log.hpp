// What went over the wire in a case, row by row, as reports show it.
#pragma once

#include "base/clock.hpp"
#include "base/octets.hpp"
#include "websocket/mask.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace wsgauntlet::play {

/// The start of an octet sequence and its full length: enough for a row, whatever the length.
struct Excerpt {
  static constexpr std::size_t kOctets = 64;
  std::uint64_t length = 0;
  Octets head;  ///< the first kOctets octets, or all when there are fewer

  Excerpt() = default;
  explicit Excerpt(OctetView octets) : length(octets.size()), head(octets.substr(0, kOctets)) {}
  explicit Excerpt(const Payload& payload) : length(payload.size()), head(payload.head(kOctets)) {}
  [[nodiscard]] bool cut() const { return length > head.size(); }
  bool operator==(const Excerpt&) const = default;
};

using websocket::MaskKey;

/// Rows `RO` and `TO`: one read, or one write. `sync`: a piece of a chopped or SYNC write.
struct OctetsRow {
  bool sent = false;
  Excerpt octets;
  bool sync = false;
  bool operator==(const OctetsRow&) const = default;
};
/// Row `RF`. The payload is unmasked and inflated; empty for data frames after a failure.
struct FrameReceivedRow {
  Excerpt payload;
  std::uint8_t opcode = 0;
  bool fin = true;
  std::uint8_t rsv = 0;
  std::optional<MaskKey> mask;
  bool operator==(const FrameReceivedRow&) const = default;
};
/// Row `TF`. The payload is the base that is repeated up to `repeatTo`, where that is set.
struct FrameSentRow {
  Excerpt payload;
  std::uint8_t opcode = 0;
  bool fin = true;
  std::uint8_t rsv = 0;
  std::optional<MaskKey> mask;
  std::optional<std::uint64_t> repeatTo;
  std::optional<std::uint32_t> chop;
  bool sync = false;
  bool operator==(const FrameSentRow&) const = default;
};
/// Rows `CT` and `CTE`: a wait of the script begins and ends.
struct WaitRow {
  double seconds = 0;
  std::optional<std::string> tag;
  bool operator==(const WaitRow&) const = default;
};
struct WaitEndedRow {
  std::optional<std::string> tag;
  bool operator==(const WaitEndedRow&) const = default;
};
/// Rows `KL` and `KLE`: the connection will be failed, is failed.
struct FailAfterRow {
  double seconds = 0;
  bool operator==(const FailAfterRow&) const = default;
};
struct FailingRow {
  bool operator==(const FailingRow&) const = default;
};
/// Rows `TI` and `TIE`: the connection will be closed, is closed.
struct CloseAfterRow {
  double seconds = 0;
  bool operator==(const CloseAfterRow&) const = default;
};
struct ClosingRow {
  bool operator==(const ClosingRow&) const = default;
};
/// Row `WLM`.
struct SwitchRow {
  bool on = true;
  bool operator==(const SwitchRow&) const = default;
};

struct WireLogRow {
  /// Time since TCP was connected; negative never.
  Duration at{};
  std::variant<OctetsRow, FrameReceivedRow, FrameSentRow, WaitRow, WaitEndedRow, FailAfterRow,
               FailingRow, CloseAfterRow, ClosingRow, SwitchRow>
      what;
  bool operator==(const WireLogRow&) const = default;
};

using WireLog = std::vector<WireLogRow>;

}  // namespace wsgauntlet::play
