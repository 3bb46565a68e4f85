#pragma once

namespace wsgauntlet::cli {

/// What the program ends with. In the original's spelling a finished run ends with `success`
/// whatever its verdicts, since scripts count on that.
enum ExitStatus {
  success = 0,
  casesFailed = 1,
  badInput = 2,
  incomplete = 3,  ///< a peer could not be reached, or cases are missing
  internalError = 4,
};

}  // namespace wsgauntlet::cli
