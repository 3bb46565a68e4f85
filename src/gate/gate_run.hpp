// The gate of a command: what was asked of it, what it looks at, and all that it writes.
#pragma once

#include "gate/gate.hpp"
#include "gate/gate_text.hpp"
#include "play/result.hpp"
#include "report/records.hpp"
#include "suite/catalogue.hpp"

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::gate {

/// What the flags of the gate say; paths are empty where there is no file.
struct GateSettings {
  std::vector<std::string> failOn;  ///< `--fail-on`, as gate::Policy reads it
  std::string expectations;
  bool updateExpectations = false;  ///< needs `expectations`
  std::string baseline;             ///< a report folder
  std::string junit;
  std::string markdown;
  std::string summary;
  bool allowMissing = false;
  std::size_t failFast = 0;  ///< unexpected failures that end the run; 0: it goes to its end

  /// True when one of them was set.
  [[nodiscard]] bool given() const;
  /// True when a run is to end with a gate: it was asked for, or the native spelling runs in GitHub
  /// Actions, where findings become annotations and a job summary.
  [[nodiscard]] bool wanted(bool originalSpelling) const;
};

/// Results to judge, and what is known of the run that they come from.
struct JudgedRun {
  const suite::Catalogue& catalogue;
  const report::Records& records;
  std::span<const suite::Case* const> cases;  ///< those that must have a result
  /// Where the report pages are; for the last line of what is printed. May be empty.
  std::string folder;
  RepeatCommand repeat;
  /// Agents that must be there; empty: those that are.
  std::vector<std::string> agents;
  /// Cases that an agent does not run; may be empty.
  std::function<bool(const std::string& agent, const suite::CaseId& id)> excluded;
  /// Why the run is not complete, in addition to missing results.
  std::vector<std::string> unfinished = {};
};

/// Takes what is to be printed on standard output.
using Print = std::function<void(std::string_view)>;

/// Judges the results, prints the findings and the verdict, writes the files that the settings ask
/// for, and serves GitHub: a job summary where GITHUB_STEP_SUMMARY is set, annotations where
/// GITHUB_ACTIONS is `true`. Throws InputError when a file cannot be read or written.
[[nodiscard]] GateStatus runGate(const GateSettings& settings, const JudgedRun& run,
                                 const Print& print);

/// The expectations that the settings name; nothing when they name none. A file that is about to be
/// written may be absent. Throws InputError.
[[nodiscard]] std::optional<Expectations> loadExpectations(const GateSettings& settings);

/// What results are compared with: policy, expectations, baseline.
struct GateBasis;

/// Counts unexpected failures while a run goes on, and ends it when there are enough.
class FailFast {
 public:
  /// Throws InputError for settings that cannot be used. `catalogue` outlives it.
  FailFast(const GateSettings& settings, const suite::Catalogue& catalogue);
  ~FailFast();
  FailFast(const FailFast&) = delete;
  FailFast& operator=(const FailFast&) = delete;

  /// Judges a result as the gate will; true when the run is to end now.
  bool endsRun(const play::Result& result);
  /// Why the run has ended, as a sentence; empty when it was not for this.
  [[nodiscard]] std::string reason() const;

 private:
  std::unique_ptr<const GateBasis> basis_;
  std::size_t limit_;
  std::size_t failures_ = 0;
};

/// `Reports are in …/index.html`, as a line.
[[nodiscard]] std::string whereReportsAre(const std::filesystem::path& folder);

/// The command that repeats one case: `prefix --cases 5.19`.
[[nodiscard]] RepeatCommand repeatWith(std::string prefix);

}  // namespace wsgauntlet::gate
