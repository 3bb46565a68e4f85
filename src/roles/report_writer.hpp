// Writes the reports of a run: those of a case when it ends, and the index at the end of the run,
// and now and then before, in case the run is killed.
#pragma once

#include "base/clock.hpp"
#include "report/store/folder.hpp"
#include "roles/run_log.hpp"

#include <chrono>
#include <vector>

namespace wsgauntlet::roles {

class ReportWriter {
 public:
  /// `cases` are listed whether they have a result or not.
  ReportWriter(report::Folder& folder, std::vector<const suite::Case*> cases, RunLog& log);

  /// Writes the index; false when it cannot be written, which is reported and ends nothing.
  bool write();
  /// Writes the index when it lacks something.
  void refresh();
  /// Writes the files of a result, and the index when it is older than some seconds. False when the
  /// result cannot be written: then it is lost, and the case as good as never run.
  bool add(const play::Result& result, const report::Neighbours& neighbours);

 private:
  report::Folder& folder_;
  std::vector<const suite::Case*> cases_;
  RunLog& log_;
  bool isCurrent_ = false;  ///< the index on disk has all results
  TimePoint written_ = std::chrono::steady_clock::now();
};

}  // namespace wsgauntlet::roles
