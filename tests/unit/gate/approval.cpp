#include "approval.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>

#include <gtest/gtest.h>

namespace wsgauntlet::gate {

void expectApproved(const std::string& name, std::string_view text) {
  const std::string path = WSGAUNTLET_SOURCE_DIR "/tests/unit/gate/approved/" + name;
  if (std::getenv("WSGAUNTLET_APPROVE") != nullptr) {
    std::ofstream(path, std::ios::binary) << text;
    return;
  }
  std::ifstream file(path, std::ios::binary);
  std::ostringstream approved;
  approved << file.rdbuf();
  EXPECT_EQ(std::string(text), approved.str()) << "WSGAUNTLET_APPROVE=1 gate_test writes " << path;
}

}  // namespace wsgauntlet::gate
