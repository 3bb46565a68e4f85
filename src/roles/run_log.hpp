// Progress callbacks of a role.
#pragma once

#include "play/result.hpp"
#include "suite/model.hpp"

#include <string>

namespace wsgauntlet::roles {

/// The seam between roles and console.
class RunLog {
 public:
  virtual ~RunLog() = default;
  /// A line for whoever watches; it appears at once.
  virtual void line(const std::string& text) = 0;
  /// Something went wrong that is not the peer's doing.
  virtual void error(const std::string& text) = 0;
  virtual void caseStarted(const suite::Case& testCase, const std::string& agent,
                           const std::string& peer) = 0;
  /// `total`: cases of this agent, as far as that is known.
  virtual void caseEnded(const play::Result& result, std::size_t done, std::size_t total) = 0;
};

}  // namespace wsgauntlet::roles
