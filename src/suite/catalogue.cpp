#include "suite/catalogue.hpp"

#include "base/error.hpp"
#include "suite/case_loader.hpp"
#include "suite/corrections.hpp"
#include "suite/embedded_cases.hpp"

#include <algorithm>
#include <future>
#include <iterator>
#include <map>
#include <set>

#include <fmt/format.h>

namespace wsgauntlet::suite {
namespace {

/// Notes each case whose id another case before it has. `cases` is sorted by id, stably.
void checkUnique(const std::vector<Case>& cases, std::vector<Problem>& problems) {
  for (std::size_t i = 1; i < cases.size(); ++i) {
    if (cases[i].id != cases[i - 1].id) continue;
    const Place& first = cases[i - 1].place;
    problems.push_back(
        {cases[i].place, fmt::format("the id {} occurs twice; it is that of {}:{} too",
                                     cases[i].id.str(), first.file, first.line)});
  }
}

void number(std::vector<Case>& cases) {
  std::map<std::string, int> last;
  for (Case& testCase : cases) testCase.number = ++last[testCase.suite];
}

/// A look at the head of a file, so that a run without its suite need not read it.
bool runsOnRequest(const CaseFile& file) {
  const std::string_view head = std::string_view(file.text).substr(0, file.text.find("\"cases\""));
  return head.find("\"on-request\": true") != std::string_view::npos;
}

bool idIsLess(const Case& a, const Case& b) {
  return a.id < b.id;
}

}  // namespace

Catalogue::Catalogue(const std::vector<CaseFile>& files) {
  std::vector<Problem> problems;
  // Loading is most of what the program does before its first connection.
  struct Loaded {
    std::vector<Case> cases;
    std::vector<Problem> problems;
  };
  std::vector<std::future<Loaded>> parts;
  parts.reserve(files.size());
  for (const CaseFile& file : files) {
    parts.push_back(std::async(std::launch::async, [&file] {
      Loaded part;
      part.cases = loadCases(file, part.problems);
      return part;
    }));
  }
  for (auto& part : parts) {
    Loaded loaded = part.get();
    std::move(loaded.cases.begin(), loaded.cases.end(), std::back_inserter(cases_));
    std::move(loaded.problems.begin(), loaded.problems.end(), std::back_inserter(problems));
  }
  std::stable_sort(cases_.begin(), cases_.end(), idIsLess);
  checkUnique(cases_, problems);
  if (!problems.empty()) throw InputError(std::move(problems));
  number(cases_);
  applyCorrections(readCorrections(), cases_);
}

const Catalogue& Catalogue::everything() {
  static const Catalogue catalogue(embeddedCaseFiles());
  return catalogue;
}

const Catalogue& Catalogue::builtIn() {
  static const Catalogue catalogue = [] {
    std::vector<CaseFile> files = embeddedCaseFiles();
    std::erase_if(files, runsOnRequest);
    return Catalogue(files).of({});
  }();
  return catalogue;
}

std::vector<std::string> Catalogue::suites() const {
  std::set<std::string> names;
  for (const Case& testCase : cases_) names.insert(testCase.suite);
  return {names.begin(), names.end()};
}

Catalogue Catalogue::of(const std::vector<std::string>& suites) const {
  const std::vector<std::string> known = this->suites();
  for (const std::string& name : suites) {
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    throw InputError(
        fmt::format("no suite \"{}\"{}", name, hint(name, known, "; there are " + listOf(known))));
  }
  Catalogue some;
  std::copy_if(cases_.begin(), cases_.end(), std::back_inserter(some.cases_),
               [&](const Case& testCase) {
                 if (suites.empty()) return !testCase.onRequest;
                 return std::find(suites.begin(), suites.end(), testCase.suite) != suites.end();
               });
  return some;
}

const Case* Catalogue::find(const CaseId& id) const {
  const auto found = std::lower_bound(cases_.begin(), cases_.end(), id,
                                      [](const Case& c, const CaseId& key) { return c.id < key; });
  return found != cases_.end() && found->id == id ? &*found : nullptr;
}

}  // namespace wsgauntlet::suite
