// What the program calls itself on the wire. The names are those of the original: peers and
// scripts know them, and octet counts of reports depend on them.
#pragma once

namespace wsgauntlet::roles {

inline constexpr const char* kFuzzerName = "AutobahnTestSuite/25.10.1-0.10.9";
inline constexpr const char* kTesteeName = "AutobahnPython/0.10.9";

}  // namespace wsgauntlet::roles
