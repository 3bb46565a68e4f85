#pragma once

namespace wsgauntlet {

/// Gives memory that was freed back to the system, as far as the C library can. Takes milliseconds
/// when that is much.
void returnFreeMemory();

}  // namespace wsgauntlet
