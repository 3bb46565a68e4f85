#include "cli/help.hpp"

#include "base/word_wrap.hpp"

#include <algorithm>
#include <memory>
#include <sstream>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

constexpr std::size_t kColumns = 80;
/// Where the descriptions of flags begin. Names and value of every flag are shorter.
constexpr std::size_t kFlagColumn = 30;
/// The same for commands.
constexpr std::size_t kCommandColumn = 19;

constexpr Command kProgram = {
    "wsgauntlet",
    "Conformance fuzzer for WebSocket implementations",
    false,
    nullptr,
    "",
    "COMMAND [flags]\n-m MODE [flags]        (as wstest is called)",
    "wsgauntlet fuzzingclient -w ws://127.0.0.1:9001    test a server\n"
    "wsgauntlet fuzzingserver -w ws://127.0.0.1:9001    test clients and browsers\n"
    "wsgauntlet fuzzingclient --help                    the flags of a command"};

/// A line of two columns; the second one is wrapped.
std::string row(const std::string& left, const std::string& right, std::size_t column) {
  return fmt::format("  {:<{}} {}\n", left, column - 3, hanging(right, column, kColumns));
}

std::string describe(const CLI::Option& flag) {
  const std::string& text = flag.get_description();
  return flag.get_default_str().empty()
             ? text
             : fmt::format("{} (default: {})", text, flag.get_default_str());
}

std::string headingOf(const CLI::Option& flag) {
  return flag.nonpositional() ? flag.get_group() : heading::arguments;
}

class Help : public CLI::Formatter {
 public:
  explicit Help(const Command& command) : command_(command) {}

  std::string make_help(const CLI::App* app, std::string path, CLI::AppFormatMode) const override {
    // Commands below this one have the same formatter.
    const Command* command = app->get_name() == command_.name ? &command_ : nullptr;
    std::string out = app->get_description() + ".\n\nUsage:\n";
    for (const std::string& line : usageOf(*app, path, command)) out += "  " + line + "\n";
    if (command != nullptr && *command->details != '\0') {
      out += "\n" + hanging(command->details, 0, kColumns) + "\n";
    }
    out += commandsOf(*app);
    for (const FlagGroup& group : flagGroups(*app)) {
      out += fmt::format("\n{}:\n", group.heading);
      for (const CLI::Option* flag : group.flags) {
        out += row(left(*flag), describe(*flag), kFlagColumn);
      }
    }
    if (command != nullptr && *command->examples != '\0') {
      out += "\nExamples:\n";
      for (const std::string& line : linesOf(command->examples)) out += "  " + line + "\n";
    }
    return out;
  }

 private:
  static std::string left(const CLI::Option& flag) {
    const std::string value = flagValue(flag);
    if (value.empty() || !flag.nonpositional()) return flagNames(flag);
    return flagNames(flag) + (value.starts_with("[=") ? "" : " ") + value;
  }

  static std::string commandsOf(const CLI::App& app) {
    const auto commands = app.get_subcommands([](const CLI::App*) { return true; });
    std::string out;
    std::string last;
    for (const CLI::App* one : commands) {
      if (one->get_group() != last) out += fmt::format("\n{}:\n", one->get_group());
      last = one->get_group();
      out += row(one->get_name(), one->get_description(), kCommandColumn);
    }
    return out;
  }

  const Command& command_;
};

/// The flag --help of a command and of those below it.
void finishHelp(CLI::App& app) {
  app.get_help_ptr()->group(heading::other)->description("Show this help");
  for (CLI::App* sub : app.get_subcommands([](CLI::App*) { return true; })) {
    if (sub->get_group() == "Subcommands") sub->group("Commands");
    finishHelp(*sub);
  }
}

}  // namespace

const std::vector<std::string>& headings() {
  static const std::vector<std::string> all = {
      heading::arguments, heading::target,  heading::connection, heading::cases,
      heading::behaviour, heading::reports, heading::gate,       heading::run,
      heading::requests,  heading::tls,     heading::other,      heading::compatibility};
  return all;
}

void beginGroup(CLI::App& app, const char* heading) {
  app.option_defaults()->group(heading);
}

std::vector<FlagGroup> flagGroups(const CLI::App& app) {
  std::vector<FlagGroup> groups;
  for (const std::string& title : headings()) {
    FlagGroup group{title, app.get_options([&title](const CLI::Option* flag) {
                      return headingOf(*flag) == title;
                    })};
    if (!group.flags.empty()) groups.push_back(std::move(group));
  }
  return groups;
}

std::string flagNames(const CLI::Option& flag) {
  if (!flag.nonpositional()) return flag.get_name(true);
  std::vector<std::string> names;
  for (const std::string& name : flag.get_snames()) names.push_back("-" + name);
  for (const std::string& name : flag.get_lnames()) names.push_back("--" + name);
  return fmt::format("{}", fmt::join(names, ","));
}

std::string flagValue(const CLI::Option& flag) {
  const std::string kind = flag.get_type_name();
  // A switch has a value only if one may be joined to it.
  if (flag.get_expected_max() == 0) return kind.starts_with("[=") ? kind : "";
  const bool many = flag.get_expected_max() > 1 && flag.get_allow_extra_args();
  return kind + (many ? "..." : "");
}

std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<std::string> usageOf(const CLI::App& app, const std::string& path,
                                 const Command* command) {
  std::vector<std::string> lines;
  if (command != nullptr) lines = linesOf(command->usage);
  if (lines.empty()) {
    std::string line;
    if (!app.get_subcommands([](const CLI::App*) { return true; }).empty()) line = "COMMAND ";
    line += "[flags]";
    for (const CLI::Option* one : app.get_options()) {
      if (one->nonpositional()) continue;
      const std::string value = one->get_name(true) + (one->get_expected_max() > 1 ? "..." : "");
      line += one->get_required() ? " " + value : " [" + value + "]";
    }
    lines.push_back(line);
  }
  for (std::string& line : lines) line = path + " " + line;
  return lines;
}

std::function<int()> addCommand(CLI::App& program, const Command& command,
                                const Invocation& invocation) {
  CLI::App* app = program.add_subcommand(command.name, command.description);
  app->group(command.isPeer ? "Commands that start a peer" : "Commands");
  // Before the command adds others below it, which inherit it.
  app->formatter(std::make_shared<Help>(command));
  beginGroup(*app, heading::other);
  auto runner = command.add(*app, invocation);
  finishHelp(*app);
  return runner;
}

void setUpHelp(CLI::App& program) {
  program.formatter(std::make_shared<Help>(kProgram));
  beginGroup(program, heading::other);
  program.get_help_ptr()->group(heading::other)->description("Show this help");
}

}  // namespace wsgauntlet::cli
