#include "cli/reference.hpp"

#include "cli/command.hpp"
#include "cli/help.hpp"
#include "cli/option_table.hpp"
#include "cli/spec_keys.hpp"

#include <algorithm>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

/// The flags of a command under their headings, and of the commands below it.
void addTables(const CLI::App& app, const std::string& path, ReferencePage& page) {
  const bool isPage = path.find(' ') == std::string::npos;
  bool first = !isPage;
  for (const FlagGroup& group : flagGroups(app)) {
    std::string title = isPage ? group.heading : path;
    if (!isPage && !first) title += ": " + group.heading;
    ReferenceTable table{title, "", {"flag", "value", "default", ""}, {}};
    if (first) table.text = app.get_description();
    first = false;
    for (const CLI::Option* flag : group.flags) {
      table.rows.push_back({flagNames(*flag), flag->nonpositional() ? flagValue(*flag) : "",
                            flag->get_default_str(), flag->get_description()});
    }
    page.tables.push_back(std::move(table));
  }
  for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
    addTables(*sub, path + " " + sub->get_name(), page);
  }
}

ReferencePage pageOf(const Command& command) {
  CLI::App program("", "wsgauntlet");
  // The runner holds what the options write to.
  const auto runner = addCommand(program, command, Invocation{});
  const CLI::App& app = *program.get_subcommand(command.name);
  ReferencePage page;
  page.name = command.name;
  page.description = command.description;
  page.details = command.details;
  page.synopsis = usageOf(app, "wsgauntlet " + page.name, &command);
  if (command.isMode) page.synopsis.push_back(fmt::format("wsgauntlet -m {} [flags]", page.name));
  page.examples = command.examples;
  addTables(app, command.name, page);
  return page;
}

ReferencePage specPage() {
  ReferencePage page;
  page.name = "spec-files";
  page.description = "Spec files: what to run against whom";
  page.details =
      "JSON, with the keys of the original and more. Flags of the command line win over them. "
      "Unknown keys are ignored, with a warning if they look like a mistyped known one. "
      "A value of the wrong type ends the program with status 2 and the place of the value.";
  for (const SpecObject& object : specObjects()) {
    ReferenceTable table{
        fmt::format("{}: {}", object.mode, object.title), "", {"key", "value", "default", ""}, {}};
    for (const SpecKey& key : object.keys) {
      table.rows.push_back({key.name, key.type, key.fallback, key.meaning});
    }
    page.tables.push_back(std::move(table));
  }
  return page;
}

ReferencePage optionPage() {
  ReferencePage page;
  page.name = "options";
  page.description = "Protocol options, in spec files and with --option";
  page.details =
      "Names and defaults are those of the original, times are in seconds. An unknown option in a "
      "spec file causes a warning, on the command line an error; a value of the wrong type is an "
      "error in both. A JSON null leaves an option unchanged. massconnect waits longer: as long as "
      "its patience. echoserver has failByDrop on.";
  const std::pair<OptionSide, const char*> sides[] = {{OptionSide::both, "Both roles"},
                                                      {OptionSide::server, "Server role"},
                                                      {OptionSide::client, "Client role"}};
  for (const auto& [side, title] : sides) {
    ReferenceTable table{title, "", {"option", "default", ""}, {}};
    for (const OptionInfo& info : optionInfos()) {
      if (info.side == side) table.rows.push_back({info.name, info.fallback, info.meaning});
    }
    page.tables.push_back(std::move(table));
  }
  return page;
}

std::string markdownCell(const std::string& text) {
  std::string out;
  for (const char c : text) out += c == '|' ? "\\|" : std::string(1, c);
  return out;
}

std::string code(const std::string& text) {
  return text.empty() ? "" : fmt::format("`{}`", text);
}

/// Text in which nothing is taken for a command of roff.
std::string roff(const std::string& text) {
  std::string out = text.starts_with('.') || text.starts_with('\'') ? "\\&" : "";
  for (const char c : text) {
    if (c == '\\') {
      out += "\\e";
    } else if (c == '-') {
      out += "\\-";
    } else if (c != '`') {
      out += c;
    }
  }
  return out;
}

bool isCommand(const ReferencePage& page) {
  return !page.synopsis.empty();
}

}  // namespace

std::vector<ReferencePage> referencePages() {
  std::vector<ReferencePage> pages;
  for (const Command& command : commands()) pages.push_back(pageOf(command));
  pages.push_back(specPage());
  pages.push_back(optionPage());
  return pages;
}

std::string toMarkdown(const ReferencePage& page) {
  std::string out = fmt::format("# {}\n\n{}.\n", page.name, page.description);
  if (isCommand(page)) out += "\n";
  for (const std::string& line : page.synopsis) out += fmt::format("    {}\n", line);
  if (!page.details.empty()) out += fmt::format("\n{}\n", page.details);
  for (const ReferenceTable& table : page.tables) {
    out += fmt::format("\n## {}\n\n", table.title);
    if (!table.text.empty()) out += fmt::format("{}.\n\n", table.text);
    out += fmt::format("| {} |\n|", fmt::join(table.columns, " | "));
    for (std::size_t i = 0; i < table.columns.size(); ++i) out += " --- |";
    out += "\n";
    for (const std::vector<std::string>& row : table.rows) {
      for (std::size_t i = 0; i < row.size(); ++i) {
        out += fmt::format("| {} ", i == 0 ? code(row[i]) : markdownCell(row[i]));
      }
      out += "|\n";
    }
  }
  if (!page.examples.empty()) out += "\n## Examples\n\n";
  for (const std::string& line : linesOf(page.examples)) out += fmt::format("    {}\n", line);
  return out + "\nMade by `wsgauntlet reference --write docs` from the tables of the program.\n";
}

std::string manFile(const ReferencePage& page) {
  return fmt::format("wsgauntlet-{}.{}", page.name, isCommand(page) ? 1 : 5);
}

std::string toMan(const ReferencePage& page) {
  const std::string name = "wsgauntlet-" + page.name;
  std::string upper = name;
  std::transform(upper.begin(), upper.end(), upper.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  std::string out =
      fmt::format(".TH {} {} \"\" \"wsgauntlet {}\"\n.SH NAME\n{} \\- {}\n", roff(upper),
                  isCommand(page) ? 1 : 5, WSGAUNTLET_VERSION, roff(name), roff(page.description));
  if (isCommand(page)) out += ".SH SYNOPSIS\n";
  for (const std::string& line : page.synopsis) out += fmt::format(".B {}\n.br\n", roff(line));
  if (!page.details.empty()) out += fmt::format(".SH DESCRIPTION\n{}\n", roff(page.details));
  for (const ReferenceTable& table : page.tables) {
    out += fmt::format(".SH {}\n", roff(table.title));
    if (!table.text.empty()) out += roff(table.text) + ".\n";
    for (const std::vector<std::string>& row : table.rows) {
      out += fmt::format(".TP\n.B {}", roff(row.front()));
      const std::string& fallback = row[row.size() - 2];
      if (row.size() > 3 && !row[1].empty()) out += " " + roff(row[1]);
      out += "\n" + roff(row.back());
      if (!fallback.empty() && fallback != "none")
        out += fmt::format(" (default: {})", roff(fallback));
      out += "\n";
    }
  }
  if (!page.examples.empty()) out += ".SH EXAMPLES\n";
  for (const std::string& line : linesOf(page.examples))
    out += fmt::format("{}\n.br\n", roff(line));
  if (isCommand(page)) {
    out +=
        ".SH EXIT STATUS\n0: passed; 1: cases failed; 2: wrong usage or input; 3: incomplete; 4: "
        "internal error. With \\-m a finished run ends with 0.\n";
  }
  return out + ".SH SEE ALSO\n.BR wsgauntlet\\-spec\\-files (5),\n.BR wsgauntlet\\-options (5)\n";
}

}  // namespace wsgauntlet::cli
