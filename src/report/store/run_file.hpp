// `run.json` of a run that is going on.
#pragma once

#include "report/records.hpp"
#include "report/store/run_record.hpp"

#include <filesystem>
#include <functional>
#include <string>

namespace wsgauntlet::report {

/// Says which cases an agent does not run, as `exclude-agent-cases` asks.
using ExcludesCase = std::function<bool(const std::string& agent, const suite::CaseId& id)>;

/// Writes run.json when a run starts, so that one that is killed is seen to be unfinished, and
/// again when it ends.
class RunFile {
 public:
  /// `record` says what the run is to do; times and state are set here. Throws InputError.
  RunFile(std::filesystem::path folder, RunRecord record);

  /// Throws InputError when the record cannot be written.
  void end(bool finished, const Records& records, const ExcludesCase& excluded);

 private:
  std::filesystem::path folder_;
  RunRecord record_;
};

}  // namespace wsgauntlet::report
