// The record of a run, next to its reports.
#pragma once

#include "cli/common_flags.hpp"
#include "report/store/folder.hpp"
#include "report/store/run_record.hpp"
#include "roles/run_log.hpp"

#include <functional>
#include <string>
#include <vector>

namespace wsgauntlet::cli {

/// Writes run.json when a run starts, so that one that is killed is seen to be unfinished, and
/// again when it ends.
class RunFile {
 public:
  /// `agents`: those that must have results. Throws InputError.
  RunFile(const report::Folder& folder, bool server, const Selection& selection,
          std::vector<std::string> agents);

  /// `excluded` says which cases an agent does not run. False when the record cannot be written,
  /// which is logged.
  bool end(bool finished,
           const std::function<bool(const std::string& agent, const suite::CaseId& id)>& excluded,
           roles::RunLog& log);

 private:
  const report::Folder& folder_;
  report::RunRecord record_;
};

}  // namespace wsgauntlet::cli
