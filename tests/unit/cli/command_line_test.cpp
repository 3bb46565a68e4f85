// What is said of a command line that is wrong.
#include "cli/command_line.hpp"

#include "base/error.hpp"
#include "cli/common_flags.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::cli {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;
using testing::StartsWith;

std::string errorOf(const std::vector<std::string>& arguments) {
  try {
    return "status " + std::to_string(run(arguments));
  } catch (const InputError& error) {
    return error.what();
  }
}

TEST(CommandLine, SuggestsCommands) {
  EXPECT_EQ(
      errorOf({"fuzingclient", "-w", "ws://127.0.0.1:1"}),
      "unknown command 'fuzingclient' (did you mean fuzzingclient?); see `wsgauntlet --help`");
  EXPECT_EQ(errorOf({"report", "gat", "folder"}),
            "unknown command 'gat' (did you mean gate?); see `wsgauntlet report --help`");
  EXPECT_EQ(errorOf({"something"}), "unknown command 'something'; see `wsgauntlet --help`");
  EXPECT_THAT(errorOf({"-m", "fuzzingsrever"}), HasSubstr("(did you mean fuzzingserver?)"));
}

TEST(CommandLine, SuggestsFlags) {
  EXPECT_EQ(errorOf({"fuzzingclient", "--cses", "1.*"}),
            "unknown flag --cses (did you mean --cases?); see `wsgauntlet fuzzingclient --help`");
  EXPECT_EQ(
      errorOf({"report", "gate", "folder", "--fail-no=strict"}),
      "unknown flag --fail-no (did you mean --fail-on?); see `wsgauntlet report gate --help`");
  EXPECT_EQ(errorOf({"testeeserver", "-x"}),
            "unknown flag -x; see `wsgauntlet testeeserver --help`");
  EXPECT_EQ(errorOf({"--verson"}),
            "unknown flag --verson (did you mean --version?); see `wsgauntlet --help`");
}

TEST(CommandLine, SuggestsValues) {
  EXPECT_THAT(errorOf({"fuzzingclient", "--profile", "quik"}),
              StartsWith("--profile: expected full or quick or no-compression, got 'quik' (did you "
                         "mean quick?); see"));
  EXPECT_THAT(errorOf({"reference", "opions"}), HasSubstr("(did you mean options?)"));
  EXPECT_THAT(errorOf({"testeeserver", "-w", "ws://127.0.0.1:0", "--break", "ignore-rsv"}),
              HasSubstr("(did you mean ignores-rsv?)"));
}

TEST(CommandLine, NamesTheLimits) {
  EXPECT_THAT(errorOf({"fuzzingclient", "--jobs", "1001"}),
              StartsWith("--jobs: expected a number from 1 to 1000, got '1001'"));
  EXPECT_THAT(errorOf({"fuzzingclient", "--jobs", "many"}),
              StartsWith("--jobs: expected a number from 1 to 1000, got 'many'"));
}

TEST(CommandLine, SaysWhatIsMissing) {
  EXPECT_THAT(errorOf({}), StartsWith("a command is missing: fuzzingclient, fuzzingserver"));
  EXPECT_THAT(errorOf({"cases"}), StartsWith("a command is missing: list, show"));
  EXPECT_THAT(errorOf({"fuzzingclient", "--outdir"}), StartsWith("--outdir: a value is missing; "));
  EXPECT_THAT(errorOf({"fuzzingclient", "--outdir", "a", "--outdir", "b"}),
              StartsWith("--outdir: given more than once; "));
  EXPECT_EQ(errorOf({"testeeserver"}), "a URL is missing: give -w ws://127.0.0.1:9001");
}

TEST(CommandLine, KnowsAUrlWithoutItsFlag) {
  EXPECT_THAT(errorOf({"fuzzingclient", "ws://127.0.0.1:9001"}),
              StartsWith("unexpected argument 'ws://127.0.0.1:9001' (did you mean -w "
                         "ws://127.0.0.1:9001?)"));
}

TEST(CommandLine, ErrorsNameFlagsAndNotJsonPointers) {
  const std::vector<std::string> run = {"fuzzingclient", "-w", "ws://127.0.0.1:1"};
  auto with = [&run](std::vector<std::string> more) {
    more.insert(more.begin(), run.begin(), run.end());
    return more;
  };
  EXPECT_THAT(errorOf(with({"--cases", "1.1.1", "99.1"})),
              StartsWith("--cases: there is no case 99.1"));
  EXPECT_THAT(errorOf({"cases", "show", "99.1"}), StartsWith("there is no case 99.1"));
  EXPECT_THAT(errorOf({"cases", "list", "5.1.x"}), StartsWith("\"5.1.x\" is"));
  EXPECT_THAT(errorOf({"fuzzingclient", "-w", "http://127.0.0.1"}), StartsWith("-w: URL \"http:"));
  EXPECT_THAT(errorOf(with({"--option", "failBydrop=1"})),
              StartsWith("--option: unknown option failBydrop (did you mean failByDrop?)"));
  EXPECT_THAT(errorOf(with({"--cases", "[*"})), Not(HasSubstr("/0")));
  EXPECT_THAT(errorOf(with({"--case-dir", "/no/folder"})), StartsWith("--case-dir: /no/folder: "));
  EXPECT_THAT(errorOf(with({"--baseline", "/no/folder"})), StartsWith("--baseline: /no/folder: "));
}

TEST(CommandLine, EachWrongPatternIsNamed) {
  try {
    static_cast<void>(selectByFlag("--cases", *loadCatalogue({}), {"99.1", "99.2"}, {}));
    FAIL();
  } catch (const InputError& error) {
    std::vector<std::string> flags;
    for (const Problem& problem : error.problems()) flags.push_back(problem.place.file);
    EXPECT_THAT(flags, ElementsAre("--cases", "--cases"));
    EXPECT_EQ(error.problems().front().place.pointer, "");
  }
}

TEST(Catalogues, LiveAsLongAsTheyAreHeld) {
  const SharedCatalogue first = loadCatalogue({}, {"rfc"});
  const std::string id = first->cases().front().id.str();
  const SharedCatalogue second = loadCatalogue({}, {"autobahn"});
  EXPECT_EQ(first->cases().front().id.str(), id);
  EXPECT_NE(second->cases().front().id.str(), id);
}

}  // namespace
}  // namespace wsgauntlet::cli
