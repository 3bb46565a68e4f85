// The files of cases/ as they are built into the program. The definition is generated.
#pragma once

#include <span>
#include <string_view>

namespace wsgauntlet::suite {

struct EmbeddedFile {
  std::string_view path;  ///< below cases/
  const char* begin;
  const char* end;
};

[[nodiscard]] std::span<const EmbeddedFile> embeddedFiles();

}  // namespace wsgauntlet::suite
