// A run with a bit of everything, for tests of the gate and of its outputs.
#pragma once

#include "gate/gate.hpp"
#include "samples.hpp"

#include <string>
#include <vector>

namespace wsgauntlet::gate {

/// Agent `good/1.0` and an agent whose every text is hostile. Selected are 1.1.1, 2.1, 3.2, 5.19
/// and 12.1.1; the hostile agent has only 1.1.1.
struct GatedRun {
  GatedRun();

  [[nodiscard]] GateInput input(const std::vector<std::string>& policy = {}) const;
  /// What the run is when 3.2 is known to fail, 2.1 is wrongly known to fail, and the baseline had
  /// 12.1.1 implemented.
  [[nodiscard]] Gate gate() const;
  [[nodiscard]] std::string hostileAgent() const;

  std::vector<report::Sample> samples;
  std::vector<const suite::Case*> cases;
  report::Records records;
  report::Records baseline;
  Expectations expectations;
};

}  // namespace wsgauntlet::gate
