// Writes the index of a run: at its end, and now and then before, in case the run is killed.
#pragma once

#include "base/clock.hpp"
#include "report/folder.hpp"
#include "roles/run_log.hpp"

#include <chrono>
#include <exception>
#include <utility>
#include <vector>

namespace wsgauntlet::roles {

[[nodiscard]] inline WallTime wallClock() {
  return std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now());
}

class IndexWriter {
 public:
  /// `cases` are listed whether they have a result or not.
  IndexWriter(report::Folder& folder, std::vector<const suite::Case*> cases, RunLog& log)
      : folder_(folder), cases_(std::move(cases)), log_(log) {}

  /// Writes the index; false when it cannot be written, which is told and ends nothing.
  bool write() {
    written_ = std::chrono::steady_clock::now();
    try {
      folder_.writeIndex(cases_, wallClock());
      current_ = true;
      return true;
    } catch (const std::exception& error) {
      log_.error(error.what());
      return false;
    }
  }
  /// Writes the index when it lacks something.
  void refresh() {
    if (!current_) write();
  }
  /// Writes the files of a result, and the index when it is older than some seconds. False when the
  /// result cannot be written: then it is lost, and the case as good as never run.
  bool add(const play::Result& result, const report::Neighbours& neighbours) {
    bool written = true;
    current_ = false;
    try {
      folder_.write(result, neighbours);
    } catch (const std::exception& error) {
      log_.error(error.what());
      written = false;
    }
    if (std::chrono::steady_clock::now() - written_ > kMostAge) write();
    return written;
  }

 private:
  static constexpr auto kMostAge = std::chrono::seconds(5);

  report::Folder& folder_;
  std::vector<const suite::Case*> cases_;
  RunLog& log_;
  bool current_ = false;  ///< the index on disk has all results
  TimePoint written_ = std::chrono::steady_clock::now();
};

}  // namespace wsgauntlet::roles
