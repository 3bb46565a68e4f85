#include "suite/embedded_cases.hpp"

#include "base/error.hpp"
#include "base/json_source.hpp"
#include "suite/case_loader.hpp"
#include "suite/catalogue.hpp"
#include "suite/embedded_files.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kDataFolder = "data/";
constexpr std::string_view kSchemaFolder = "schema/";
constexpr std::string_view kCoverageFolder = "coverage/";
constexpr std::string_view kCorrectionsFolder = "corrections/";

std::string_view content(const EmbeddedFile& file) {
  return {file.begin, static_cast<std::size_t>(file.end - file.begin)};
}

bool isCaseFile(std::string_view path) {
  return path.ends_with(".json") && !path.starts_with(kDataFolder) &&
         !path.starts_with(kSchemaFolder) && !path.starts_with(kCoverageFolder) &&
         !path.starts_with(kCorrectionsFolder);
}

/// `data/json.json` is the corpus `json`.
std::string corpusName(std::string_view path) {
  if (!path.starts_with(kDataFolder)) return {};
  return fs::path(path.substr(kDataFolder.size())).stem().string();
}

bool holds(const fs::path& path, std::string_view text) {
  try {
    return readFile(path.string()) == text;
  } catch (const InputError&) {
    return false;
  }
}

[[noreturn]] void refuse(const fs::path& path, const std::string& reason) {
  throw InputError(std::vector<Problem>{{{path.string(), 0, ""}, reason}});
}

void writeFile(const fs::path& path, std::string_view text) {
  std::error_code error;
  fs::create_directories(path.parent_path(), error);
  if (error) refuse(path.parent_path(), "cannot be made: " + error.message());
  std::ofstream out(path, std::ios::binary);
  out.write(text.data(), static_cast<std::streamsize>(text.size()));
  out.close();
  if (!out) refuse(path, "cannot be written");
}

}  // namespace

const std::vector<CaseFile>& embeddedCaseFiles() {
  static const std::vector<CaseFile> files = [] {
    std::vector<CaseFile> found;
    for (const EmbeddedFile& file : embeddedFiles()) {
      if (!isCaseFile(file.path)) continue;
      found.push_back({fmt::format("cases/{}", file.path), std::string(content(file))});
    }
    return found;
  }();
  return files;
}

const std::vector<std::string>& embeddedCorpusNames() {
  static const std::vector<std::string> names = [] {
    std::vector<std::string> found;
    for (const EmbeddedFile& file : embeddedFiles()) {
      if (auto name = corpusName(file.path); !name.empty()) found.push_back(std::move(name));
    }
    return found;
  }();
  return names;
}

OctetView embeddedCorpus(std::string_view name) {
  for (const EmbeddedFile& file : embeddedFiles()) {
    if (!name.empty() && corpusName(file.path) == name) return content(file);
  }
  const auto& names = embeddedCorpusNames();
  throw InputError(
      fmt::format("no corpus \"{}\"{}", name, hint(name, names, "; there are " + listOf(names))));
}

std::vector<fs::path> exportEmbeddedFiles(const fs::path& folder) {
  std::vector<Problem> inTheWay;
  for (const EmbeddedFile& file : embeddedFiles()) {
    const fs::path path = folder / file.path;
    std::error_code error;
    if (!fs::exists(path, error) || holds(path, content(file))) continue;
    inTheWay.push_back({{path.string(), 0, ""}, "is there already with other content"});
  }
  if (!inTheWay.empty()) throw InputError(std::move(inTheWay));
  std::vector<fs::path> written;
  for (const EmbeddedFile& file : embeddedFiles()) {
    written.push_back(folder / file.path);
    writeFile(written.back(), content(file));
  }
  return written;
}

std::vector<CaseFile> readCaseFolder(const fs::path& folder) {
  std::error_code error;
  std::vector<fs::path> paths;
  fs::recursive_directory_iterator at(folder, error);
  for (const fs::recursive_directory_iterator end; !error && at != end; at.increment(error)) {
    const fs::path name = at->path().filename();
    if (at->is_directory() &&
        (name == "schema" || name == "data" || name == "coverage" || name == "corrections"))
      at.disable_recursion_pending();
    if (at->is_regular_file() && name.extension() == ".json") paths.push_back(at->path());
  }
  if (error) refuse(folder, "cannot be read: " + error.message());
  if (paths.empty()) refuse(folder, "holds no case file (*.json)");
  std::sort(paths.begin(), paths.end());
  std::vector<CaseFile> files;
  files.reserve(paths.size());
  for (const fs::path& path : paths) files.push_back({path.string(), readFile(path.string())});
  return files;
}

}  // namespace wsgauntlet::suite
