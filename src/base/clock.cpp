#include "base/clock.hpp"

#include <cmath>
#include <ctime>

#include <fmt/format.h>

namespace wsgauntlet {

WallTime wallClock() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

Duration fromSeconds(double seconds) {
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds));
}

std::string formatUtc(WallTime time) {
  const auto sinceEpoch = time.time_since_epoch();
  const auto whole = std::chrono::floor<std::chrono::seconds>(sinceEpoch);
  const auto seconds = static_cast<std::time_t>(whole.count());
  std::tm parts{};
  gmtime_r(&seconds, &parts);
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", parts.tm_year + 1900,
                     parts.tm_mon + 1, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec,
                     (sinceEpoch - whole).count());
}

std::string formatSeconds(double seconds) {
  if (seconds == std::floor(seconds)) return fmt::format("{:.0f}", seconds);
  return fmt::format("{}", seconds);
}

}  // namespace wsgauntlet
