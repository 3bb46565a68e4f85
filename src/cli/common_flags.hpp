// Flags that several commands share.
#pragma once

#include "cli/command.hpp"
#include "cli/spec_reader.hpp"
#include "report/store/run_record.hpp"
#include "suite/catalogue.hpp"
#include "suite/corpora.hpp"
#include "websocket/url.hpp"

#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace wsgauntlet::cli {

/// The flags that the original accepts in every mode.
struct OriginalFlags {
  std::string spec;
  std::string wsuri;
  std::optional<int> webport;  ///< 0: no web page; nothing: 8080 if that is free
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
  std::vector<std::string> exclude;      ///< patterns in addition to those of the spec
  std::vector<std::string> suites;       ///< in place of those of the spec
  std::string profile;                   ///< a narrower selection of these; empty: full
  std::vector<std::string> caseFolders;  ///< folders with further case files
  std::string testdata;                  ///< folder with corpora in place of the built-in ones
  std::string outdir;
  std::string seed;
  double timeoutScale = 1;
  std::string shard;        ///< `2/8`: the second of eight parts
  bool resume = false;      ///< keep the results that the report folder holds
  std::string corrections;  ///< `on`, `off`, or empty for what the spelling has
};

/// An option, or positional arguments, for patterns of cases. One argument may be several patterns,
/// with blanks or commas between them, as in a variable of a script.
CLI::Option* addPatterns(CLI::App& app, const std::string& name, std::vector<std::string>& patterns,
                         const std::string& help);
/// `--case-dir`.
void addCaseFolders(CLI::App& app, std::vector<std::string>& folders);
/// `--suite`.
void addSuites(CLI::App& app, std::vector<std::string>& suites);

/// A flag of the original that a mode uses.
struct UsedFlag {
  const char* flag;     ///< its long name: `--spec`
  const char* heading;  ///< in the help: one of `heading::`
  const char* help;
};

/// Adds all flags of the original: scripts give them to every mode. Those that are not in `used`,
/// but for TLS, are under `heading::compatibility`.
void addOriginalFlags(CLI::App& app, OriginalFlags& flags, std::initializer_list<UsedFlag> used);
void addRunFlags(CLI::App& app, RunFlags& flags);

using SharedCatalogue = std::shared_ptr<const suite::Catalogue>;

/// The cases of a run: those that are built in, with those of further folders,
/// and of these suites: without a name, of all suites but those that run on request. Results point
/// into the catalogue. Throws InputError.
[[nodiscard]] SharedCatalogue loadCatalogue(const std::vector<std::string>& folders,
                                            const std::vector<std::string>& suites = {});
/// All cases, built in and of further folders.
[[nodiscard]] SharedCatalogue loadAllCases(const std::vector<std::string>& folders);

/// The corpora of a folder, the built-in ones without a folder. Throws InputError.
[[nodiscard]] std::shared_ptr<const suite::Corpora> loadCorpora(const std::string& folder);

/// As suite::select, for patterns of the command line: errors name the flag, if it has a name.
[[nodiscard]] std::vector<const suite::Case*> selectByFlag(const std::string& flag,
                                                           const suite::Catalogue& catalogue,
                                                           const std::vector<std::string>& include,
                                                           const std::vector<std::string>& exclude);

/// The URL of -w. Throws InputError when there is none, or it is not a URL.
[[nodiscard]] websocket::Url requireUrl(const OriginalFlags& flags);

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

/// Whether cases of the original are judged with their corrections: as the flag says, else in the
/// native spelling only, so that results in the original's spelling stay those of the original.
[[nodiscard]] bool usesCorrections(const RunFlags& flags, bool originalSpelling);

/// What run.json says when a run begins. `agents`: those that must have results.
[[nodiscard]] report::RunRecord runRecord(const Selection& selection, bool server,
                                          std::vector<std::string> agents);

/// The seed that was given (decimal or 0x…), or a fresh one. Throws InputError.
[[nodiscard]] std::uint64_t chooseSeed(const std::string& text);

/// The path of the spec file of a mode: the one that was named, or `<mode>.json` in the current
/// folder, which is written with `defaults` when it does not exist. Says on the console which.
[[nodiscard]] std::string findSpec(const std::string& named, const std::string& mode,
                                   const std::string& defaults);

/// Says on the console that `<mode>.json` of the current folder is not read since there is a URL.
/// Says nothing when there is no such file.
void passOverSpec(const std::string& mode);

/// Case ids as the original lists them: `['1.1.1', '1.1.2']`.
[[nodiscard]] std::string listIds(const std::vector<const suite::Case*>& cases);

}  // namespace wsgauntlet::cli
