// Why a case did not pass, in plain words.
#pragma once

#include "play/result.hpp"
#include "report/records.hpp"

#include <string>

namespace wsgauntlet::report {

/// What was sent, what was to come, what came, and how the connection ended. Short: a few events
/// and the start of each payload, safe for a terminal.
[[nodiscard]] Explanation explain(const play::Result& result);
/// The explanation as one sentence; its parts are separated by semicolons.
[[nodiscard]] std::string sentence(const Explanation& why);

/// ` "Hello"`, or the start of it and the length; nothing for an empty payload. Octets that are not
/// UTF-8 are hexadecimal.
[[nodiscard]] std::string quoted(const play::Excerpt& payload);

}  // namespace wsgauntlet::report
