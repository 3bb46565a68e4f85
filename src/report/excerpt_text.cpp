#include "report/excerpt_text.hpp"

#include "base/hex.hpp"
#include "base/text.hpp"

#include <fmt/format.h>

namespace wsgauntlet::report {

ExcerptText excerptText(const play::Excerpt& excerpt) {
  const std::string_view marker = excerpt.cut() ? " ..." : "";
  const std::string_view text = excerpt.cut() ? wholeCodePoints(excerpt.head) : excerpt.head;
  if (isUtf8(text)) return {fmt::format("{}{}", text, marker), true};
  return {fmt::format("0x{}{}", toHex(excerpt.head), marker), false};
}

std::string excerptHex(const play::Excerpt& excerpt) {
  return toHex(excerpt.head) + (excerpt.cut() ? " ..." : "");
}

}  // namespace wsgauntlet::report
