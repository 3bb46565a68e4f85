// Files of a report folder by their names.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::report {

/// The content of a file of a report folder, which must be a regular file: a link could lead
/// anywhere. Throws InputError.
[[nodiscard]] std::string readReportFile(const std::filesystem::path& folder,
                                         const std::string& name);
/// True for the name of a JSON file that lies in the folder itself.
[[nodiscard]] bool isReportName(std::string_view name);
/// The JSON files of cases (`*_case_*.json`) that were written after `index.json`, or all of them
/// when there is none: what a run that was interrupted has left.
[[nodiscard]] std::vector<std::string> unlistedFiles(const std::filesystem::path& folder);

}  // namespace wsgauntlet::report
