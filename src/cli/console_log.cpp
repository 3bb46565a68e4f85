#include "cli/console_log.hpp"

#include "cli/output.hpp"
#include "report/gate_text.hpp"
#include "report/records.hpp"
#include "report/text.hpp"

#include <cstdio>
#include <unistd.h>

#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

/// Nothing that a peer has chosen commands a terminal or a CI system.
std::string shown(const std::string& text) {
  return report::withoutCommands(report::terminalText(text));
}

}  // namespace

ConsoleLog::ConsoleLog() : terminal_(isatty(STDOUT_FILENO) != 0) {}

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
  say("\r\033[K{} of {} cases of {} done, {} not passed (last: {})", done, total,
      report::terminalText(result.agent), failed_, result.testCase->id.str());
  progressShown_ = true;
}

}  // namespace wsgauntlet::cli
