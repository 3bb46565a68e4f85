// The gate as JUnit XML, as Jenkins, GitLab and GitHub actions read it.
#pragma once

#include "gate/gate.hpp"

#include <string>

namespace wsgauntlet::gate {

/// A `testsuite` for each agent and category, a `testcase` for each case. What is red is a
/// `failure`; a missing result is an `error`, or `skipped` where missing ones are allowed; known
/// failures and cases that the peer does not implement are `skipped`. Well-formed whatever a peer
/// chose.
[[nodiscard]] std::string junitXml(const Gate& gate);

}  // namespace wsgauntlet::gate
