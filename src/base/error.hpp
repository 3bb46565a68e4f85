// Errors that a person can act on: what is wrong, where, and what would be right.
#pragma once

#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet {

/// A place in what the user gave: a file with line and JSON pointer, or a flag. Empty parts and
/// line 0 are left out when it is printed.
struct Place {
  std::string file;
  int line = 0;
  std::string pointer;
};

/// One thing that is wrong, with the correction in the message where there is one.
struct Problem {
  Place place;
  std::string message;
};

/// `cases/05.json:58: /cases/11/script/2/opcode: expected …`
[[nodiscard]] std::string format(const Problem& problem);

/// Input that cannot be used: a spec or case file, a flag, a port, a folder. Carries every problem
/// that was found; `what()` has a line for each. The program ends with exit status 2.
class InputError : public std::runtime_error {
 public:
  explicit InputError(std::string message);
  explicit InputError(std::vector<Problem> problems);

  [[nodiscard]] const std::vector<Problem>& problems() const { return problems_; }

 private:
  std::vector<Problem> problems_;
};

/// The candidate that is nearest to what was typed, for "did you mean"; empty when none is near.
[[nodiscard]] std::string nearest(std::string_view typed,
                                  const std::vector<std::string>& candidates);
/// `; did you mean "x"?` when a candidate is near, whatever the case of its letters, else
/// `otherwise`.
[[nodiscard]] std::string hint(std::string_view typed, const std::vector<std::string>& candidates,
                               const std::string& otherwise = {});
/// The elements of a list in a message: `a, b and c`.
[[nodiscard]] std::string listOf(const std::vector<std::string>& words,
                                 std::string_view last = "and");

}  // namespace wsgauntlet
