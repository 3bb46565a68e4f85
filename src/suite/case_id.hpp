// The id of a case.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wsgauntlet::suite {

/// A case id such as 5.19 or 12.1.7, ordered by its numbers: 2.9 < 2.10.
class CaseId {
 public:
  CaseId() = default;
  explicit CaseId(std::vector<int> parts) : parts_(std::move(parts)) {}
  /// Reads dot-separated numbers; `01.1.1` equals `1.1.1`. Nothing when the text is something else.
  static std::optional<CaseId> parse(std::string_view text);

  [[nodiscard]] const std::vector<int>& parts() const { return parts_; }
  /// The parts joined with `separator`.
  [[nodiscard]] std::string str(char separator = '.') const;
  // clang-tidy 14 sees a null pointer in <=>.
  friend auto operator<=>(const CaseId&, const CaseId&) = default;  // NOLINT(modernize-use-nullptr)

 private:
  std::vector<int> parts_;
};

}  // namespace wsgauntlet::suite
