#include "report/difference.hpp"

#include <algorithm>

namespace wsgauntlet::report {
namespace {

struct SameEvent {
  const play::Event& observed;

  bool operator()(const suite::ExpectMessage& expected) const {
    const auto* message = std::get_if<play::MessageEvent>(&observed);
    return message != nullptr && message->binary == expected.binary &&
           message->payload == play::Excerpt(expected.payload);
  }
  bool operator()(const suite::ExpectPong& expected) const {
    const auto* pong = std::get_if<play::PongEvent>(&observed);
    return pong != nullptr && pong->payload == play::Excerpt(expected.payload);
  }
  bool operator()(const suite::ExpectTimeout& expected) const {
    const auto* timeout = std::get_if<play::TimeoutEvent>(&observed);
    return timeout != nullptr && timeout->tag == expected.tag;
  }
};

std::size_t equalEvents(const std::vector<suite::ExpectedEvent>& expected,
                        const std::vector<play::Event>& observed) {
  const std::size_t shorter = std::min(expected.size(), observed.size());
  for (std::size_t i = 0; i < shorter; ++i) {
    if (!std::visit(SameEvent{observed[i]}, expected[i])) return i;
  }
  return shorter;
}

}  // namespace

std::optional<Difference> firstDifference(const play::Result& result) {
  if (!result.opened) return std::nullopt;
  std::optional<Difference> best;
  const auto alternatives = suite::alternativesOf(*result.testCase);
  for (std::size_t i = 0; i < alternatives.size(); ++i) {
    const auto& expected = alternatives[i].events;
    const std::size_t equal = equalEvents(expected, result.received);
    if (equal == expected.size() && equal == result.received.size()) return std::nullopt;
    if (!best || equal > best->event) best = Difference{i, equal};
  }
  return best;
}

}  // namespace wsgauntlet::report
