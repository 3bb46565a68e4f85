// Which cases run: the patterns of spec files and of the command line.
#pragma once

#include "base/error.hpp"
#include "suite/catalogue.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::suite {

/// The cases that `include` selects and `exclude` does not, in the order of their ids. A pattern
/// with `*` matches ids from their start on, `*` standing for anything (`1*` selects 1.x and 10.x);
/// in addition to `*` it may use other characters of regular expressions (`[12].1.1*`). Without `*`
/// it is an id. A pattern that matches nothing is not an error, and in `exclude` any text is
/// harmless. Throws InputError for every included id that does not exist or is not an id, and for
/// included regular expressions that are none, with `where` as the place of `include` (the index is
/// appended to its pointer).
[[nodiscard]] std::vector<const Case*> select(const Catalogue& catalogue,
                                              const std::vector<std::string>& include,
                                              const std::vector<std::string>& exclude,
                                              const Place& where = {});

/// True when `text` matches a pattern that is anchored at both ends, `*` standing for anything:
/// the patterns of `exclude-agent-cases`, for agents and for cases. Other characters stand for
/// themselves or for what they mean in a regular expression, whichever matches.
[[nodiscard]] bool matchesWhole(std::string_view pattern, std::string_view text);

}  // namespace wsgauntlet::suite
