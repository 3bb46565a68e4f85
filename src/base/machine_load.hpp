// How busy the machine is.
#pragma once

namespace wsgauntlet {

/// Processes that were ready to run in the last minute, for each core: 1 keeps all cores busy. 0
/// where the system does not tell.
[[nodiscard]] double machineLoad();

}  // namespace wsgauntlet
