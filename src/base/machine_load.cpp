#include "base/machine_load.hpp"

#include <algorithm>
#include <fstream>
#include <string>
#include <thread>

namespace wsgauntlet {

double machineLoadNow() {
  // `0.20 0.18 0.12 3/80 11206`: three means, then running and all processes. The means are late by
  // a minute.
  std::ifstream file("/proc/loadavg");
  std::string means[3];
  double running = 0;
  if (!(file >> means[0] >> means[1] >> means[2] >> running)) return 0;
  return running / std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace wsgauntlet
