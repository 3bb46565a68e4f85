#include "cli/cmd_cases.hpp"

#include "base/json_source.hpp"
#include "cli/common_flags.hpp"
#include "cli/exit_status.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "suite/case_loader.hpp"
#include "suite/catalogue.hpp"
#include "suite/corrections.hpp"
#include "suite/coverage.hpp"
#include "suite/describe.hpp"
#include "suite/embedded_cases.hpp"
#include "suite/selection.hpp"

#include <filesystem>
#include <memory>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::cli {
namespace {

struct CasesFlags {
  std::vector<std::string> patterns = {"*"};
  std::vector<std::string> suites;
  std::vector<std::string> folders;
  std::vector<std::string> ids;
  std::vector<std::string> files;
  std::string folder;
  bool json = false;
};

/// Seconds that the script itself waits.
double waitsOf(const suite::Case& testCase) {
  double seconds = 0;
  for (const suite::Step& step : testCase.script) {
    if (const auto* wait = std::get_if<suite::Wait>(&step.action)) seconds += wait->seconds;
  }
  return seconds;
}

int listCases(const CasesFlags& flags) {
  const SharedCatalogue catalogue = loadCatalogue(flags.folders, flags.suites);
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const suite::Case* one : selectByFlag("", *catalogue, flags.patterns, {})) {
    if (flags.json) {
      list.push_back({{"id", one->id.str()},
                      {"number", one->number},
                      {"suite", one->suite},
                      {"category", one->category},
                      {"subcategory", one->subcategory},
                      {"waits", waitsOf(*one)},
                      {"description", one->description},
                      {"expectation", one->expectation}});
    } else {
      say("{:<9} {:>4}  {}\n", one->id.str(), one->number, one->description);
    }
  }
  if (flags.json) say("{}\n", list.dump(2));
  return success;
}

int showCases(const CasesFlags& flags) {
  const SharedCatalogue catalogue = loadAllCases(flags.folders);
  for (const suite::Case* one : selectByFlag("", *catalogue, flags.ids, {})) {
    say("{}\n", suite::describe(*one));
  }
  return success;
}

int checkFiles(const CasesFlags& flags) {
  std::vector<suite::CaseFile> files;
  for (const std::string& path : flags.files) {
    if (std::filesystem::is_directory(path)) {
      for (suite::CaseFile& file : suite::readCaseFolder(path)) files.push_back(std::move(file));
    } else {
      files.push_back({path, readFile(path)});
    }
  }
  std::vector<Problem> problems;
  std::size_t cases = 0;
  for (const suite::CaseFile& file : files) cases += suite::loadCases(file, problems).size();
  if (!problems.empty()) throw InputError(std::move(problems));
  say("{} cases in {} {}, nothing wrong\n", cases, files.size(),
      files.size() == 1 ? "file" : "files");
  return success;
}

int showCorrections() {
  say("{}", suite::describeCorrections(suite::readCorrections()));
  return success;
}

int showCoverage() {
  const suite::Catalogue& catalogue = suite::Catalogue::everything();
  say("{}", suite::describeCoverage(suite::readClauses(catalogue), catalogue));
  return success;
}

int exportCases(const CasesFlags& flags) {
  const auto written = suite::exportEmbeddedFiles(flags.folder);
  say("{} files are in {}\n", written.size(), flags.folder);
  return success;
}

}  // namespace

std::function<int()> addCases(CLI::App& app, const Invocation&) {
  const auto flags = std::make_shared<CasesFlags>();
  app.require_subcommand(1);
  beginGroup(app, heading::cases);
  addCaseFolders(app, flags->folders);

  CLI::App* list = app.add_subcommand("list", "List cases: id, number, description");
  addPatterns(*list, "pattern", flags->patterns, "Ids and patterns, such as 9.1.1 or '5.*'");
  addSuites(*list, flags->suites);
  addCaseFolders(*list, flags->folders);
  beginGroup(*list, heading::other);
  list->add_flag("--json", flags->json, "As JSON");
  CLI::App* show = app.add_subcommand("show", "Show what cases send and expect");
  addPatterns(*show, "id", flags->ids, "Ids and patterns")->required();
  addCaseFolders(*show, flags->folders);
  CLI::App* check = app.add_subcommand("check", "Check case files and report all errors");
  check->add_option("path", flags->files, "Case files, and folders with case files (*.json)")
      ->required();
  CLI::App* exporting = app.add_subcommand("export", "Write the built-in case files to a folder");
  exporting->add_option("folder", flags->folder, "Folder to write to")->required();

  CLI::App* coverage = app.add_subcommand(
      "coverage", "Show which clause of which RFC is tested by which cases, as Markdown");

  CLI::App* corrections = app.add_subcommand(
      "corrections", "Show what cases of the original tolerate in addition, and why, as Markdown");

  return [flags, list, show, check, coverage, corrections] {
    if (*corrections) return showCorrections();
    if (*coverage) return showCoverage();
    if (*list) return listCases(*flags);
    if (*show) return showCases(*flags);
    if (*check) return checkFiles(*flags);
    return exportCases(*flags);
  };
}

}  // namespace wsgauntlet::cli
