#include "cli/run_file.hpp"

#include "base/error.hpp"

#include <utility>

namespace wsgauntlet::cli {

RunFile::RunFile(const report::Folder& folder, bool server, const Selection& selection,
                 std::vector<std::string> agents)
    : folder_(folder) {
  record_.server = server;
  record_.started = wallClock();
  record_.agents = std::move(agents);
  for (const suite::Case* one : selection.part) record_.cases.push_back(one->id);
  if (selection.shards > 0) {
    record_.shards = selection.shards;
    record_.present = {selection.shard};
  }
  writeRunRecord(folder_.path(), record_);
}

bool RunFile::end(
    bool finished,
    const std::function<bool(const std::string& agent, const suite::CaseId& id)>& excluded,
    roles::RunLog& log) {
  record_.state = finished ? report::RunState::finished : report::RunState::interrupted;
  record_.ended = wallClock();
  for (const auto& [agent, results] : folder_.records()) {
    for (const suite::CaseId& id : record_.cases) {
      if (excluded(agent, id)) record_.excluded[agent].insert(id);
    }
  }
  try {
    writeRunRecord(folder_.path(), record_);
    return true;
  } catch (const InputError& error) {
    log.error(error.what());
    return false;
  }
}

}  // namespace wsgauntlet::cli
