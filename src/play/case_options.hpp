// The connection options of a case.
#pragma once

#include "play/script.hpp"
#include "suite/model.hpp"
#include "websocket/options.hpp"

#include <optional>

namespace wsgauntlet::play {

/// `options` with the timeouts stretched as the waits of the case are, and with memory for no more
/// than the messages of the case. `patience` (seconds of silence) of a case makes them longer, that
/// of `time` shorter.
[[nodiscard]] websocket::Options connectionOptions(const suite::Case& testCase,
                                                   websocket::Options options, const CaseTime& time,
                                                   std::optional<double> patience,
                                                   bool corrections);

}  // namespace wsgauntlet::play
