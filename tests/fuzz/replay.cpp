// Runs a fuzz target once for each file of the folders that are named: what the fuzzer has found
// before stays fixed, with every compiler and sanitizer.
#include "fuzz_input.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

namespace {

std::vector<std::uint8_t> read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  const std::vector<char> octets{std::istreambuf_iterator<char>(file), {}};
  return {octets.begin(), octets.end()};
}

}  // namespace

int main(int argc, char** argv) {
  int count = 0;
  for (int i = 1; i < argc; ++i) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(argv[i])) {
      if (!entry.is_regular_file()) continue;
      // The name first: it is the last line when the target crashes.
      std::printf("%s\n", entry.path().c_str());
      std::fflush(stdout);
      const auto octets = read(entry.path());
      LLVMFuzzerTestOneInput(octets.data(), octets.size());
      ++count;
    }
  }
  std::printf("%d inputs\n", count);
  return count > 0 ? 0 : 1;
}
