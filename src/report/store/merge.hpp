// Report folders made from report folders.
#pragma once

#include "base/clock.hpp"
#include "suite/catalogue.hpp"

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

namespace wsgauntlet::report {

struct MergeOptions {
  /// A result that is in several folders is taken from the last of them; otherwise it has to
  /// be the same in all.
  bool preferLater = false;
  /// Cases that the index lists even without a result.
  std::vector<const suite::Case*> cases;
};
struct MergeCount {
  std::size_t agents = 0;
  std::size_t results = 0;
};

/// Puts the results of several folders together: copies the files of the cases and writes both
/// indexes. The parts of a run give the index of the whole run. Two agents whose names clean to the
/// same get different file names. Throws InputError, before anything is written, when a folder or a
/// case file is missing or broken, and with every agent and case that two folders disagree on.
MergeCount mergeFolders(std::span<const std::filesystem::path> from,
                        const std::filesystem::path& to, const suite::Catalogue& catalogue,
                        WallTime now, const MergeOptions& options = {});

/// Writes the pages of all cases and index.html again from the other files of a folder. Returns the
/// number of pages. Throws InputError.
std::size_t renderFolder(const std::filesystem::path& folder, const suite::Catalogue& catalogue,
                         WallTime now);

}  // namespace wsgauntlet::report
