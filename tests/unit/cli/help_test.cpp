// What --help shows, and in which order.
#include "cli/help.hpp"

#include <functional>
#include <map>
#include <memory>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::cli {
namespace {

using testing::AnyOf;
using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// A command as the program has it.
struct Built {
  explicit Built(const Command& command)
      : program(std::make_unique<CLI::App>("", "wsgauntlet")),
        runner(addCommand(*program, command, Invocation{})),
        app(program->get_subcommand(command.name)) {}

  std::unique_ptr<CLI::App> program;
  std::function<int()> runner;
  CLI::App* app;
};

Built build(const std::string& name) {
  for (const Command& command : commands()) {
    if (command.name == name) return Built(command);
  }
  throw std::logic_error("no command " + name);
}

/// The names of flags under a heading, without those of other headings.
std::vector<std::string> under(const Built& built, const char* heading) {
  std::vector<std::string> names;
  for (const FlagGroup& group : flagGroups(*built.app)) {
    if (group.heading != heading) continue;
    for (const CLI::Option* flag : group.flags) names.push_back(flagNames(*flag));
  }
  return names;
}

void forEachCommand(const std::function<void(const CLI::App&, const std::string&)>& call) {
  const std::function<void(const CLI::App&, const std::string&)> visit =
      [&](const CLI::App& app, const std::string& path) {
        call(app, path);
        for (const CLI::App* sub : app.get_subcommands([](const CLI::App*) { return true; })) {
          visit(*sub, path + " " + sub->get_name());
        }
      };
  for (const Command& command : commands()) {
    const Built built(command);
    visit(*built.app, command.name);
  }
}

TEST(Help, EveryFlagIsUnderAKnownHeading) {
  forEachCommand([](const CLI::App& app, const std::string& path) {
    std::size_t shown = 0;
    for (const FlagGroup& group : flagGroups(app)) shown += group.flags.size();
    EXPECT_EQ(shown, app.get_options().size()) << path;
  });
}

TEST(Help, EveryFlagHasATextBesideIt) {
  forEachCommand([](const CLI::App& app, const std::string& path) {
    for (const CLI::Option* flag : app.get_options()) {
      EXPECT_NE(flag->get_description(), "") << path << " " << flagNames(*flag);
      const std::string value = flag->nonpositional() ? flagValue(*flag) : "";
      // Completions read flag and description from one line, with two blanks between them.
      EXPECT_LE((flagNames(*flag) + " " + value).size(), 27U) << path << " " << flagNames(*flag);
      EXPECT_THAT(value, Not(HasSubstr("TEXT"))) << path << " " << flagNames(*flag);
    }
  });
}

TEST(Help, LinesFitATerminal) {
  for (const Command& command : commands()) {
    const Built built(command);
    std::istringstream text(built.app->help("wsgauntlet"));
    for (std::string line; std::getline(text, line);) EXPECT_LE(line.size(), 80U) << line;
  }
}

TEST(Help, ModesAcceptAllFlagsOfTheOriginal) {
  for (const Command& command : commands()) {
    if (!command.isMode) continue;
    const Built built(command);
    for (const char* name :
         {"-w", "--wsuri", "-s", "--spec", "-u", "--webport", "-i", "--ident", "-k", "--key", "-c",
          "--cert", "-o", "--outfile", "-t", "--testset", "-d", "--debug"}) {
      EXPECT_NE(built.app->get_option_no_throw(name), nullptr) << command.name << " " << name;
    }
  }
}

TEST(Help, UnusedFlagsOfTheOriginalAreInTheLastGroup) {
  const std::map<std::string, std::vector<std::string>> unused = {
      {"fuzzingclient", {"-u,--webport", "-i,--ident", "-o,--outfile"}},
      {"fuzzingserver", {"-i,--ident", "-o,--outfile"}},
      {"testeeserver", {"-s,--spec", "-u,--webport", "-i,--ident", "-o,--outfile"}},
      {"testeeclient", {"-s,--spec", "-u,--webport", "-o,--outfile"}},
      {"massconnect", {"-u,--webport", "-i,--ident"}}};
  for (const auto& [mode, flags] : unused) {
    std::vector<std::string> expected = flags;
    expected.insert(expected.end(), {"-t,--testset", "-d,--debug"});
    EXPECT_EQ(under(build(mode), heading::compatibility), expected) << mode;
  }
}

TEST(Help, TheMostUsedFlagsComeFirst) {
  const std::string text = build("fuzzingclient").app->help("wsgauntlet");
  std::size_t last = 0;
  for (const char* part :
       {"Usage:\n  wsgauntlet fuzzingclient -w URL", "\nWhat to test:\n  -w,--wsuri URL",
        "\nWhich cases:\n  --cases PATTERN...", "\nReports:\n  --outdir DIR",
        "\nGate:\n  --fail-on ", "\nHow to run:\n", "\nHandshake and protocol:\n", "\nTLS:\n",
        "\nOther:\n  -h,--help", "\nAccepted for compatibility:\n", "\nExamples:\n"}) {
    const std::size_t at = text.find(part, last);
    ASSERT_NE(at, std::string::npos) << part << "\n" << text;
    last = at;
  }
}

TEST(Help, ANewcomerNeedsFortyLines) {
  std::istringstream text(build("fuzzingclient").app->help("wsgauntlet"));
  std::string head;
  std::string line;
  for (int i = 0; i < 40 && std::getline(text, line); ++i) head += line + "\n";
  for (const char* flag :
       {"-w,--wsuri", "--start", "--cases", "--exclude", "--outdir", "--fail-on"}) {
    EXPECT_THAT(head, HasSubstr(flag));
  }
}

TEST(Help, ModesShowNoFlagsOfOtherModes) {
  EXPECT_THAT(under(build("testeeserver"), heading::cases), IsEmpty());
  EXPECT_THAT(build("echoserver").app->help(),
              Not(AnyOf(HasSubstr("--break"), HasSubstr("--proxy"))));
  EXPECT_THAT(under(build("fuzzingserver"), heading::target), Contains("-u,--webport"));
}

TEST(Help, KindsOfValuesKeepTheirColons) {
  const Built built = build("fuzzingclient");
  EXPECT_EQ(flagValue(*built.app->get_option("--header")), "'NAME: VALUE'");
  EXPECT_EQ(flagValue(*built.app->get_option("--basic-auth")), "USER:PASSWORD");
  EXPECT_EQ(flagValue(*built.app->get_option("--jobs")), "N");
  EXPECT_EQ(flagValue(*built.app->get_option("--cases")), "PATTERN...");
  EXPECT_EQ(flagValue(*built.app->get_option("--fail-fast")), "[=N]");
  EXPECT_EQ(flagValue(*built.app->get_option("--resume")), "");
}

}  // namespace
}  // namespace wsgauntlet::cli
