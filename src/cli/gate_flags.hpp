// The gate, for every command that ends with results.
#pragma once

#include "gate/gate.hpp"
#include "gate/gate_text.hpp"
#include "play/result.hpp"
#include "report/records.hpp"
#include "suite/catalogue.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace wsgauntlet::cli {

struct GateFlags {
  std::vector<std::string> failOn;
  std::string expectations;
  bool updateExpectations = false;
  std::string baseline;
  std::string junit;
  std::string markdown;
  std::string summary;
  bool allowMissing = false;
  std::size_t failFast = 0;  ///< unexpected failures that end the run; 0: it goes to its end

  /// True when one of the flags was given.
  [[nodiscard]] bool given() const;
  /// True when a run is to end with a gate: it was asked for, or the native spelling runs in GitHub
  /// Actions, where findings become annotations and a job summary.
  [[nodiscard]] bool wanted(bool originalSpelling) const;
};

void addGateFlags(CLI::App& app, GateFlags& flags);

/// What a command knows of its run.
struct GateRun {
  const suite::Catalogue& catalogue;
  /// Where the report pages are; for the last line of what is printed. May be empty.
  std::string folder;
  gate::RepeatCommand repeat;
  /// Agents that must be there; empty: those that are.
  std::vector<std::string> agents;
  /// Cases that an agent does not run, as `exclude-agent-cases` says; may be empty.
  std::function<bool(const std::string& agent, const suite::CaseId& id)> excluded;
  /// Why the run is not complete, in addition to missing results.
  std::vector<std::string> unfinished = {};
};

/// Throws InputError for flags that cannot be used: to be called before a long run, not after it.
void checkGateFlags(const GateFlags& flags, const suite::Catalogue& catalogue);

/// Judges the results of `cases`, prints the findings and the verdict, writes the files that the
/// flags ask for, and serves GitHub: a job summary where GITHUB_STEP_SUMMARY is set, annotations
/// where GITHUB_ACTIONS is `true`. Returns `success`, `casesFailed` or `incomplete`. Throws
/// InputError when a file cannot be read or written.
[[nodiscard]] int runGate(const GateFlags& flags, const report::Records& records,
                          std::span<const suite::Case* const> cases, const GateRun& run);

/// What results are compared with: policy, expectations, baseline.
struct GateBasis;

/// Counts unexpected failures while a run goes on, and ends it when there are enough.
class FailFast {
 public:
  /// Throws InputError for flags that cannot be used. `catalogue` outlives it.
  FailFast(const GateFlags& flags, const suite::Catalogue& catalogue);
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

/// The command that repeats one case: `prefix --cases 5.19`.
[[nodiscard]] gate::RepeatCommand repeatWith(std::string prefix);

}  // namespace wsgauntlet::cli
