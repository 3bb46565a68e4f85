// Files that appear whole or not at all.
#pragma once

#include <filesystem>
#include <string_view>

namespace wsgauntlet {

/// Writes a file next to its place and then moves it there: who reads it sees the old content or
/// all of the new one. Throws InputError with the reason of the system.
void replaceFile(const std::filesystem::path& path, std::string_view content);
/// Creates a folder and those above it, and makes sure that it can be written to. Throws InputError
/// with the reason of the system.
void makeWritableFolder(const std::filesystem::path& path);

}  // namespace wsgauntlet
