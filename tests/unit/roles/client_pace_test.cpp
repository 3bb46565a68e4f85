#include "roles/client_pace.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::roles {
namespace {

using namespace std::chrono_literals;
using play::Behavior;
using play::Doubt;
using play::Result;

constexpr auto kWhole = std::nullopt;

Result lacking(bool cutShort = false) {
  Result result;
  result.doubt = Doubt::absence;
  result.cutShort = cutShort;
  return result;
}

/// A case in which the client answered after this time.
Result answered(Duration after) {
  Result result;
  result.behavior = Behavior::ok;
  result.wireLog = {{1s, play::FrameSentRow{}}, {1s + after, play::FrameReceivedRow{}}};
  return result;
}

TEST(ClientPace, WaitsAsLongAsTheCasesSayForAClientThatLacksNothing) {
  ClientPace pace;
  for (int i = 0; i < 1000; ++i) pace.ended(answered(1ms));
  EXPECT_EQ(pace.patience(), kWhole);
}

TEST(ClientPace, FewFailuresAreNotEnough) {
  ClientPace pace;
  pace.ended(lacking());
  pace.ended(lacking());
  EXPECT_EQ(pace.patience(), kWhole);
  pace.ended(lacking());
  EXPECT_EQ(pace.patience(), 500ms);
}

TEST(ClientPace, ErrorsAndShortenedWaitsAreNoWholeWaits) {
  ClientPace pace;
  Result wrong;
  wrong.behavior = Behavior::failed;
  for (int i = 0; i < 10; ++i) {
    pace.ended(wrong);
    pace.ended(lacking(true));
  }
  EXPECT_EQ(pace.patience(), kWhole);
}

TEST(ClientPace, ASlowClientGetsMore) {
  ClientPace pace;
  pace.ended(answered(120ms));
  pace.ended(answered(10ms));
  for (int i = 0; i < 3; ++i) pace.ended(lacking());
  EXPECT_EQ(pace.patience(), 1200ms);
}

}  // namespace
}  // namespace wsgauntlet::roles
