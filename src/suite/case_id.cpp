#include "suite/case_id.hpp"

#include <charconv>

namespace wsgauntlet::suite {

std::optional<CaseId> CaseId::parse(std::string_view text) {
  std::vector<int> parts;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (true) {
    int part = 0;
    // from_chars accepts a minus sign, an id does not.
    if (at == end || *at < '0' || *at > '9') return std::nullopt;
    const auto [next, error] = std::from_chars(at, end, part);
    if (error != std::errc()) return std::nullopt;
    parts.push_back(part);
    if (next == end) return CaseId(std::move(parts));
    if (*next != '.') return std::nullopt;
    at = next + 1;
  }
}

std::string CaseId::str(char separator) const {
  std::string text;
  for (const int part : parts_) {
    if (!text.empty()) text += separator;
    text += std::to_string(part);
  }
  return text;
}

}  // namespace wsgauntlet::suite
