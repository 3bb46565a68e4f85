#include "cli/console_log.hpp"

#include "base/text.hpp"
#include "cli/output.hpp"
#include "gate/gate_text.hpp"
#include "report/records.hpp"

#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

/// Nothing that a peer has chosen commands a terminal or a CI system.
std::string shown(const std::string& text) {
  return withoutCommands(terminalText(text));
}

}  // namespace

ConsoleLog::ConsoleLog()
    : terminal_(isatty(STDOUT_FILENO) != 0), started_(std::chrono::steady_clock::now()) {}

ConsoleLog::~ConsoleLog() {
  clearProgress();
}

void ConsoleLog::clearProgress() {
  if (!progressShown_) return;
  say("\r\033[K");
  progressShown_ = false;
}

void ConsoleLog::line(const std::string& text) {
  clearProgress();
  say("{}\n", shown(text));
}

void ConsoleLog::error(const std::string& text) {
  clearProgress();
  say(stderr, "wsgauntlet: error: {}\n", shown(text));
}

void ConsoleLog::caseStarted(const suite::Case& testCase, const std::string& agent,
                             const std::string& peer) {
  if (terminal_) return;
  say("Running test case ID {} for agent {} from peer {}\n", testCase.id.str(), shown(agent), peer);
}

void ConsoleLog::caseEnded(const play::Result& result, std::size_t done, std::size_t total) {
  if (!terminal_) return;
  if (report::isFailure(report::makeRecord(result, ""))) ++failed_;
  say("\r\033[K{} of {} cases of {} done, {} failed{} (last: {})", done, total,
      terminalText(result.agent), failed_, timeLeft(done, total), result.testCase->id.str());
  progressShown_ = true;
}

/// As if the cases that are left took as long as those that are done; nothing during the first
/// second.
std::string ConsoleLog::timeLeft(std::size_t done, std::size_t total) const {
  const std::chrono::duration<double> past = std::chrono::steady_clock::now() - started_;
  if (done == 0 || done >= total || past.count() < 1) return {};
  const double left = past.count() * static_cast<double>(total - done) / static_cast<double>(done);
  const int seconds = static_cast<int>(left) + 1;
  return seconds < 60 ? fmt::format(", about {} s left", seconds)
                      : fmt::format(", about {} min {} s left", seconds / 60, seconds % 60);
}

}  // namespace wsgauntlet::cli
