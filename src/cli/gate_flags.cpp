#include "cli/gate_flags.hpp"

#include "base/error.hpp"
#include "cli/checks.hpp"
#include "cli/exit_status.hpp"
#include "cli/flag_error.hpp"
#include "cli/help.hpp"
#include "gate/policy.hpp"
#include "report/store/reader.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {

void addGateFlags(CLI::App& app, gate::GateSettings& settings) {
  std::string words;
  for (const gate::PolicyWord& word : gate::policyWords()) {
    words += fmt::format("{}{}", words.empty() ? "" : ", ", word.name);
  }
  beginGroup(app, heading::gate);
  app.add_option(
         "--fail-on", settings.failOn,
         "What fails the run, joined by commas: " + words +
             ". With a pattern, for some cases only: '6.4.*=never'; of several that match a "
             "case, the last one decides")
      ->type_name("[PATTERN=]POLICY")
      ->allow_extra_args(false);
  app.add_option("--expectations", settings.expectations, "File of known failures (docs/gate.md)")
      ->type_name("FILE");
  app.add_flag("--update-expectations", settings.updateExpectations,
               "Write that file so that these results meet it");
  app.add_option("--baseline", settings.baseline,
                 "Earlier report folder: results that are worse fail, failures that it already "
                 "has do not")
      ->type_name("DIR");
  app.add_option("--junit", settings.junit, "Write JUnit XML")->type_name("FILE");
  app.add_option("--markdown", settings.markdown, "Write a summary as Markdown")->type_name("FILE");
  app.add_option("--summary", settings.summary, "Write a summary as JSON")->type_name("FILE");
  app.add_flag("--allow-missing", settings.allowMissing,
               "Cases without a result do not make the run incomplete");
  app.add_flag("--fail-fast{1}", settings.failFast,
               "End the run after N unexpected failures (default: 1)")
      ->type_name("[=N]")
      ->check(between(1, 1e6));
}

void checkGateFlags(const gate::GateSettings& settings, const suite::Catalogue& catalogue) {
  static_cast<void>(gate::Policy::parse(settings.failOn));
  if (settings.updateExpectations && settings.expectations.empty()) {
    throw InputError("--update-expectations: name the file with --expectations FILE");
  }
  static_cast<void>(gate::loadExpectations(settings));
  if (!settings.baseline.empty()) {
    forFlag("--baseline",
            [&] { static_cast<void>(report::StoredReports(settings.baseline, catalogue)); });
  }
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

}  // namespace wsgauntlet::cli
