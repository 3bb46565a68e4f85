// A folder for one test.
#pragma once

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

namespace wsgauntlet::report {

class TempFolder : public ::testing::Test {
 protected:
  TempFolder() {
    std::string pattern = ::testing::TempDir() + "wsgauntlet-report-XXXXXX";
    root_ = ::mkdtemp(pattern.data());
  }
  ~TempFolder() override { std::filesystem::remove_all(root_); }

  [[nodiscard]] static std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }
  static void write(const std::filesystem::path& path, std::string_view text) {
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  [[nodiscard]] static std::set<std::string> files(const std::filesystem::path& path) {
    std::set<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(path)) {
      names.insert(entry.path().filename().string());
    }
    return names;
  }

  std::filesystem::path root_;
};

}  // namespace wsgauntlet::report
