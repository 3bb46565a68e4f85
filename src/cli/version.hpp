// The text of --version.
#pragma once

#include <string>

namespace wsgauntlet::cli {

/// `wsgauntlet 1.0.0`, and in further lines what bug reports need: commit, build type, compiler,
/// system, versions of the libraries, and how many cases are built in.
[[nodiscard]] std::string versionText();

}  // namespace wsgauntlet::cli
