#include "gate/gate_run.hpp"

#include "base/atomic_file.hpp"
#include "base/clock.hpp"
#include "base/error.hpp"
#include "gate/expectations_update.hpp"
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
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::gate {
namespace {

std::string today() {
  return formatUtc(wallClock()).substr(0, 10);
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

void update(const GateSettings& settings, const Gate& gate, const GateInput& input,
            const Print& print) {
  const Expectations updated =
      updatedExpectations(gate, input, "known failure, noted on " + today());
  const std::string text = formatExpectations(updated);
  writeOutput(settings.expectations, text);
  std::size_t entries = 0;
  for (const auto& [agent, list] : updated.agents) entries += list.size();
  print(fmt::format("{} holds {} {} of known failures now\n", settings.expectations, entries,
                    entries == 1 ? "entry" : "entries"));
}

void printGate(const Gate& gate, const JudgedRun& run, const Print& print) {
  GateTextOptions options;
  options.repeat = run.repeat;
  print(gateText(gate, options));
  if (!run.folder.empty() && gate.status != GateStatus::passed) {
    print(whereReportsAre(run.folder));
  }
  if (inGithubActions()) print(githubAnnotations(gate));
}

void writeGate(const GateSettings& settings, const Gate& gate, const JudgedRun& run) {
  const std::string markdown = markdownSummary(gate);
  if (!settings.junit.empty()) writeOutput(settings.junit, junitXml(gate));
  writeOutput(settings.markdown, markdown);
  if (!settings.summary.empty()) {
    writeOutput(settings.summary, summaryJson(gate, wallClock(), run.repeat));
  }
  appendJobSummary(markdown);
}

}  // namespace

bool GateSettings::given() const {
  return !failOn.empty() || !expectations.empty() || !baseline.empty() || !junit.empty() ||
         !markdown.empty() || !summary.empty() || allowMissing;
}

bool GateSettings::wanted(bool originalSpelling) const {
  return given() || (!originalSpelling && inGithubActions());
}

std::optional<Expectations> loadExpectations(const GateSettings& settings) {
  if (settings.expectations.empty()) return std::nullopt;
  if (settings.updateExpectations && !std::filesystem::exists(settings.expectations)) {
    return Expectations{};
  }
  return readExpectations(settings.expectations);
}

struct GateBasis {
  GateBasis(const GateSettings& settings, const suite::Catalogue& catalogue)
      : policy(Policy::parse(settings.failOn)), expectations(loadExpectations(settings)) {
    if (!settings.baseline.empty()) baseline.emplace(settings.baseline, catalogue);
  }
  [[nodiscard]] GateInput input(const report::Records& records,
                                std::span<const suite::Case* const> cases) const {
    GateInput input{records, cases, policy};
    input.expectations = expectations ? &*expectations : nullptr;
    input.baseline = baseline ? &baseline->records() : nullptr;
    return input;
  }

  Policy policy;
  std::optional<Expectations> expectations;
  std::optional<report::StoredReports> baseline;
};

FailFast::FailFast(const GateSettings& settings, const suite::Catalogue& catalogue)
    : limit_(settings.failFast) {
  if (limit_ > 0) basis_ = std::make_unique<GateBasis>(settings, catalogue);
}

FailFast::~FailFast() = default;

bool FailFast::endsRun(const play::Result& result) {
  if (limit_ == 0) return false;
  report::Records records;
  records[report::agentText(result)][result.testCase->id] = report::makeRecord(result, "");
  const JudgementTally tally = evaluate(basis_->input(records, {&result.testCase, 1})).tally();
  for (const auto failure : {Judgement::unexpected, Judgement::changed, Judgement::regression}) {
    failures_ += tally.of(failure);
  }
  return failures_ >= limit_;
}

std::string FailFast::reason() const {
  if (limit_ == 0 || failures_ < limit_) return {};
  return fmt::format("ended by --fail-fast after {} unexpected {}", failures_,
                     failures_ == 1 ? "failure" : "failures");
}

GateStatus runGate(const GateSettings& settings, const JudgedRun& run, const Print& print) {
  GateBasis basis(settings, run.catalogue);
  GateInput input = basis.input(run.records, run.cases);
  input.agents = run.agents;
  input.excluded = run.excluded;
  input.missingAllowed = settings.allowMissing;
  input.unfinished = run.unfinished;
  if (settings.updateExpectations) {
    update(settings, evaluate(input), input, print);
    // The verdict is that under the new file.
    basis.expectations = readExpectations(settings.expectations);
  }
  const Gate gate = evaluate(input);
  printGate(gate, run, print);
  writeGate(settings, gate, run);
  return gate.status;
}

std::string whereReportsAre(const std::filesystem::path& folder) {
  return fmt::format(
      "Reports are in {}\n",
      (std::filesystem::absolute(folder) / "index.html").lexically_normal().string());
}

RepeatCommand repeatWith(std::string prefix) {
  return [prefix = std::move(prefix)](const std::string&, const suite::CaseId& id) {
    return fmt::format("{} --cases {}", prefix, id.str());
  };
}

}  // namespace wsgauntlet::gate
