// Flags that several commands share.
#pragma once

#include "cli/command.hpp"
#include "cli/spec_reader.hpp"
#include "suite/catalogue.hpp"
#include "suite/corpora.hpp"

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace wsgauntlet::cli {

/// The flags that the original takes in every mode.
struct OriginalFlags {
  std::string spec;
  std::string wsuri;
  std::optional<int> webport;  ///< 0: no web page; nothing: 8080 where that suits
  std::string ident;
  std::string key;
  std::string cert;
  std::string outfile;
  std::string testset;
  bool debug = false;
};

/// Flags of a run.
struct RunFlags {
  std::vector<std::string> cases;        ///< patterns in place of those of the spec
  std::vector<std::string> exclude;      ///< patterns beside those of the spec
  std::vector<std::string> suites;       ///< in place of those of the spec
  std::string profile;                   ///< a narrower selection of these; empty: full
  std::vector<std::string> caseFolders;  ///< folders with further case files
  std::string testdata;                  ///< folder with corpora in place of the built-in ones
  std::string outdir;
  std::string seed;
  double timeoutScale = 1;
  std::string shard;    ///< `2/8`: the second of eight parts
  bool resume = false;  ///< keep the results that the report folder holds
};

/// An option, or positional arguments, for patterns of cases. One argument may be several patterns,
/// with blanks or commas between them, as in a variable of a script.
CLI::Option* addPatterns(CLI::App& app, const std::string& name, std::vector<std::string>& patterns,
                         const std::string& help);

void addOriginalFlags(CLI::App& app, OriginalFlags& flags);
void addRunFlags(CLI::App& app, RunFlags& flags);

/// The cases of a run: those that are built in, with those of further folders,
/// and of these suites: without a name, of all suites but those that run on request. Throws
/// InputError.
[[nodiscard]] const suite::Catalogue& loadCatalogue(const std::vector<std::string>& folders,
                                                    const std::vector<std::string>& suites = {});
/// All cases, built in and of further folders.
[[nodiscard]] const suite::Catalogue& loadAllCases(const std::vector<std::string>& folders);

/// The corpora of a folder, the built-in ones without a folder. Throws InputError.
[[nodiscard]] const suite::Corpora& loadCorpora(const std::string& folder);

/// What to say of so many results that could not be written.
[[nodiscard]] std::string describeLost(std::size_t results);

/// The cases of a run.
struct Selection {
  std::vector<const suite::Case*> all;
  std::vector<const suite::Case*> part;  ///< those of this shard; all when there is none
  int shard = 0;                         ///< 1 to `shards`
  int shards = 0;                        ///< 0 when there is none
};

/// The patterns of the command line win over those of the spec file; what either excludes is left
/// out, and so are cases for the other kind of peer. Throws InputError.
[[nodiscard]] Selection selectCases(const suite::Catalogue& catalogue, const RunFlags& flags,
                                    const CommonSpec& spec, suite::AppliesTo peers);

/// The seed that was given (decimal or 0x…), or a fresh one. Throws InputError.
[[nodiscard]] std::uint64_t chooseSeed(const std::string& text);

/// The path of the spec file of a mode: the one that was named, or `<mode>.json` in the current
/// folder, which is written with `defaults` when it does not exist. Says on the console which.
[[nodiscard]] std::string findSpec(const std::string& named, const std::string& mode,
                                   const std::string& defaults);

/// Says on the console that `<mode>.json` of the current folder is not read since there is a URL;
/// nothing when there is no such file.
void passOverSpec(const std::string& mode);

/// Case ids as the original lists them: `['1.1.1', '1.1.2']`.
[[nodiscard]] std::string listIds(const std::vector<const suite::Case*>& cases);

}  // namespace wsgauntlet::cli
