#include "report/store/report_files.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"

#include <algorithm>
#include <system_error>
#include <utility>

namespace wsgauntlet::report {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void refuse(const fs::path& file, std::string message) {
  throw InputError(std::vector<Problem>{{{file.string(), 0, ""}, std::move(message)}});
}

/// `<agent>_case_<digits>.json`, and a regular file: a link could lead anywhere.
bool isCaseFile(const fs::directory_entry& entry) {
  std::error_code error;
  const std::string name = entry.path().filename().string();
  const std::size_t mark = name.rfind("_case_");
  if (!isReportName(name) || mark == std::string::npos) return false;
  const std::string digits = name.substr(mark + 6, name.size() - mark - 6 - 5);
  return digits.find_first_not_of("0123456789_") == std::string::npos &&
         entry.symlink_status(error).type() == fs::file_type::regular;
}

}  // namespace

bool isReportName(std::string_view name) {
  constexpr std::string_view kForbidden{"/\\\0", 3};
  return name.ends_with(".json") && name.size() > 5 && name.front() != '.' &&
         name.find_first_of(kForbidden) == std::string_view::npos && name != "index.json";
}

std::string readReportFile(const fs::path& folder, const std::string& name) {
  const fs::path path = folder / name;
  std::error_code error;
  const fs::file_status status = fs::symlink_status(path, error);
  if (status.type() == fs::file_type::not_found) refuse(path, "there is no such file");
  if (status.type() != fs::file_type::regular) refuse(path, "this is not a regular file");
  return readFile(path.string());
}

std::vector<std::string> unlistedFiles(const fs::path& folder) {
  std::error_code error;
  const fs::file_time_type listed = fs::last_write_time(folder / "index.json", error);
  const bool all = static_cast<bool>(error);
  std::vector<std::string> names;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder, error)) {
    if (!isCaseFile(entry)) continue;
    if (all || entry.last_write_time(error) > listed) {
      names.push_back(entry.path().filename().string());
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace wsgauntlet::report
