// The console during a run.
#pragma once

#include "base/clock.hpp"
#include "roles/run_log.hpp"

#include <string>

namespace wsgauntlet::cli {

/// Writes a line for each case, as scripts expect it. On a terminal the lines of cases become one
/// line that is overwritten: cases done, failures, and an estimate of the time left.
class ConsoleLog : public roles::RunLog {
 public:
  ConsoleLog();
  ~ConsoleLog() override;
  ConsoleLog(const ConsoleLog&) = delete;
  ConsoleLog& operator=(const ConsoleLog&) = delete;

  void line(const std::string& text) override;
  void error(const std::string& text) override;
  void caseStarted(const suite::Case& testCase, const std::string& agent,
                   const std::string& peer) override;
  void caseEnded(const play::Result& result, std::size_t done, std::size_t total) override;

 private:
  void clearProgress();
  [[nodiscard]] std::string timeLeft(std::size_t done, std::size_t total) const;

  bool terminal_;
  bool progressShown_ = false;
  std::size_t failed_ = 0;
  TimePoint started_;
};

}  // namespace wsgauntlet::cli
