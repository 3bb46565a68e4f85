// The wire log condensed to what a sequence diagram shows: frames and decisions, not reads and
// writes.
#pragma once

#include "base/clock.hpp"
#include "play/result.hpp"

#include <string>
#include <vector>

namespace wsgauntlet::report {

struct SequenceRow {
  enum class Kind {
    sent,      ///< an arrow from the fuzzer to the peer
    received,  ///< an arrow from the peer to the fuzzer
    note,      ///< something that the fuzzer decides or waits for
    alarm,     ///< a time that ran out
    dropped,   ///< the end of TCP, by the fuzzer if `byFuzzer`
  };
  Kind kind = Kind::note;
  Duration at{};
  std::string label;
  bool frame = false;  ///< an arrow that is a whole frame; others are octets or the handshake
  bool byFuzzer = false;
};

/// Reads and writes that belong to a frame are folded into it. Octets without a frame stay.
[[nodiscard]] std::vector<SequenceRow> sequenceRows(const play::Result& result);

}  // namespace wsgauntlet::report
