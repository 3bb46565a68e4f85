#include "cli/cmd_report.hpp"

#include "base/atomic_file.hpp"
#include "base/error.hpp"
#include "base/json_source.hpp"
#include "base/text.hpp"
#include "cli/checks.hpp"
#include "cli/common_flags.hpp"
#include "cli/exit_status.hpp"
#include "cli/gate_flags.hpp"
#include "cli/help.hpp"
#include "cli/output.hpp"
#include "gate/comparison_text.hpp"
#include "net/loop.hpp"
#include "report/store/merge.hpp"
#include "report/store/pcap.hpp"
#include "report/store/reader.hpp"
#include "report/store/run_record.hpp"
#include "report/store/sidecar.hpp"
#include "suite/selection.hpp"
#include "web/report_site.hpp"

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

struct ReportFlags {
  std::vector<std::string> caseFolders;
  gate::GateSettings gate;
  std::string folder;
  std::vector<std::string> cases;
  std::vector<std::string> exclude;
  std::vector<std::string> agents;
  std::string repeatWith;
  std::vector<std::string> folders;
  std::string output;
  bool preferLater = false;
  std::string before;
  std::string after;
  std::string format = "console";
  std::string file;
  std::string host = "127.0.0.1";
  int port = 8080;
};

void sayProblems(const std::vector<std::string>& problems) {
  for (const std::string& problem : problems) {
    say(stderr, "wsgauntlet: warning: {}\n", problem);
  }
}

/// Without patterns: the cases that the run was to do, and those with a result, in this folder or
/// in the baseline.
std::vector<const suite::Case*> gatedCases(const ReportFlags& flags, report::StoredReports& stored,
                                           const std::optional<report::RunRecord>& run,
                                           report::StoredReports* baseline,
                                           const suite::Catalogue& catalogue) {
  if (!flags.cases.empty()) {
    return selectByFlag("--cases", catalogue, flags.cases, flags.exclude);
  }
  std::map<suite::CaseId, const suite::Case*> all;
  for (const suite::Case* one : stored.cases()) all.emplace(one->id, one);
  if (run) {
    for (const suite::CaseId& id : run->cases) all.emplace(id, stored.findCase(id));
  }
  if (baseline != nullptr) {
    for (const suite::Case* one : baseline->cases()) all.emplace(one->id, one);
  }
  const auto kept = suite::select(catalogue, {"*"}, flags.exclude);
  const std::set<const suite::Case*> known(kept.begin(), kept.end());
  std::vector<const suite::Case*> cases;
  for (const auto& [id, one] : all) {
    if (known.contains(one) || catalogue.find(id) == nullptr) cases.push_back(one);
  }
  return cases;
}

/// A report says which role it comes from, but not the address.
std::string guessCommand(const report::StoredReports& stored) {
  for (const auto& [agent, results] : stored.records()) {
    for (const auto& [id, record] : results) {
      try {
        return stored.result(record).result.isServer ? "wsgauntlet fuzzingserver"
                                                     : "wsgauntlet fuzzingclient -w URL";
      } catch (const InputError&) {
        continue;
      }
    }
  }
  return "wsgauntlet fuzzingclient -w URL";
}

/// The agents that must be there, and those that are.
std::vector<std::string> expectedAgents(const report::RunRecord& run,
                                        const report::Records& records) {
  if (run.agents.empty()) return {};
  std::set<std::string> agents(run.agents.begin(), run.agents.end());
  for (const auto& [agent, results] : records) agents.insert(agent);
  return {agents.begin(), agents.end()};
}

int runGateCommand(const ReportFlags& flags) {
  const SharedCatalogue loaded = loadAllCases(flags.caseFolders);
  const suite::Catalogue& catalogue = *loaded;
  checkGateFlags(flags.gate, catalogue);
  report::StoredReports stored(flags.folder, catalogue);
  sayProblems(stored.addDetails());
  std::unique_ptr<report::StoredReports> baseline;
  if (!flags.gate.baseline.empty()) {
    baseline = std::make_unique<report::StoredReports>(flags.gate.baseline, catalogue);
  }
  const std::optional<report::RunRecord> record = report::readRunRecord(flags.folder);
  const auto cases = gatedCases(flags, stored, record, baseline.get(), catalogue);
  gate::JudgedRun run{catalogue, stored.records(), cases, flags.folder, {}, flags.agents, {}, {}};
  if (record) {
    if (run.agents.empty()) run.agents = expectedAgents(*record, stored.records());
    run.excluded = [&record](const std::string& agent, const suite::CaseId& id) {
      const auto found = record->excluded.find(agent);
      return found != record->excluded.end() && found->second.contains(id);
    };
    if (!flags.gate.allowMissing) run.unfinished = report::unfinished(*record);
  }
  run.repeat = gate::repeatWith(flags.repeatWith.empty() ? guessCommand(stored) : flags.repeatWith);
  return exitStatus(gate::runGate(flags.gate, run, printText));
}

int runMerge(const ReportFlags& flags) {
  const SharedCatalogue loaded = loadAllCases(flags.caseFolders);
  const suite::Catalogue& catalogue = *loaded;
  const std::vector<std::filesystem::path> from(flags.folders.begin(), flags.folders.end());
  report::MergeOptions options;
  options.preferLater = flags.preferLater;
  if (!flags.cases.empty()) {
    options.cases = selectByFlag("--cases", catalogue, flags.cases, flags.exclude);
  }
  const report::MergeCount count =
      report::mergeFolders(from, flags.output, catalogue, wallClock(), options);
  say("{} results of {} {} are in {}\n", count.results, count.agents,
      count.agents == 1 ? "agent" : "agents", flags.output);
  return success;
}

int runDiff(const ReportFlags& flags) {
  const SharedCatalogue loaded = loadAllCases(flags.caseFolders);
  const suite::Catalogue& catalogue = *loaded;
  report::StoredReports before(flags.before, catalogue);
  report::StoredReports after(flags.after, catalogue);
  sayProblems(after.addDetails());
  const std::map<std::string, gate::DiffFormat> formats = {{"console", gate::DiffFormat::console},
                                                           {"markdown", gate::DiffFormat::markdown},
                                                           {"html", gate::DiffFormat::html}};
  const std::string text = gate::formatChanges(gate::compare(before.records(), after.records()),
                                               formats.at(flags.format));
  if (flags.output.empty()) {
    say("{}", withoutCommands(text));
  } else {
    replaceFile(flags.output, text);
  }
  return success;
}

int runHtml(const ReportFlags& flags) {
  const std::size_t pages =
      report::renderFolder(flags.folder, *loadAllCases(flags.caseFolders), wallClock());
  say("{} pages and index.html are in {}\n", pages, flags.folder);
  return success;
}

int runServe(const ReportFlags& flags) {
  const std::filesystem::path folder(flags.folder);
  if (!std::filesystem::is_directory(folder)) {
    throw InputError(fmt::format("{}: there is no such report folder", flags.folder));
  }
  net::Loop loop;
  const web::ReportSite site(loop, {flags.host, static_cast<std::uint16_t>(flags.port)}, folder);
  say("Serving {} at http://{}:{}/\n", flags.folder, flags.host, site.port());
  loop.onTermination([&loop](int) { loop.stop(); });
  loop.run();
  return success;
}

int runPcap(const ReportFlags& flags) {
  const SharedCatalogue catalogue = loadAllCases(flags.caseFolders);
  const std::filesystem::path file(flags.file);
  const report::StoredResult stored =
      report::parseResult(flags.file, readFile(flags.file), *catalogue,
                          report::readSidecar(file.parent_path(), file.filename().string()));
  replaceFile(flags.output, report::pcapng(stored.result));
  return success;
}

/// A command that reads report folders.
CLI::App* addReader(CLI::App& app, ReportFlags& flags, const char* name, const char* description) {
  CLI::App* sub = app.add_subcommand(name, description);
  beginGroup(*sub, heading::cases);
  addCaseFolders(*sub, flags.caseFolders);
  return sub;
}

CLI::App* addGate(CLI::App& app, ReportFlags& flags) {
  CLI::App* gate = addReader(app, flags, "gate", "Judge a report folder: exit status 0, 1 or 3");
  gate->add_option("folder", flags.folder, "Report folder")->required();
  addPatterns(*gate, "--cases", flags.cases,
              "Cases that must be there; default: those that the run was to do");
  addPatterns(*gate, "--exclude", flags.exclude, "Cases to leave out");
  gate->add_option("--agent", flags.agents,
                   "Agent to judge, which must be there; default: all agents")
      ->type_name("NAME")
      ->allow_extra_args(false);
  addGateFlags(*gate, flags.gate);
  gate->get_option("--fail-fast")
      ->group(heading::compatibility)
      ->description("Has no effect on a finished run");
  gate->add_option("--repeat-with", flags.repeatWith,
                   "Command that repeats a case, such as 'wsgauntlet fuzzingclient -w "
                   "ws://host:9001'")
      ->type_name("COMMAND");
  return gate;
}

CLI::App* addMerge(CLI::App& app, ReportFlags& flags) {
  CLI::App* merge = addReader(app, flags, "merge", "Merge the parts of a run");
  merge->add_option("folders", flags.folders, "Report folders")->required();
  addPatterns(*merge, "--cases", flags.cases, "Cases that the index lists even without a result");
  addPatterns(*merge, "--exclude", flags.exclude, "Cases of these to leave out");
  beginGroup(*merge, heading::reports);
  merge->add_option("-o,--output", flags.output, "Folder to write to")
      ->type_name("DIR")
      ->required();
  merge->add_flag("--prefer-later", flags.preferLater,
                  "Where folders have different results of a case, use the last one");
  return merge;
}

CLI::App* addDiff(CLI::App& app, ReportFlags& flags) {
  CLI::App* diff = addReader(app, flags, "diff", "Show what became better and what became worse");
  diff->add_option("before", flags.before, "Earlier report folder")->required();
  diff->add_option("after", flags.after, "Later report folder")->required();
  beginGroup(*diff, heading::reports);
  diff->add_option("--format", flags.format, "console, markdown or html")
      ->type_name("FORMAT")
      ->capture_default_str()
      ->check(oneOf({"console", "markdown", "html"}));
  diff->add_option("-o,--output", flags.output, "File to write to, in place of the console")
      ->type_name("FILE");
  return diff;
}

CLI::App* addServe(CLI::App& app, ReportFlags& flags) {
  CLI::App* serve = app.add_subcommand("serve", "Show a report folder to web browsers");
  serve->add_option("folder", flags.folder, "Report folder")->required();
  beginGroup(*serve, heading::connection);
  serve->add_option("--port", flags.port, "Port, 0 for any")
      ->type_name("PORT")
      ->capture_default_str()
      ->check(between(0, 65535));
  serve
      ->add_option("--host", flags.host,
                   "Numeric address; with 0.0.0.0 other machines can read it too")
      ->type_name("ADDRESS")
      ->capture_default_str();
  return serve;
}

}  // namespace

std::function<int()> addReport(CLI::App& app, const Invocation&) {
  const auto flags = std::make_shared<ReportFlags>();
  app.require_subcommand(1);
  beginGroup(app, heading::cases);
  addCaseFolders(app, flags->caseFolders);
  const CLI::App* gate = addGate(app, *flags);
  const CLI::App* merge = addMerge(app, *flags);
  const CLI::App* diff = addDiff(app, *flags);
  CLI::App* html = addReader(app, *flags, "html", "Write the pages again from the JSON files");
  html->add_option("folder", flags->folder, "Report folder")->required();
  const CLI::App* serve = addServe(app, *flags);
  CLI::App* pcap = addReader(app, *flags, "pcap", "Convert the log of a case for Wireshark");
  pcap->add_option("file", flags->file, "JSON file of a case")->required();
  beginGroup(*pcap, heading::reports);
  pcap->add_option("-o,--output", flags->output, "File to write to")->type_name("FILE")->required();

  return [flags, gate, merge, diff, html, serve] {
    if (*gate) return runGateCommand(*flags);
    if (*merge) return runMerge(*flags);
    if (*diff) return runDiff(*flags);
    if (*html) return runHtml(*flags);
    if (*serve) return runServe(*flags);
    return runPcap(*flags);
  };
}

}  // namespace wsgauntlet::cli
