#include "cli/peer_process.hpp"

#include "base/error.hpp"
#include "base/json_source.hpp"
#include "base/text.hpp"
#include "cli/output.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <filesystem>
#include <sstream>
#include <unistd.h>
#include <utility>

#include <fmt/format.h>

namespace wsgauntlet::cli {
namespace {

/// Lines of the output that are shown.
constexpr std::size_t kLines = 40;

/// A new file among the temporary ones. Its name cannot be guessed, so nobody else can put a link
/// there before.
std::string makeOutputFile() {
  std::string path = (std::filesystem::temp_directory_path() / "wsgauntlet-peer-XXXXXX").string();
  const int descriptor = ::mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) {
    throw InputError(fmt::format("{}: cannot be made: {}", path, std::strerror(errno)));
  }
  ::close(descriptor);
  return path;
}

}  // namespace

std::string withPlaceholder(std::string text, const std::string& name, const std::string& value) {
  const std::string placeholder = "{" + name + "}";
  for (auto at = text.find(placeholder); at != std::string::npos;
       at = text.find(placeholder, at + value.size())) {
    text.replace(at, placeholder.size(), value);
  }
  return text;
}

PeerProcess::PeerProcess(net::Loop& loop, const std::string& command,
                         std::function<void(int)> ended)
    : outputFile_(makeOutputFile()),
      process_(std::make_unique<net::ChildProcess>(loop, command, outputFile_, std::move(ended))) {}

PeerProcess::~PeerProcess() {
  process_.reset();
  std::error_code ignored;
  std::filesystem::remove(outputFile_, ignored);
}

void PeerProcess::showOutput() const {
  std::istringstream text(readFile(outputFile_));
  std::deque<std::string> lines;
  for (std::string line; std::getline(text, line);) {
    lines.push_back(std::move(line));
    if (lines.size() > kLines) lines.pop_front();
  }
  if (lines.empty()) {
    say(stderr, "The peer has printed nothing.\n");
    return;
  }
  say(stderr, "The last lines that the peer has printed:\n");
  for (const std::string& line : lines) say(stderr, "  {}\n", terminalText(line));
}

}  // namespace wsgauntlet::cli
