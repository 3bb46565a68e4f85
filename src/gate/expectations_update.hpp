// The file of known failures, written again after a run: `--update-expectations`.
#pragma once

#include "gate/expectations.hpp"
#include "report/records.hpp"

#include <string>
#include <vector>

namespace wsgauntlet::gate {

/// A result that is to be expected from now on, or not any more.
struct NewExpectation {
  std::string agent;
  suite::CaseId id;
  const report::CaseRecord* failure = nullptr;  ///< null: the case passes
};
/// What the file should say after these results. Cases that fail as known keep their entry, those
/// that pass leave it (a pattern is then replaced by the cases that still fail), those that fail in
/// a new way move to an entry with the same reason, and new failures get `reason`. Cases without
/// a result stay as they are.
[[nodiscard]] Expectations updateExpectations(const Expectations& old,
                                              const std::vector<NewExpectation>& results,
                                              const std::string& reason);

/// The text of the file: sorted, so that equal expectations give equal files.
[[nodiscard]] std::string formatExpectations(const Expectations& expectations);

}  // namespace wsgauntlet::gate
