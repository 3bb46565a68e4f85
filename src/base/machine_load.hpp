// How busy the machine is.
#pragma once

namespace wsgauntlet {

/// Processes that are ready to run at this moment, for each core: 1 keeps all cores busy. 0 where
/// the system does not say. It changes all the time; see MachineLoad.
[[nodiscard]] double machineLoadNow();

/// How busy the machine has been in the last seconds.
class MachineLoad {
 public:
  /// Adds a sample. With 50 a second, those of the last two seconds count most.
  void add(double now) { mean_ += (now - mean_) / kSamples; }
  [[nodiscard]] double mean() const { return mean_; }

 private:
  static constexpr double kSamples = 100;
  double mean_ = 0;
};

}  // namespace wsgauntlet
