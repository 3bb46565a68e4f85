// The wire log as a picture: who sent what, when, and who ended the connection.
#pragma once

#include "play/result.hpp"

#include <string>

namespace wsgauntlet::report {

/// An SVG element for the inside of a page; its colours are the custom properties of base.css.
/// Long logs are shown with their first and last rows.
[[nodiscard]] std::string sequenceDiagram(const play::Result& result);

}  // namespace wsgauntlet::report
