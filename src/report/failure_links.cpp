#include "report/failure_links.hpp"

#include "base/error.hpp"
#include "report/atomic_file.hpp"
#include "report/html.hpp"
#include "report/reader.hpp"

#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

// No text of a peer can look like these: it is escaped.
constexpr std::string_view kBegin = "<!--failures-->";
constexpr std::string_view kEnd = "<!--/failures-->";

using Entry = std::map<suite::CaseId, CaseRecord>::const_pointer;

std::string link(const Entry entry, std::string_view key, std::string_view words) {
  if (entry == nullptr) return "";
  return fmt::format("<a class=\"failure\" data-key=\"{}\" href=\"{}\">{} {}</a>\n", key,
                     html(pageName(entry->second.reportFile)), words, entry->first.str());
}

std::string between(const Entry previous, const Entry next) {
  return fmt::format("{}{}{}{}", kBegin, link(previous, "p", "Failure before:"),
                     link(next, "n", "Next failure:"), kEnd);
}

/// False when there is no such page, or none of this program.
bool replaceLinks(const std::filesystem::path& folder, const std::string& name,
                  const std::string& links) {
  try {
    std::string page = readReportFile(folder, name);
    const std::size_t begin = page.rfind(kBegin);
    const std::size_t end = page.rfind(kEnd);
    if (begin == std::string::npos || end == std::string::npos || end < begin) return false;
    page.replace(begin, end + kEnd.size() - begin, links);
    replaceFile(folder / name, page);
    return true;
  } catch (const InputError&) {
    return false;
  }
}

}  // namespace

std::string noFailureLinks() {
  return between(nullptr, nullptr);
}

void FailureLinks::update(const std::filesystem::path& folder, const Records& records) {
  for (const auto& [agent, results] : records) {
    std::vector<Entry> failures;
    for (const auto& result : results) {
      if (isFailure(result.second)) failures.push_back(&result);
    }
    for (std::size_t i = 0; i < failures.size(); ++i) {
      const std::string& file = failures[i]->second.reportFile;
      std::string links = between(i > 0 ? failures[i - 1] : nullptr,
                                  i + 1 < failures.size() ? failures[i + 1] : nullptr);
      const auto known = written_.find(file);
      if (known != written_.end() && known->second == links) continue;
      if (replaceLinks(folder, pageName(file), links)) written_[file] = std::move(links);
    }
  }
}

}  // namespace wsgauntlet::report
