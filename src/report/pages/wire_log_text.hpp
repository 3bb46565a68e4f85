// The wire log as lines of text, in the form that the reports have always had.
#pragma once

#include "play/wire_log.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::report {

/// The lines of one row; all but the first are indented.
struct WireLogText {
  std::string_view cssClass;
  std::vector<std::string> lines;
};

/// `004 TX FRAME : OPCODE=1, FIN=True, …` and the payload below it, at most 100 columns of it in
/// a line.
[[nodiscard]] WireLogText wireLogText(const play::WireLogRow& row, std::size_t index);
/// The last row: `022 TCP DROPPED BY PEER`.
[[nodiscard]] WireLogText tcpDroppedText(bool byMe, std::size_t index);

}  // namespace wsgauntlet::report
