// Two runs side by side: what became better and what became worse.
#pragma once

#include "report/records.hpp"

#include <optional>
#include <string>
#include <vector>

namespace wsgauntlet::gate {

/// How the later of two results compares. `same`: equal in rank, though the words may differ (OK
/// and INFORMATIONAL).
enum class Trend { same, better, worse };

/// Worse when the behavior or the closing is; better when one of them is and the other is not
/// worse. In order: OK and INFORMATIONAL, NON-STRICT, UNIMPLEMENTED, FAILED; of closings: OK and
/// INFORMATIONAL, WRONG CODE and FAILED BY CLIENT, UNCLEAN, FAILED.
[[nodiscard]] Trend trend(const report::CaseRecord& before, const report::CaseRecord& after);

struct CaseChange {
  enum class Kind { worse, better, changed, added, gone };
  suite::CaseId id;
  Kind kind = Kind::changed;
  const report::CaseRecord* before = nullptr;  ///< null when it was added
  const report::CaseRecord* after = nullptr;   ///< null when it is gone
};

struct AgentChanges {
  std::string before;  ///< name of the agent in the earlier run; empty when it was not there
  std::string after;   ///< name in the later run
  bool wasThere = true;
  bool isThere = true;
  std::size_t same = 0;             ///< cases with equal verdicts
  std::vector<CaseChange> changes;  ///< in the order of the ids
};

/// The agents of both runs, those of the later one first. Agents go together by name; where each
/// run has but one, these two belong together whatever their names: a version is part of a name.
/// The records outlive the result.
[[nodiscard]] std::vector<AgentChanges> compare(const report::Records& before,
                                                const report::Records& after);
/// The results that the agent of a later run is compared with, or null.
[[nodiscard]] const report::AgentRecords* counterpart(const report::Records& before,
                                                      const report::Records& after,
                                                      const std::string& agent);

}  // namespace wsgauntlet::gate
