#include "cli/gate_flags.hpp"

#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "cli/checks.hpp"
#include "cli/exit_status.hpp"
#include "cli/flag_error.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "gate/expectations.hpp"
#include "gate/junit.hpp"
#include "gate/markdown.hpp"
#include "gate/policy.hpp"
#include "gate/summary_json.hpp"
#include "report/store/reader.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

std::string today() {
  return formatUtc(wallClock()).substr(0, 10);
}

/// The file, or nothing when it is not there yet and is about to be written.
std::optional<gate::Expectations> loadExpectations(const GateFlags& flags) {
  if (flags.expectations.empty()) return std::nullopt;
  if (flags.updateExpectations && !std::filesystem::exists(flags.expectations)) {
    return gate::Expectations{};
  }
  return gate::readExpectations(flags.expectations);
}

void writeOutput(const std::string& path, const std::string& text) {
  if (path.empty()) return;
  const std::filesystem::path target(path);
  if (target.has_parent_path()) std::filesystem::create_directories(target.parent_path());
  replaceFile(target, text);
}

/// Other steps of the job have written to it too.
void appendJobSummary(const std::string& text) {
  const char* path = std::getenv("GITHUB_STEP_SUMMARY");
  if (path == nullptr || *path == '\0') return;
  std::ofstream out(path, std::ios::binary | std::ios::app);
  out << text;
  if (!out.flush()) {
    throw InputError(
        fmt::format("GITHUB_STEP_SUMMARY: {} cannot be written: {}", path, std::strerror(errno)));
  }
}

bool inGithubActions() {
  const char* value = std::getenv("GITHUB_ACTIONS");
  return value != nullptr && std::string_view(value) == "true";
}

void update(const GateFlags& flags, const gate::Gate& gate, const gate::GateInput& input) {
  const gate::Expectations updated =
      gate::updatedExpectations(gate, input, "known failure, noted on " + today());
  const std::string text = gate::formatExpectations(updated);
  writeOutput(flags.expectations, text);
  std::size_t entries = 0;
  for (const auto& [agent, list] : updated.agents) entries += list.size();
  say("{} holds {} {} of known failures now\n", flags.expectations, entries,
      entries == 1 ? "entry" : "entries");
}

void printGate(const gate::Gate& gate, const GateRun& run) {
  gate::GateTextOptions options;
  options.repeat = run.repeat;
  say("{}", gate::gateText(gate, options));
  if (!run.folder.empty() && gate.status != gate::GateStatus::passed) {
    say("Reports are in {}\n",
        (std::filesystem::absolute(run.folder) / "index.html").lexically_normal().string());
  }
  if (inGithubActions()) say("{}", gate::githubAnnotations(gate));
}

void writeGate(const GateFlags& flags, const gate::Gate& gate, const GateRun& run) {
  const std::string markdown = gate::markdownSummary(gate);
  if (!flags.junit.empty()) writeOutput(flags.junit, gate::junitXml(gate));
  writeOutput(flags.markdown, markdown);
  if (!flags.summary.empty()) {
    writeOutput(flags.summary, gate::summaryJson(gate, wallClock(), run.repeat));
  }
  appendJobSummary(markdown);
}

int exitStatus(gate::GateStatus status) {
  switch (status) {
    case gate::GateStatus::passed:
      return success;
    case gate::GateStatus::failed:
      return casesFailed;
    case gate::GateStatus::incomplete:
      break;
  }
  return incomplete;
}

}  // namespace

bool GateFlags::given() const {
  return !failOn.empty() || !expectations.empty() || !baseline.empty() || !junit.empty() ||
         !markdown.empty() || !summary.empty() || allowMissing;
}

bool GateFlags::wanted(bool originalSpelling) const {
  return given() || (!originalSpelling && inGithubActions());
}

void addGateFlags(CLI::App& app, GateFlags& flags) {
  std::string words;
  for (const gate::PolicyWord& word : gate::policyWords()) {
    words += fmt::format("{}{}", words.empty() ? "" : ", ", word.name);
  }
  beginGroup(app, heading::gate);
  app.add_option(
         "--fail-on", flags.failOn,
         "What fails the run, joined by commas: " + words +
             ". With a pattern, for some cases only: '6.4.*=never'; of several that match a "
             "case, the last one decides")
      ->type_name("[PATTERN=]POLICY")
      ->allow_extra_args(false);
  app.add_option("--expectations", flags.expectations, "File of known failures (docs/gate.md)")
      ->type_name("FILE");
  app.add_flag("--update-expectations", flags.updateExpectations,
               "Write that file so that these results meet it");
  app.add_option("--baseline", flags.baseline,
                 "Earlier report folder: results that are worse fail, failures that it already "
                 "has do not")
      ->type_name("DIR");
  app.add_option("--junit", flags.junit, "Write JUnit XML")->type_name("FILE");
  app.add_option("--markdown", flags.markdown, "Write a summary as Markdown")->type_name("FILE");
  app.add_option("--summary", flags.summary, "Write a summary as JSON")->type_name("FILE");
  app.add_flag("--allow-missing", flags.allowMissing,
               "Cases without a result do not make the run incomplete");
  app.add_flag("--fail-fast{1}", flags.failFast,
               "End the run after N unexpected failures (default: 1)")
      ->type_name("[=N]")
      ->check(between(1, 1e6));
}

void checkGateFlags(const GateFlags& flags, const suite::Catalogue& catalogue) {
  static_cast<void>(gate::Policy::parse(flags.failOn));
  if (flags.updateExpectations && flags.expectations.empty()) {
    throw InputError("--update-expectations: name the file with --expectations FILE");
  }
  static_cast<void>(loadExpectations(flags));
  if (!flags.baseline.empty()) {
    forFlag("--baseline",
            [&] { static_cast<void>(report::StoredReports(flags.baseline, catalogue)); });
  }
}

struct GateBasis {
  GateBasis(const GateFlags& flags, const suite::Catalogue& catalogue)
      : policy(gate::Policy::parse(flags.failOn)), expectations(loadExpectations(flags)) {
    if (!flags.baseline.empty()) baseline.emplace(flags.baseline, catalogue);
  }
  [[nodiscard]] gate::GateInput input(const report::Records& records,
                                      std::span<const suite::Case* const> cases) const {
    gate::GateInput input{records, cases, policy};
    input.expectations = expectations ? &*expectations : nullptr;
    input.baseline = baseline ? &baseline->records() : nullptr;
    return input;
  }

  gate::Policy policy;
  std::optional<gate::Expectations> expectations;
  std::optional<report::StoredReports> baseline;
};

FailFast::FailFast(const GateFlags& flags, const suite::Catalogue& catalogue)
    : limit_(flags.failFast) {
  if (limit_ > 0) basis_ = std::make_unique<GateBasis>(flags, catalogue);
}

FailFast::~FailFast() = default;

bool FailFast::endsRun(const play::Result& result) {
  if (limit_ == 0) return false;
  report::Records records;
  records[report::agentText(result)][result.testCase->id] = report::makeRecord(result, "");
  const gate::JudgementTally tally =
      gate::evaluate(basis_->input(records, {&result.testCase, 1})).tally();
  for (const auto failure :
       {gate::Judgement::unexpected, gate::Judgement::changed, gate::Judgement::regression}) {
    failures_ += tally.of(failure);
  }
  return failures_ >= limit_;
}

std::string FailFast::reason() const {
  if (limit_ == 0 || failures_ < limit_) return {};
  return fmt::format("ended by --fail-fast after {} unexpected {}", failures_,
                     failures_ == 1 ? "failure" : "failures");
}

int runGate(const GateFlags& flags, const report::Records& records,
            std::span<const suite::Case* const> cases, const GateRun& run) {
  checkGateFlags(flags, run.catalogue);
  GateBasis basis(flags, run.catalogue);
  gate::GateInput input = basis.input(records, cases);
  input.agents = run.agents;
  input.excluded = run.excluded;
  input.missingAllowed = flags.allowMissing;
  input.unfinished = run.unfinished;
  if (flags.updateExpectations) {
    update(flags, gate::evaluate(input), input);
    // The verdict is that under the new file.
    basis.expectations = gate::readExpectations(flags.expectations);
  }
  const gate::Gate gate = gate::evaluate(input);
  printGate(gate, run);
  writeGate(flags, gate, run);
  return exitStatus(gate.status);
}

gate::RepeatCommand repeatWith(std::string prefix) {
  return [prefix = std::move(prefix)](const std::string&, const suite::CaseId& id) {
    return fmt::format("{} --cases {}", prefix, id.str());
  };
}

}  // namespace wsgauntlet::cli
