// What the program calls itself on the wire.
#pragma once

namespace wsgauntlet::roles {

/// The name of the original: peers and scripts know it, and octet counts of reports depend on it.
inline constexpr const char* kFuzzerName = "AutobahnTestSuite/25.10.1-0.10.9";
inline constexpr const char* kOriginalTesteeName = "AutobahnPython/0.10.9";

/// The name of the testees. Called as the original is, they have the original's.
[[nodiscard]] constexpr const char* testeeName(bool originalSpelling) {
  return originalSpelling ? kOriginalTesteeName : "wsgauntlet/" WSGAUNTLET_VERSION;
}

}  // namespace wsgauntlet::roles
