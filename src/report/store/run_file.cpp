#include "report/store/run_file.hpp"

#include <utility>

namespace wsgauntlet::report {

RunFile::RunFile(std::filesystem::path folder, RunRecord record)
    : folder_(std::move(folder)), record_(std::move(record)) {
  record_.started = wallClock();
  writeRunRecord(folder_, record_);
}

void RunFile::end(bool finished, const Records& records, const ExcludesCase& excluded) {
  record_.state = finished ? RunState::finished : RunState::interrupted;
  record_.ended = wallClock();
  for (const auto& [agent, results] : records) {
    for (const suite::CaseId& id : record_.cases) {
      if (excluded(agent, id)) record_.excluded[agent].insert(id);
    }
  }
  writeRunRecord(folder_, record_);
}

}  // namespace wsgauntlet::report
