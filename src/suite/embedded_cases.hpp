// What is built into the program: case files and corpora.
#pragma once

#include "base/octets.hpp"
#include "suite/case_loader.hpp"

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace wsgauntlet::suite {

/// The case files that are built into the program, in the order of their paths.
[[nodiscard]] const std::vector<CaseFile>& embeddedCaseFiles();
/// A corpus that is built into the program (`cases/data`), by name; throws InputError with the
/// names that exist when there is none such.
[[nodiscard]] OctetView embeddedCorpus(std::string_view name);
/// The names that `embeddedCorpus` knows.
[[nodiscard]] const std::vector<std::string>& embeddedCorpusNames();
/// Writes the files that are built in to a folder, which is made when it is missing, and returns
/// their paths. Throws InputError, before anything is written, when a file is there already with
/// other content, and when the system refuses.
std::vector<std::filesystem::path> exportEmbeddedFiles(const std::filesystem::path& folder);

}  // namespace wsgauntlet::suite
