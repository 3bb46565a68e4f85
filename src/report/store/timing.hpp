// When things happened in a case, and in which run: what the JSON file of the case, whose keys are
// fixed, has no room for.
#pragma once

#include "play/result.hpp"

#include <filesystem>
#include <string>

namespace wsgauntlet::report {

/// Where the times of a case lie: a folder of its own, so that no pattern of a script for report
/// files finds them. `reportFile` is the name of the JSON file of the case.
[[nodiscard]] std::filesystem::path timingFile(const std::filesystem::path& folder,
                                               const std::string& reportFile);

/// `started` as in the file of the case, and in nanoseconds `rows`, the times of the rows of the
/// wire log since TCP was connected, and `roundTrips`, each round trip. `run` is `second` or
/// `unrepeated` where the first run of a case left it in doubt (play::Run).
[[nodiscard]] std::string timingJson(const play::Result& result);

/// Writes the times of a result. Throws InputError.
void writeTiming(const std::filesystem::path& folder, const std::string& reportFile,
                 const play::Result& result);

/// Gives a result that was read from its JSON file its times. Without such a file, or when it is
/// broken or belongs to another run, the result stays as it is: it is still a report.
void addTiming(const std::filesystem::path& folder, const std::string& reportFile,
               play::Result& result);

}  // namespace wsgauntlet::report
