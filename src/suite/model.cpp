#include "suite/model.hpp"

namespace wsgauntlet::suite {

std::span<const Alternative> alternativesOf(const Case& testCase) {
  if (const auto* events = std::get_if<ExpectedEvents>(&testCase.criterion)) {
    return events->alternatives;
  }
  const Requirement* requirement = requirementOf(testCase);
  if (requirement == nullptr || !requirement->expected) return {};
  return {&*requirement->expected, 1};
}

const Opening& openingOf(const Case& testCase) {
  static const Opening kUsual;
  const Requirement* requirement = requirementOf(testCase);
  return requirement == nullptr ? kUsual : requirement->opening;
}

std::string_view name(Rating rating) {
  return rating == Rating::ok ? "OK" : "NON-STRICT";
}

}  // namespace wsgauntlet::suite
