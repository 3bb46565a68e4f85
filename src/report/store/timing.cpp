#include "report/store/timing.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "report/store/reader.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <system_error>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

namespace wsgauntlet::report {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr const char* kFolder = "timing";
constexpr int kTimingFormat = 1;

std::optional<std::vector<Duration>> durations(const json& file, const char* key) {
  const auto found = file.find(key);
  if (found == file.end() || !found->is_array()) return std::nullopt;
  std::vector<Duration> out;
  out.reserve(found->size());
  for (const json& value : *found) {
    if (!value.is_number_unsigned()) return std::nullopt;
    out.emplace_back(std::chrono::nanoseconds(value.get<std::int64_t>()));
  }
  return out;
}

constexpr std::array<std::pair<const char*, play::Run>, 2> kRuns = {
    {{"second", play::Run::second}, {"unrepeated", play::Run::unrepeated}}};

std::optional<play::AppliedCorrection> correctionOf(const json& file) {
  const auto found = file.find("correction");
  if (found == file.end() || !found->is_object()) return std::nullopt;
  const auto text = [&](const char* key) {
    const auto at = found->find(key);
    return at != found->end() && at->is_string() ? at->get<std::string>() : std::string();
  };
  const auto behavior = behaviorOf(text("behavior"));
  const auto behaviorClose = behaviorCloseOf(text("behaviorClose"));
  if (!behavior || !behaviorClose) return std::nullopt;
  return play::AppliedCorrection{*behavior, *behaviorClose, text("clause"), text("why")};
}

std::string started(const play::Result& result) {
  return formatUtc(result.started);
}

}  // namespace

fs::path timingFile(const fs::path& folder, const std::string& reportFile) {
  return folder / kFolder / reportFile;
}

std::string timingJson(const play::Result& result) {
  json rows = json::array();
  for (const play::WireLogRow& row : result.wireLog) {
    rows.push_back(static_cast<std::uint64_t>(std::chrono::nanoseconds(row.at).count()));
  }
  json roundTrips = json::array();
  for (const std::chrono::nanoseconds time : result.roundTrips) {
    roundTrips.push_back(static_cast<std::uint64_t>(time.count()));
  }
  json file = {{"format", kTimingFormat},
               {"started", started(result)},
               {"rows", std::move(rows)},
               {"roundTrips", std::move(roundTrips)}};
  for (const auto& [name, run] : kRuns) {
    if (result.run == run) file["run"] = name;
  }
  if (result.correction) {
    file["correction"] = {{"behavior", play::name(result.correction->behavior)},
                          {"behaviorClose", play::name(result.correction->behaviorClose)},
                          {"clause", result.correction->clause},
                          {"why", result.correction->why}};
  }
  return file.dump() + "\n";
}

void writeTiming(const fs::path& folder, const std::string& reportFile,
                 const play::Result& result) {
  std::error_code ignored;  // writing says what is wrong
  fs::create_directory(folder / kFolder, ignored);
  replaceFile(timingFile(folder, reportFile), timingJson(result));
}

void addTiming(const fs::path& folder, const std::string& reportFile, play::Result& result) {
  json file;
  try {
    file = json::parse(readReportFile(folder / kFolder, reportFile), nullptr, false);
  } catch (const InputError&) {
    return;
  }
  if (!file.is_object() || file.value("format", json()) != kTimingFormat ||
      file.value("started", json()) != started(result)) {
    return;
  }
  const auto rows = durations(file, "rows");
  const auto roundTrips = durations(file, "roundTrips");
  if (!rows || !roundTrips || rows->size() != result.wireLog.size()) return;
  for (const auto& [name, run] : kRuns) {
    if (file.value("run", json()) == name) result.run = run;
  }
  result.correction = correctionOf(file);
  for (std::size_t i = 0; i < rows->size(); ++i) result.wireLog[i].at = (*rows)[i];
  result.roundTrips.assign(roundTrips->begin(), roundTrips->end());
}

}  // namespace wsgauntlet::report
