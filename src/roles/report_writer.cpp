#include "roles/report_writer.hpp"

#include <exception>
#include <utility>

namespace wsgauntlet::roles {
namespace {

constexpr auto kMaxIndexAge = std::chrono::seconds(5);

}  // namespace

ReportWriter::ReportWriter(report::Folder& folder, std::vector<const suite::Case*> cases,
                           RunLog& log)
    : folder_(folder), cases_(std::move(cases)), log_(log) {}

bool ReportWriter::write() {
  written_ = std::chrono::steady_clock::now();
  try {
    folder_.writeIndex(cases_, wallClock());
    isCurrent_ = true;
    return true;
  } catch (const std::exception& error) {
    log_.error(error.what());
    return false;
  }
}

void ReportWriter::refresh() {
  if (!isCurrent_) write();
}

bool ReportWriter::add(const play::Result& result, const report::Neighbours& neighbours) {
  bool written = true;
  isCurrent_ = false;
  try {
    folder_.write(result, neighbours);
  } catch (const std::exception& error) {
    log_.error(error.what());
    written = false;
  }
  if (std::chrono::steady_clock::now() - written_ > kMaxIndexAge) write();
  return written;
}

}  // namespace wsgauntlet::roles
