#include "report/store/sidecar.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "report/store/json.hpp"
#include "report/store/report_files.hpp"

#include <array>
#include <cstdint>
#include <limits>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace wsgauntlet::report {
namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr const char* kFolder = "exact";
constexpr int kSidecarFormat = 1;

// Values without a word are the usual ones: their keys are left out.
constexpr std::array<std::pair<std::string_view, play::Run>, 2> kRuns = {
    {{"second", play::Run::second}, {"unrepeated", play::Run::unrepeated}}};
constexpr std::array<std::pair<std::string_view, play::Doubt>, 2> kDoubts = {
    {{"absence", play::Doubt::absence}, {"race", play::Doubt::race}}};

template <typename Words, typename Value>
void addWord(ordered_json& file, const char* key, const Words& words, Value value) {
  for (const auto& [word, meaning] : words) {
    if (meaning == value) file[key] = word;
  }
}

template <typename Words, typename Value>
void readWord(const StoredJson& file, const char* key, const Words& words, Value& value) {
  if (!file.has(key)) return;
  for (const auto& [word, meaning] : words) {
    if (word == file.at(key).text()) {
      value = meaning;
      return;
    }
  }
  file.at(key).fail("this word is not known");
}

std::vector<std::chrono::nanoseconds> readDurations(const StoredJson& list) {
  std::vector<std::chrono::nanoseconds> durations;
  for (const StoredJson& one : list.elements()) {
    durations.emplace_back(one.integer(std::numeric_limits<std::int64_t>::max()));
  }
  return durations;
}

play::AppliedCorrection readCorrection(const StoredJson& json) {
  return {readBehavior(json.at("behavior")), readBehaviorClose(json.at("behaviorClose")),
          json.at("clause").text(), json.at("why").text()};
}

void writeText(const fs::path& folder, const std::string& reportFile, const std::string& text) {
  std::error_code ignored;  // writing says what is wrong
  fs::create_directory(folder / kFolder, ignored);
  replaceFile(sidecarFile(folder, reportFile), text);
}

}  // namespace

fs::path sidecarFile(const fs::path& folder, const std::string& reportFile) {
  return folder / kFolder / reportFile;
}

std::string sidecarJson(const play::Result& result) {
  ordered_json file = exactCaseJson(result);
  file["format"] = kSidecarFormat;
  file["opened"] = result.opened;
  addWord(file, "run", kRuns, result.run);
  addWord(file, "doubt", kDoubts, result.doubt);
  if (result.cutShort) file["cutShort"] = true;
  if (result.correction) {
    file["correction"] = {{"behavior", play::name(result.correction->behavior)},
                          {"behaviorClose", play::name(result.correction->behaviorClose)},
                          {"clause", result.correction->clause},
                          {"why", result.correction->why}};
  }
  ordered_json& rows = file["rows"] = ordered_json::array();
  for (const play::WireLogRow& row : result.wireLog) {
    rows.push_back(std::chrono::nanoseconds(row.at).count());
  }
  ordered_json& roundTrips = file["roundTrips"] = ordered_json::array();
  for (const std::chrono::nanoseconds time : result.roundTrips) roundTrips.push_back(time.count());
  return file.dump(-1, ' ', true, ordered_json::error_handler_t::replace) + "\n";
}

void writeSidecar(const fs::path& folder, const std::string& reportFile,
                  const play::Result& result) {
  writeText(folder, reportFile, sidecarJson(result));
}

void copySidecar(const fs::path& from, const std::string& reportFile, const fs::path& to,
                 const std::string& newName) {
  const std::string text = readSidecar(from, reportFile);
  if (!text.empty()) writeText(to, newName, text);
}

std::string readSidecar(const fs::path& folder, const std::string& reportFile) {
  try {
    return readReportFile(folder / kFolder, reportFile);
  } catch (const InputError&) {
    return "";
  }
}

bool isSidecarOf(const StoredJson& sidecar, const std::string& started) {
  return sidecar.has("format") && sidecar.at("format").value() == kSidecarFormat &&
         sidecar.at("started").text() == started;
}

void addFromSidecar(const StoredJson& sidecar, play::Result& result) {
  result.opened = sidecar.at("opened").boolean();
  readWord(sidecar, "run", kRuns, result.run);
  readWord(sidecar, "doubt", kDoubts, result.doubt);
  if (sidecar.has("cutShort")) result.cutShort = sidecar.at("cutShort").boolean();
  if (sidecar.has("correction")) result.correction = readCorrection(sidecar.at("correction"));
  const auto rows = readDurations(sidecar.at("rows"));
  if (rows.size() != result.wireLog.size()) {
    sidecar.at("rows").fail("expected a time for each row of the wire log");
  }
  for (std::size_t i = 0; i < rows.size(); ++i) result.wireLog[i].at = rows[i];
  result.roundTrips = readDurations(sidecar.at("roundTrips"));
}

}  // namespace wsgauntlet::report
