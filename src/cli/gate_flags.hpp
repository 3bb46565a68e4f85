// The flags of the gate, for every command that ends with results.
#pragma once

#include "gate/gate_run.hpp"
#include "suite/catalogue.hpp"

namespace CLI {
class App;
}

namespace wsgauntlet::cli {

void addGateFlags(CLI::App& app, gate::GateSettings& settings);

/// Throws InputError for flags that cannot be used: to be called before a long run, not after it.
void checkGateFlags(const gate::GateSettings& settings, const suite::Catalogue& catalogue);

/// The exit status of a command that ends with this.
[[nodiscard]] int exitStatus(gate::GateStatus status);

}  // namespace wsgauntlet::cli
