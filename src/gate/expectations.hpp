// Failures that are known: the file of `--expectations`.
#pragma once

#include "base/error.hpp"
#include "report/records.hpp"

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::gate {

/// Cases of an agent that are known to fail, and why.
struct Expectation {
  std::vector<std::string> cases;  ///< ids and patterns, like `5.19` and `6.4.*`
  std::string reason;
  std::optional<play::Behavior> behavior;  ///< the verdict that is known; any when it is not set
  std::optional<play::BehaviorClose> behaviorClose;
  bool sometimes = false;  ///< the cases may pass too
  Place place;             ///< its place in its file

  [[nodiscard]] bool matches(const suite::CaseId& id) const;
  /// True when this is the failure that is known.
  [[nodiscard]] bool agrees(const report::CaseRecord& record) const;
};

struct Expectations {
  std::string comment;  ///< of the file; kept when it is written again
  std::map<std::string, std::vector<Expectation>> agents;  ///< by agent pattern

  /// Those of the patterns that fit an agent and a case.
  [[nodiscard]] std::vector<const Expectation*> of(const std::string& agent,
                                                   const suite::CaseId& id) const;
};

/// Reads a file of format 1 (docs/gate.md). Throws InputError with all that is wrong, each with
/// line and JSON pointer.
[[nodiscard]] Expectations readExpectations(const std::filesystem::path& file);
/// The same for a text; `name` appears in the places of problems.
[[nodiscard]] Expectations parseExpectations(const std::string& name, const std::string& text);

}  // namespace wsgauntlet::gate
