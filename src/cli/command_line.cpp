#include "cli/command_line.hpp"

#include "base/error.hpp"
#include "cli/checks.hpp"
#include "cli/command.hpp"
#include "cli/exit_status.hpp"
#include "cli/help.hpp"
#include "cli/original_spelling.hpp"
#include "cli/output.hpp"
#include "cli/version.hpp"

#include <algorithm>
#include <map>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

/// `wsgauntlet report gate`.
std::string pathOf(const CLI::App& app) {
  const CLI::App* parent = app.get_parent();
  return parent == nullptr ? app.get_name() : pathOf(*parent) + " " + app.get_name();
}

/// The command of the line that has got a word which it does not know; else the last one.
const CLI::App& doubtful(const CLI::App& app) {
  const auto parsed = app.get_subcommands();
  return parsed.empty() || !app.remaining().empty() ? app : doubtful(*parsed.front());
}

std::vector<std::string> commandsBelow(const CLI::App& app) {
  std::vector<std::string> names;
  for (const CLI::App* one : app.get_subcommands([](const CLI::App*) { return true; })) {
    names.push_back(one->get_name());
  }
  return names;
}

std::string unknownFlag(const CLI::App& app, const std::string& word) {
  const std::string name = word.substr(0, word.find('='));
  std::vector<std::string> known;
  for (const CLI::Option* flag : app.get_options()) {
    for (const std::string& one : flag->get_lnames()) known.push_back("--" + one);
  }
  // One letter is near to any other.
  const bool isLong = name.starts_with("--");
  return fmt::format("unknown flag {}{}", name, isLong ? suggestion(name, known) : "");
}

std::string unknownWord(const CLI::App& app, const std::string& word) {
  if (word.size() > 1 && word.starts_with('-')) return unknownFlag(app, word);
  const std::vector<std::string> commands = commandsBelow(app);
  if (!commands.empty()) {
    return fmt::format("unknown command '{}'{}", word, suggestion(word, commands));
  }
  const bool isUrl = word.starts_with("ws:") || word.starts_with("wss:");
  return fmt::format("unexpected argument '{}'{}", word,
                     isUrl ? fmt::format(" (did you mean -w {}?)", word) : "");
}

/// What is wrong, in words of commands and flags.
std::string explain(const CLI::ParseError& error, const CLI::App& program) {
  const CLI::App& app = doubtful(program);
  const std::vector<std::string> rest = app.remaining();
  const bool needsCommand = app.get_require_subcommand_min() > 0 && app.get_subcommands().empty();
  std::string text = error.what();
  const bool isExtra = dynamic_cast<const CLI::ExtrasError*>(&error) != nullptr;
  if (!rest.empty() && (needsCommand || isExtra)) {
    text = unknownWord(app, rest.front());
  } else if (needsCommand) {
    text = fmt::format("a command is missing: {}", fmt::join(commandsBelow(app), ", "));
  } else if (dynamic_cast<const CLI::ArgumentMismatch*>(&error) != nullptr) {
    const char* wrong = text.ends_with(" missing") ? "a value is missing" : "given more than once";
    text = fmt::format("{}: {}", text.substr(0, text.find(": ")), wrong);
  }
  return fmt::format("{}; see `{} --help`", text, pathOf(app));
}

}  // namespace

int run(std::vector<std::string> arguments) {
  Invocation invocation;
  if (const auto mode = takeMode(arguments)) {
    invocation.originalSpelling = true;
    arguments.insert(arguments.begin(), *mode);
  } else if (isVersionQuery(arguments)) {
    say("Autobahn 0.10.9\nAutobahnTestSuite 25.10.1\nwsgauntlet {}\n", WSGAUNTLET_VERSION);
    return success;
  }

  CLI::App app("Conformance fuzzer for WebSocket implementations", "wsgauntlet");
  setUpHelp(app);
  app.set_version_flag("--version", [] { return versionText(); })
      ->description("Show version, build and number of cases");
  app.require_subcommand(1);
  std::map<const CLI::App*, std::function<int()>> runners;
  for (const Command& command : commands()) {
    auto runner = addCommand(app, command, invocation);
    runners[app.get_subcommand(command.name)] = std::move(runner);
  }
  std::reverse(arguments.begin(), arguments.end());
  try {
    app.parse(arguments);
  } catch (const CLI::CallForHelp&) {
    say("{}", app.help());
    return success;
  } catch (const CLI::CallForVersion& version) {
    say("{}\n", version.what());
    return success;
  } catch (const CLI::ParseError& error) {
    throw InputError(explain(error, app));
  }
  return runners.at(app.get_subcommands().front())();
}

}  // namespace wsgauntlet::cli
