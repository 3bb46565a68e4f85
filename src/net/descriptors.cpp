#include "net/descriptors.hpp"

#include <algorithm>
#include <sys/resource.h>

namespace wsgauntlet::net {

std::size_t raiseDescriptorLimit() {
  // More than this serves nobody, and some systems have no hard limit at all.
  constexpr rlim_t kEnough = 65536;
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
  const rlim_t wanted = std::min(limit.rlim_max, kEnough);
  if (wanted > limit.rlim_cur) {
    rlimit raised = limit;
    raised.rlim_cur = wanted;
    if (::setrlimit(RLIMIT_NOFILE, &raised) == 0) limit = raised;
  }
  return static_cast<std::size_t>(limit.rlim_cur);
}

}  // namespace wsgauntlet::net
