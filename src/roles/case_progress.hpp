// What a fuzzing server knows of its cases and results.
#pragma once

#include "play/result.hpp"
#include "suite/catalogue.hpp"

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wsgauntlet::roles {

/// The selected cases by number and id, and the results so far by agent and case. Status requests
/// wait here until their result comes.
class CaseProgress {
 public:
  using Waiter = std::function<void(play::Behavior)>;

  explicit CaseProgress(std::vector<const suite::Case*> cases) : cases_(std::move(cases)) {}

  [[nodiscard]] const std::vector<const suite::Case*>& cases() const { return cases_; }
  /// The 1-based number of a case, from the texts of the parameters `case` and `casetuple`; `case`
  /// wins. Nothing when it is missing, no number, out of range or not selected.
  [[nodiscard]] std::optional<int> number(const std::optional<std::string>& caseNumber,
                                          const std::optional<std::string>& caseTuple) const;

  /// A case is run (again): who asks from now on waits for this run's result.
  void begin(const std::string& agent, int number);
  /// Notes a result and answers all who wait for it.
  void add(const std::string& agent, int number, play::Behavior behavior);
  /// Calls `waiter` with the result: at once when there is one, else when it comes.
  void whenDone(const std::string& agent, int number, Waiter waiter);
  [[nodiscard]] std::size_t done(const std::string& agent) const;

 private:
  struct Agent {
    std::map<int, play::Behavior> results;
    std::map<int, std::vector<Waiter>> waiters;
  };

  std::vector<const suite::Case*> cases_;
  std::map<std::string, Agent> agents_;
};

}  // namespace wsgauntlet::roles
