#include "cli/common_flags.hpp"

#include "base/error.hpp"
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
  return app.add_option_function<std::vector<std::string>>(name, split, help);
}

void addOriginalFlags(CLI::App& app, OriginalFlags& flags) {
  app.add_option(
      "-s,--spec", flags.spec,
      "Spec file; the default is the mode's name with .json, and without -m none when there is -w");
  app.add_option("-w,--wsuri", flags.wsuri, "WebSocket URL");
  app.add_option("-u,--webport", flags.webport,
                 "Port of the web page, 0 for none; 8080 unless that is taken")
      ->check(CLI::Range(0, 65535));
  app.add_option("-i,--ident", flags.ident, "Name of the testee client");
  app.add_option("-k,--key,--tls-key", flags.key, "Private key for TLS, PEM; default: in --cert")
      ->type_name("FILE");
  app.add_option("-c,--cert,--tls-cert", flags.cert, "Our certificate for TLS with its chain, PEM")
      ->type_name("FILE");
  app.add_option("-o,--outfile", flags.outfile, "massconnect: file for its figures, as JSON");
  app.add_option("-t,--testset", flags.testset, "Accepted for compatibility");
  app.add_flag("-d,--debug", flags.debug, "Say more");
}

void addRunFlags(CLI::App& app, RunFlags& flags) {
  addPatterns(
      app, "--cases", flags.cases,
      "Case patterns in place of those of the spec file, with blanks or commas between them");
  addPatterns(app, "--exclude", flags.exclude,
              "Patterns of cases to leave out, beside those of the spec file");
  app.add_option("--profile", flags.profile,
                 "Which of these: full (all, the default), quick (those that neither measure nor "
                 "move much data), no-compression")
      ->check(CLI::IsMember({"full", "quick", "no-compression"}));
  app.add_option("--case-dir", flags.caseFolders, "Folder with further case files");
  app.add_option("--testdata", flags.testdata,
                 "Folder with the original's test data, in place of ours in compression cases");
  app.add_option("--suite", flags.suites,
                 "Suites of cases in place of those of the spec file: autobahn, rfc");
  app.add_option("--outdir", flags.outdir, "Folder for reports in place of the spec file's");
  app.add_option("--shard", flags.shard, "Run one of several parts of the cases, like 2/8");
  app.add_flag("--resume", flags.resume, "Go on with an interrupted run: keep its results");
  app.add_option("--seed", flags.seed, "Seed of masks and keys, to repeat a run");
  app.add_option("--timeout-scale", flags.timeoutScale, "Stretches all waits of cases")
      ->capture_default_str()
      ->check(CLI::Range(0.01, 1000.0));
}

const suite::Catalogue& loadCatalogue(const std::vector<std::string>& folders,
                                      const std::vector<std::string>& suites) {
  if (folders.empty() && suites.empty()) return suite::Catalogue::builtIn();
  static std::unique_ptr<suite::Catalogue> chosen;
  chosen = std::make_unique<suite::Catalogue>(loadAllCases(folders).of(suites));
  return *chosen;
}

const suite::Catalogue& loadAllCases(const std::vector<std::string>& folders) {
  if (folders.empty()) return suite::Catalogue::everything();
  // Results point into the catalogue: it lives as long as the program.
  static std::unique_ptr<suite::Catalogue> extended;
  std::vector<suite::CaseFile> files = suite::embeddedCaseFiles();
  for (const std::string& folder : folders) {
    for (suite::CaseFile& file : suite::readCaseFolder(folder)) files.push_back(std::move(file));
  }
  extended = std::make_unique<suite::Catalogue>(files);
  return *extended;
}

const suite::Corpora& loadCorpora(const std::string& folder) {
  if (folder.empty()) return suite::Corpora::builtIn();
  // Cases look into it until the end of the program.
  static std::unique_ptr<suite::Corpora> loaded;
  loaded = std::make_unique<suite::Corpora>(folder);
  return *loaded;
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
                      : suite::select(catalogue, flags.cases, excludes, {"--cases", 0, ""});
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

std::string describeLost(std::size_t results) {
  return fmt::format(
      "{} results could not be written, as told above; with --resume these cases run again",
      results);
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
