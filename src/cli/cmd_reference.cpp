#include "cli/cmd_reference.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "cli/checks.hpp"
#include "cli/exit_status.hpp"
#include "cli/output.hpp"
#include "cli/reference.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

struct ReferenceFlags {
  std::string page;
  bool man = false;
  std::string folder;
};

std::vector<std::string> pageNames() {
  std::vector<std::string> names;
  for (const ReferencePage& page : referencePages()) names.push_back(page.name);
  return names;
}

int printPage(const ReferenceFlags& flags) {
  const std::vector<ReferencePage> pages = referencePages();
  const auto found = std::find_if(pages.begin(), pages.end(), [&](const ReferencePage& page) {
    return page.name == flags.page;
  });
  if (found == pages.end()) {
    throw InputError(fmt::format("there is no page '{}'{}; the pages are: {}", flags.page,
                                 suggestion(flags.page, pageNames()),
                                 fmt::join(pageNames(), ", ")));
  }
  say("{}", flags.man ? toMan(*found) : toMarkdown(*found));
  return success;
}

int writePages(const std::filesystem::path& folder) {
  makeWritableFolder(folder / "reference");
  makeWritableFolder(folder / "man");
  for (const ReferencePage& page : referencePages()) {
    replaceFile(folder / "reference" / (page.name + ".md"), toMarkdown(page));
    replaceFile(folder / "man" / manFile(page), toMan(page));
  }
  return success;
}

}  // namespace

std::function<int()> addReference(CLI::App& app, const Invocation&) {
  const auto flags = std::make_shared<ReferenceFlags>();
  app.add_option("page", flags->page, "Page to print; default: the names of all pages");
  app.add_flag("--man", flags->man, "As a manual page, for `man -l -`");
  app.add_option("--write", flags->folder, "Write all pages into DIR/reference and DIR/man")
      ->type_name("DIR");
  return [flags] {
    if (!flags->folder.empty()) return writePages(flags->folder);
    if (!flags->page.empty()) return printPage(*flags);
    for (const std::string& name : pageNames()) say("{}\n", name);
    return static_cast<int>(success);
  };
}

}  // namespace wsgauntlet::cli
