// Time. The sans-I/O layers get it handed in and never ask for it.
#pragma once

#include <chrono>
#include <string>

namespace wsgauntlet {

using Duration = std::chrono::nanoseconds;
/// A point on the monotonic clock. Tests make their own.
using TimePoint = std::chrono::time_point<std::chrono::steady_clock, Duration>;
/// A point on the calendar clock, only for what people read.
using WallTime = std::chrono::time_point<std::chrono::system_clock, std::chrono::milliseconds>;

/// The time of the system.
[[nodiscard]] WallTime wallClock();
/// Converts a number of seconds as it is in case and spec files.
[[nodiscard]] Duration fromSeconds(double seconds);
/// UTC in the form `2026-11-20T23:55:00.107Z`.
[[nodiscard]] std::string formatUtc(WallTime time);
/// Seconds without needless digits: `1`, `0.5`, `10`.
[[nodiscard]] std::string formatSeconds(double seconds);

}  // namespace wsgauntlet
