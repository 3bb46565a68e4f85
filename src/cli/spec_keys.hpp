// The keys of spec files, for reading, for warnings and for the reference.
#pragma once

#include <span>

namespace wsgauntlet::cli {

struct SpecKey {
  const char* name;
  const char* type;
  const char* fallback;  ///< the default
  const char* meaning;
};

/// A kind of object in spec files.
struct SpecObject {
  const char* title;
  const char* mode;  ///< whose spec file it is in
  std::span<const SpecKey> keys;
};

[[nodiscard]] std::span<const SpecKey> fuzzingClientKeys();
[[nodiscard]] std::span<const SpecKey> fuzzingServerKeys();
/// An entry of `servers` of the fuzzing client.
[[nodiscard]] std::span<const SpecKey> serverKeys();
[[nodiscard]] std::span<const SpecKey> massConnectKeys();
/// The object `options` of massconnect.
[[nodiscard]] std::span<const SpecKey> massConnectOptionKeys();
/// An entry of `servers` of massconnect.
[[nodiscard]] std::span<const SpecKey> massConnectServerKeys();

/// All of them, in the order of the reference.
[[nodiscard]] std::span<const SpecObject> specObjects();

}  // namespace wsgauntlet::cli
