// Results of cases, read from their files in a report folder.
#pragma once

#include "play/result.hpp"
#include "suite/catalogue.hpp"

#include <filesystem>
#include <memory>
#include <string>

namespace wsgauntlet::report {

/// A result as it was, if its sidecar is there. Read from the JSON file only, as in folders of the
/// original, it lacks times and the ends of long payloads, and some octets are guesses; the
/// verdicts are right.
struct StoredResult {
  /// The case of the result; null when it is that of the catalogue.
  std::unique_ptr<suite::Case> ownCase;
  play::Result result;
};

/// Reads the JSON file of a case and its sidecar; a sidecar that is missing, broken or of another
/// run is not used. Throws InputError with file, line and JSON pointer.
[[nodiscard]] StoredResult readStored(const std::filesystem::path& folder,
                                      const std::string& reportFile,
                                      const suite::Catalogue& catalogue);
/// The same for texts; `name` is the file in the places of problems.
[[nodiscard]] StoredResult parseResult(const std::string& name, const std::string& text,
                                       const suite::Catalogue& catalogue,
                                       const std::string& sidecar = {});

}  // namespace wsgauntlet::report
