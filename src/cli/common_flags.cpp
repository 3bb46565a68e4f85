#include "cli/common_flags.hpp"

#include "base/error.hpp"
#include "cli/checks.hpp"
#include "cli/flag_error.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "suite/case_loader.hpp"
#include "suite/embedded_cases.hpp"
#include "suite/selection.hpp"
#include "suite/shard.hpp"
#include "websocket/http.hpp"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <memory>
#include <random>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {

CLI::Option* addPatterns(CLI::App& app, const std::string& name, std::vector<std::string>& patterns,
                         const std::string& help) {
  const auto split = [&patterns](const std::vector<std::string>& arguments) {
    patterns.clear();
    for (std::string argument : arguments) {
      std::replace(argument.begin(), argument.end(), ',', ' ');
      const auto words = websocket::splitWords(argument);
      patterns.insert(patterns.end(), words.begin(), words.end());
    }
    // An empty pattern selects no case, and the error for that names the flag.
    if (patterns.empty()) patterns.emplace_back();
  };
  return app.add_option_function<std::vector<std::string>>(name, split, help)->type_name("PATTERN");
}

void addCaseFolders(CLI::App& app, std::vector<std::string>& folders) {
  app.add_option("--case-dir", folders, "Folder with case files of your own")->type_name("DIR");
}

void addSuites(CLI::App& app, std::vector<std::string>& suites) {
  app.add_option("--suite", suites,
                 "Suites of cases: autobahn (the default), rfc, those of --case-dir")
      ->type_name("SUITE");
}

void addOriginalFlags(CLI::App& app, OriginalFlags& flags, std::initializer_list<UsedFlag> used) {
  beginGroup(app, heading::compatibility);
  app.add_option("-w,--wsuri", flags.wsuri)->type_name("URL");
  app.add_option("-s,--spec", flags.spec, "Spec file: this mode reads none")->type_name("FILE");
  app.add_option("-u,--webport", flags.webport, "Port of a web page: this mode has none")
      ->type_name("PORT")
      ->check(between(0, 65535));
  app.add_option("-i,--ident", flags.ident, "Name of testeeclient: not used by this mode")
      ->type_name("NAME");
  app.add_option("-o,--outfile", flags.outfile, "File of massconnect: not used by this mode")
      ->type_name("FILE");
  app.add_option("-t,--testset", flags.testset, "Has no effect, as in wstest")->type_name("NAME");
  app.add_flag("-d,--debug", flags.debug, "Has no effect; reports hold the log of each case");
  beginGroup(app, heading::tls);
  app.add_option("-c,--cert,--tls-cert", flags.cert, "Our certificate with its chain, PEM")
      ->type_name("FILE");
  app.add_option("-k,--key,--tls-key", flags.key, "Its private key, PEM; default: in --cert")
      ->type_name("FILE");
  for (const UsedFlag& one : used) {
    app.get_option(one.flag)->group(one.heading)->description(one.help);
  }
}

void addRunFlags(CLI::App& app, RunFlags& flags) {
  beginGroup(app, heading::cases);
  addPatterns(
      app, "--cases", flags.cases,
      "Cases to run: ids and patterns, such as 5.19 or '9.*', with blanks or commas between "
      "them; default: those of the spec file, else all");
  addPatterns(app, "--exclude", flags.exclude,
              "Cases to leave out, in addition to those of the spec file");
  app.add_option("--profile", flags.profile,
                 "full (the default); quick: without cases that measure or move much data; "
                 "no-compression")
      ->type_name("PROFILE")
      ->check(oneOf({"full", "quick", "no-compression"}));
  addSuites(app, flags.suites);
  addCaseFolders(app, flags.caseFolders);
  app.add_option("--testdata", flags.testdata,
                 "Folder with the test data of wstest for compression cases, in place of ours")
      ->type_name("DIR");
  beginGroup(app, heading::reports);
  app.add_option("--outdir", flags.outdir, "Folder for reports, in place of the spec file's")
      ->type_name("DIR");
  beginGroup(app, heading::run);
  app.add_option("--shard", flags.shard, "Run one of several parts of the cases, such as 2/8")
      ->type_name("K/N");
  app.add_flag("--resume", flags.resume,
               "Continue an interrupted run: keep the results of the report folder");
  app.add_option("--seed", flags.seed, "Seed of masks and keys, to repeat a run")
      ->type_name("NUMBER");
  app.add_option(
         "--corrections", flags.corrections,
         "Whether cases of the original tolerate what an RFC allows (docs/compatibility.md): "
         "on, the default here, or off, the default of the original's spelling")
      ->type_name("on/off")
      ->check(oneOf({"on", "off"}));
  app.add_option("--timeout-scale", flags.timeoutScale,
                 "Multiplies all waits of cases, 0.01 to 1000")
      ->type_name("FACTOR")
      ->capture_default_str()
      ->check(between(0.01, 1000));
}

namespace {

/// A pointer to what lives as long as the program.
template <typename T>
std::shared_ptr<const T> unowned(const T& value) {
  return {std::shared_ptr<const T>(), &value};
}

}  // namespace

SharedCatalogue loadCatalogue(const std::vector<std::string>& folders,
                              const std::vector<std::string>& suites) {
  if (folders.empty() && suites.empty()) return unowned(suite::Catalogue::builtIn());
  return std::make_shared<const suite::Catalogue>(loadAllCases(folders)->of(suites));
}

SharedCatalogue loadAllCases(const std::vector<std::string>& folders) {
  if (folders.empty()) return unowned(suite::Catalogue::everything());
  std::vector<suite::CaseFile> files = suite::embeddedCaseFiles();
  for (const std::string& folder : folders) {
    forFlag("--case-dir", [&] {
      for (suite::CaseFile& file : suite::readCaseFolder(folder)) files.push_back(std::move(file));
    });
  }
  return std::make_shared<const suite::Catalogue>(files);
}

std::shared_ptr<const suite::Corpora> loadCorpora(const std::string& folder) {
  if (folder.empty()) return unowned(suite::Corpora::builtIn());
  return std::make_shared<const suite::Corpora>(folder);
}

std::vector<const suite::Case*> selectByFlag(const std::string& flag,
                                             const suite::Catalogue& catalogue,
                                             const std::vector<std::string>& include,
                                             const std::vector<std::string>& exclude) {
  try {
    return suite::select(catalogue, include, exclude);
  } catch (const InputError& error) {
    // Their place is an index into the patterns, which says nothing on a command line.
    std::vector<Problem> problems = error.problems();
    for (Problem& problem : problems) problem.place = {flag, 0, ""};
    throw InputError(std::move(problems));
  }
}

websocket::Url requireUrl(const OriginalFlags& flags) {
  if (flags.wsuri.empty()) throw InputError("a URL is missing: give -w ws://127.0.0.1:9001");
  websocket::Url url;
  forFlag("-w", [&] { url = websocket::parseUrl(flags.wsuri); });
  return url;
}

namespace {

void chooseShard(Selection& selection, const std::string& text) {
  selection.part = selection.all;
  if (text.empty()) return;
  const auto slash = text.find('/');
  int number = 0;
  int count = 0;
  const auto read = [&](std::size_t from, std::size_t to, int& value) {
    const auto [end, error] = std::from_chars(text.data() + from, text.data() + to, value);
    return error == std::errc{} && end == text.data() + to;
  };
  const bool valid = slash != std::string::npos && read(0, slash, number) &&
                     read(slash + 1, text.size(), count) && number >= 1 && number <= count &&
                     count <= 1000;
  if (!valid) {
    throw InputError(
        fmt::format("--shard: expected K/N like 2/8, with K from 1 to N, got '{}'", text));
  }
  selection.part = suite::shard(selection.all, number, count);
  selection.shard = number;
  selection.shards = count;
}

bool isInProfile(const suite::Case& testCase, const std::string& profile) {
  if (profile == "quick") return testCase.kind == suite::Kind::waits && !testCase.deflate;
  if (profile == "no-compression") return !testCase.deflate;
  return true;
}

}  // namespace

Selection selectCases(const suite::Catalogue& catalogue, const RunFlags& flags,
                      const CommonSpec& spec, suite::AppliesTo peers) {
  std::vector<std::string> excludes = spec.excludeCases;
  excludes.insert(excludes.end(), flags.exclude.begin(), flags.exclude.end());
  Selection selection;
  selection.all = flags.cases.empty()
                      ? suite::select(catalogue, spec.cases, excludes, spec.casesPlace)
                      : selectByFlag("--cases", catalogue, flags.cases, excludes);
  std::erase_if(selection.all,
                [&flags](const suite::Case* one) { return !isInProfile(*one, flags.profile); });
  std::erase_if(selection.all, [&](const suite::Case* one) {
    return one->appliesTo != suite::AppliesTo::both && one->appliesTo != peers;
  });
  if (selection.all.empty()) {
    throw InputError("no case is selected: `wsgauntlet cases list` shows them all");
  }
  chooseShard(selection, flags.shard);
  return selection;
}

std::uint64_t chooseSeed(const std::string& text) {
  if (text.empty()) return (std::uint64_t{std::random_device{}()} << 32U) | std::random_device{}();
  const bool hex = text.starts_with("0x");
  std::uint64_t seed = 0;
  const char* end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data() + (hex ? 2 : 0), end, seed, hex ? 16 : 10);
  if (error != std::errc{} || rest != end) {
    throw InputError(fmt::format("--seed: expected a number like 12345 or 0x1f, got '{}'", text));
  }
  return seed;
}

bool usesCorrections(const RunFlags& flags, bool originalSpelling) {
  return flags.corrections.empty() ? !originalSpelling : flags.corrections == "on";
}

report::RunRecord runRecord(const Selection& selection, bool server,
                            std::vector<std::string> agents) {
  report::RunRecord record;
  record.server = server;
  record.agents = std::move(agents);
  for (const suite::Case* one : selection.part) record.cases.push_back(one->id);
  if (selection.shards > 0) {
    record.shards = selection.shards;
    record.present = {selection.shard};
  }
  return record;
}

std::string findSpec(const std::string& named, const std::string& mode,
                     const std::string& defaults) {
  std::string path = named;
  if (!named.empty()) {
    say("Using explicit spec file '{}'\n", named);
  } else {
    path = mode + ".json";
    if (std::filesystem::exists(path)) {
      say("Using implicit spec file '{}'\n", path);
    } else {
      say("Auto-generating spec file '{}'\n", path);
      std::ofstream out(path, std::ios::binary);
      out << defaults;
      if (!out.flush()) throw InputError(fmt::format("{}: cannot be written", path));
    }
  }
  say("Loading spec from {}\n", std::filesystem::absolute(path).lexically_normal().string());
  return path;
}

void passOverSpec(const std::string& mode) {
  const std::string path = mode + ".json";
  if (!std::filesystem::exists(path)) return;
  say("Not using '{}' of this folder, since -w is given; -s {} uses both\n", path, path);
}

std::string listIds(const std::vector<const suite::Case*>& cases) {
  std::string text;
  for (const suite::Case* one : cases) {
    text += fmt::format("{}'{}'", text.empty() ? "" : ", ", one->id.str());
  }
  return "[" + text + "]";
}

}  // namespace wsgauntlet::cli
