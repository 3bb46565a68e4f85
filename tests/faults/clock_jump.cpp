// A wall clock that jumps a day back and forth with every look at it, as a clock that is set may do
// once. Other clocks are left alone.
#include <ctime>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

time_t jump() {
  static int looks = 0;
  constexpr time_t kDay = 86400;
  return ++looks % 2 == 0 ? kDay : -kDay;
}

}  // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* now) {
  const auto result = static_cast<int>(syscall(SYS_clock_gettime, clock, now));
  if (clock == CLOCK_REALTIME && result == 0) now->tv_sec += jump();
  return result;
}

extern "C" int gettimeofday(timeval* now, void*) {
  timespec real{};
  clock_gettime(CLOCK_REALTIME, &real);
  *now = {real.tv_sec, real.tv_nsec / 1000};
  return 0;
}

extern "C" time_t time(time_t* out) {
  timespec real{};
  clock_gettime(CLOCK_REALTIME, &real);
  if (out != nullptr) *out = real.tv_sec;
  return real.tv_sec;
}
