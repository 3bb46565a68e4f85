// Expected and observed events in the notation that the reports have always had: Python 2's repr.
#pragma once

#include "play/result.hpp"

#include <cstddef>
#include <string>
#include <string_view>

namespace wsgauntlet::report {

/// ASCII text, and the part of it to mark: where expected and observed part. Nothing is marked when
/// `markBegin` equals `markEnd`.
struct Repr {
  std::string text;
  std::size_t markBegin = 0;
  std::size_t markEnd = 0;
};

/// `u'pongme 1!'`
[[nodiscard]] std::string reprUnicode(std::string_view utf8);
/// `{'OK': [('pong', u'a')], 'NON-STRICT': []}` in the order of the case file; `{}` when the
/// connection was never open.
[[nodiscard]] Repr reprExpected(const play::Result& result);
/// `[('message', u'Hello', False)]`
[[nodiscard]] Repr reprObserved(const play::Result& result);
/// Cuts what is longer than 996 characters, and says so with ` ...`.
void limit(Repr& repr);

}  // namespace wsgauntlet::report
