// Errors about the values of flags.
#pragma once

#include "base/error.hpp"

#include <fmt/format.h>

namespace wsgauntlet::cli {

/// Puts the name of a flag before the message of an InputError that `call` throws.
template <typename Call>
void forFlag(const char* flag, const Call& call) {
  try {
    call();
  } catch (const InputError& error) {
    throw InputError(fmt::format("{}: {}", flag, error.what()));
  }
}

}  // namespace wsgauntlet::cli
