#include "base/machine_load.hpp"

#include <algorithm>
#include <cstdlib>
#include <thread>

namespace wsgauntlet {

double machineLoad() {
  double lastMinute = 0;
  if (::getloadavg(&lastMinute, 1) != 1) return 0;
  return lastMinute / std::max(1U, std::thread::hardware_concurrency());
}

}  // namespace wsgauntlet
