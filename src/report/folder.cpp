#include "report/folder.hpp"

#include "base/error.hpp"
#include "report/index_page.hpp"
#include "report/json.hpp"
#include "report/text.hpp"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

/// File systems allow 255 octets in a name; `_case_`, the id and a suffix need some of them.
constexpr std::size_t kLongestStem = 160;

[[noreturn]] void refuse(std::string_view what, const std::filesystem::path& path, int error) {
  throw InputError(
      fmt::format("{} {}: {}", what, path.string(), std::generic_category().message(error)));
}

/// A name that no pattern of a script matches: no `index.json*`, no `*.json`, no `*.html`.
std::string temporaryName() {
  static std::atomic<unsigned> count{0};
  return fmt::format(".wsgauntlet-{}-{}.tmp", ::getpid(), ++count);
}

/// Writes a new file. Returns the error number of the system, 0 when all is well.
int writeNew(const std::filesystem::path& path, std::string_view content) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
  if (file < 0) return errno;
  int error = 0;
  while (!content.empty() && error == 0) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written >= 0) {
      content.remove_prefix(static_cast<std::size_t>(written));
    } else if (errno != EINTR) {
      error = errno;
    }
  }
  if (::close(file) != 0 && error == 0) error = errno;
  return error;
}

}  // namespace

std::string cleanAgent(std::string_view agent) {
  std::string out;
  for (std::size_t i = 0; i < agent.size();) {
    const CodePoint c = codePointAt(agent, i);
    const bool upper = c.value >= 'A' && c.value <= 'Z';
    const char32_t lower = upper ? c.value - U'A' + U'a' : c.value;
    const bool keep = (lower >= 'a' && lower <= 'z') || (lower >= '0' && lower <= '9');
    out += keep ? static_cast<char>(lower) : ' ';
    i += std::max<std::size_t>(1, c.length);
  }
  const std::size_t first = out.find_first_not_of(' ');
  if (first == std::string::npos) return "";
  out = out.substr(first, out.find_last_not_of(' ') + 1 - first);
  std::replace(out.begin(), out.end(), ' ', '_');
  return out;
}

Folder::Folder(std::filesystem::path path) : path_(std::move(path)) {
  std::error_code error;
  std::filesystem::create_directories(path_, error);
  // A link to a folder is fine, and some systems report an error for a folder that exists.
  if (!std::filesystem::is_directory(path_)) {
    refuse("cannot create the report folder", path_, error ? error.value() : ENOTDIR);
  }
  const std::filesystem::path probe = path_ / temporaryName();
  if (const int failure = writeNew(probe, ""); failure != 0) {
    refuse("cannot write to the report folder", path_, failure);
  }
  std::filesystem::remove(probe, error);
}

void Folder::write(const play::Result& result, const Neighbours& neighbours) {
  const std::string agent = agentText(result);
  std::string start;
  {
    const std::lock_guard lock(mutex_);
    start = stem(agent);
  }
  const auto nameOf = [&start](const suite::CaseId& id) {
    return fmt::format("{}_case_{}", start, id.str('_'));
  };
  const suite::CaseId& id = result.testCase->id;
  CaseLinks links;
  if (neighbours.previous != nullptr) links.previous = nameOf(neighbours.previous->id) + ".html";
  if (neighbours.next != nullptr) links.next = nameOf(neighbours.next->id) + ".html";
  const std::string name = nameOf(id);
  replaceFile(name + ".json", caseJson(result));
  replaceFile(name + ".html", casePage(result, neighbours, links));

  CaseRecord record = makeRecord(result, name + ".json");
  const std::lock_guard lock(mutex_);
  records_[agent].insert_or_assign(id, std::move(record));
  cases_[id] = result.testCase;
}

void Folder::writeIndex(std::span<const suite::Case* const> cases, WallTime now) const {
  const std::lock_guard lock(mutex_);
  std::map<suite::CaseId, const suite::Case*> listed = cases_;
  for (const suite::Case* testCase : cases) listed[testCase->id] = testCase;
  std::vector<const suite::Case*> rows;
  rows.reserve(listed.size());
  for (const auto& [id, testCase] : listed) rows.push_back(testCase);
  replaceFile("index.html", indexPage(records_, rows, now));
  replaceFile("index.json", indexJson(records_));
}

Records Folder::records() const {
  const std::lock_guard lock(mutex_);
  return records_;
}

/// Two agents can be the same text once cleaned; the second one gets a number.
std::string Folder::stem(const std::string& agent) {
  const auto known = stems_.find(agent);
  if (known != stems_.end()) return known->second;
  const std::string cleaned = cleanAgent(agent).substr(0, kLongestStem);
  std::string unique = cleaned;
  for (int number = 2; !takenStems_.insert(unique).second; ++number) {
    unique = fmt::format("{}_{}", cleaned, number);
  }
  stems_.emplace(agent, unique);
  return unique;
}

void Folder::replaceFile(const std::string& name, std::string_view content) const {
  const std::filesystem::path temporary = path_ / temporaryName();
  const std::filesystem::path target = path_ / name;
  int error = writeNew(temporary, content);
  if (error == 0 && std::rename(temporary.c_str(), target.c_str()) != 0) error = errno;
  if (error == 0) return;
  ::unlink(temporary.c_str());
  refuse("cannot write the report", target, error);
}

}  // namespace wsgauntlet::report
