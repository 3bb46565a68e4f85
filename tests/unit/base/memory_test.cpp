#include "base/memory.hpp"

#include <fstream>
#include <memory>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

namespace wsgauntlet {
namespace {

constexpr std::size_t kMiB = 1024 * 1024;

std::size_t residentOctets() {
  std::size_t total = 0;
  std::size_t resident = 0;
  std::ifstream("/proc/self/statm") >> total >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(Memory, GoesBackToTheSystem) {
  std::vector<std::unique_ptr<std::vector<char>>> blocks;
  blocks.reserve(1024);
  while (blocks.size() < 1024) blocks.push_back(std::make_unique<std::vector<char>>(65536, 'x'));
  // What is used at the end of the heap keeps the library from giving back what is before.
  const auto last = std::make_unique<std::vector<char>>(100, 'x');
  blocks.clear();
  const std::size_t kept = residentOctets();
  returnFreeMemory();
  EXPECT_LT(residentOctets() + 32 * kMiB, kept);
}

}  // namespace
}  // namespace wsgauntlet
