// Results for tests: the five reports of tests/conformance/seeds, and smaller ones.
#pragma once

#include "play/result.hpp"
#include "suite/model.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::report {

/// A result and the case it belongs to.
struct Sample {
  std::unique_ptr<suite::Case> testCase;
  play::Result result;
  std::string text;  ///< the report as the original wrote it, if there is one
};

/// The results that the five sample reports came from, with their wire logs read from the samples.
[[nodiscard]] Sample fragmentedWithPings();      ///< 5.19, fuzzing server, nothing received
[[nodiscard]] Sample choppedOctetwise();         ///< 5.8, fuzzing client, unclean
[[nodiscard]] Sample closeBehindLargeMessage();  ///< 7.1.6, fuzzing server, informational
[[nodiscard]] Sample fragmentedSynchronously();  ///< 5.20, fuzzing client, passed
[[nodiscard]] Sample reservedBits();             ///< 3.2, fuzzing server, failed

/// A case that sent `Hello` and got it back, passed and closed with 1000.
[[nodiscard]] Sample passed(std::string_view id, std::string agent = "agent/1.0");
/// The same, but nothing came back and TCP was dropped.
[[nodiscard]] Sample failed(std::string_view id, std::string agent = "agent/1.0");
/// Everything that a peer can choose holds markup, control characters and octets that are not
/// UTF-8.
[[nodiscard]] Sample hostile();

using namespace std::string_view_literals;
/// With NUL, so with its length.
inline constexpr std::string_view kHostile =
    "<script>alert(1)</script>\"'&\x1b[31m\r\n\0\x80\xff\xed\xa0\x80\xe2\x80\xae../../x"sv;

}  // namespace wsgauntlet::report
