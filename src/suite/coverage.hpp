// Which clause of which RFC is tested by which cases.
#pragma once

#include "suite/catalogue.hpp"

#include <string>
#include <vector>

namespace wsgauntlet::suite {

/// A sentence of an RFC that demands, forbids or allows something.
struct Clause {
  SpecReference spec;
  std::string level;                  ///< `MUST`, `MUST NOT`, `SHOULD`, `SHOULD NOT` or `MAY`
  std::string binds;                  ///< `client`, `server` or `both`
  std::string text;                   ///< in our own words
  std::vector<std::string> patterns;  ///< of the cases that test it
  std::string untestable;             ///< why no black-box test can; empty when there are cases
  Place place;
};

/// The clauses that are built in (`cases/coverage/clauses.json`). Throws InputError with all that
/// is wrong: unknown keys and words, a clause with neither cases nor a reason, and patterns that no
/// case matches.
[[nodiscard]] std::vector<Clause> readClauses(const Catalogue& catalogue);

/// docs/coverage.md: a row for each clause, and how many there are.
[[nodiscard]] std::string describeCoverage(const std::vector<Clause>& clauses,
                                           const Catalogue& catalogue);

}  // namespace wsgauntlet::suite
