// The sidecar of a case: its result as it was, for which the keys of its JSON file, which are those
// of the original, have no room.
#pragma once

#include "play/result.hpp"
#include "report/store/stored_json.hpp"

#include <filesystem>
#include <string>

namespace wsgauntlet::report {

/// Where the sidecar of a case is: in a folder of its own, so that no pattern of a script for
/// report files finds it. `reportFile` is the name of the JSON file of the case.
[[nodiscard]] std::filesystem::path sidecarFile(const std::filesystem::path& folder,
                                                const std::string& reportFile);

/// The text of a sidecar: the keys of exactCaseJson, and those that the original does not have
/// (docs/reports.md).
[[nodiscard]] std::string sidecarJson(const play::Result& result);

/// Writes the sidecar of a result. Throws InputError.
void writeSidecar(const std::filesystem::path& folder, const std::string& reportFile,
                  const play::Result& result);

/// Copies a sidecar to another folder, if there is one. Throws InputError.
void copySidecar(const std::filesystem::path& from, const std::string& reportFile,
                 const std::filesystem::path& to, const std::string& newName);

/// The text of a sidecar; empty when there is none.
[[nodiscard]] std::string readSidecar(const std::filesystem::path& folder,
                                      const std::string& reportFile);
/// True for a sidecar that this version can read and that belongs to the run that began then.
[[nodiscard]] bool isSidecarOf(const StoredJson& sidecar, const std::string& started);
/// Gives a result, whose wire log has been read, what only a sidecar has. Throws InputError.
void addFromSidecar(const StoredJson& sidecar, play::Result& result);

}  // namespace wsgauntlet::report
