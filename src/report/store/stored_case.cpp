#include "report/store/stored_case.hpp"

#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace wsgauntlet::report {
namespace {

constexpr std::uint64_t kMaxRfc = 1'000'000;

suite::CaseId idOf(const StoredJson& json) {
  auto id = suite::CaseId::parse(json.text());
  if (!id) json.fail("expected a case id such as 1.1.1");
  return *std::move(id);
}

/// Reports show only the start and the length of a payload; this one has the same.
Payload payloadOf(const play::Excerpt& excerpt) {
  return {excerpt.head, excerpt.length};
}

struct ExpectedOf {
  suite::ExpectedEvent operator()(const play::MessageEvent& event) const {
    return suite::ExpectMessage{payloadOf(event.payload), event.binary};
  }
  suite::ExpectedEvent operator()(const play::PongEvent& event) const {
    return suite::ExpectPong{payloadOf(event.payload)};
  }
  suite::ExpectedEvent operator()(const play::TimeoutEvent& event) const {
    return suite::ExpectTimeout{event.tag};
  }
};

std::vector<suite::Alternative> alternatives(const StoredJson& expected) {
  std::vector<suite::Alternative> all;
  for (const suite::Rating rating : {suite::Rating::ok, suite::Rating::nonStrict}) {
    const std::string verdict(suite::name(rating));
    if (!expected.has(verdict)) continue;
    suite::Alternative& alternative = all.emplace_back();
    alternative.rating = rating;
    for (const StoredJson& event : expected.at(verdict).elements()) {
      alternative.events.push_back(std::visit(ExpectedOf{}, event.event()));
    }
  }
  return all;
}

/// `known`: for what a report does not show.
suite::CloseExpectation closeOf(const StoredJson& json, suite::CloseExpectation known) {
  known.byFuzzer = json.at("closedByMe").boolean();
  known.clean = json.at("requireClean").boolean();
  known.wrongEndpointIsFatal =
      json.has("closedByWrongEndpointIsFatal") && json.at("closedByWrongEndpointIsFatal").boolean();
  known.codes.clear();
  for (const StoredJson& code : json.at("closeCode").elements()) {
    known.codes.push_back(static_cast<std::uint16_t>(code.integer(65535)));
  }
  return known;
}

/// Replaces what a report shows of a case.
void adopt(suite::Case& testCase, const StoredJson& file) {
  testCase.description = file.at("description").octets();
  testCase.expectation = file.at("expectation").octets();
  testCase.reportTime = file.at("reportTime").boolean();
  testCase.reportCompressionRatio = file.at("reportCompressionRatio").boolean();
  const StoredJson expected = file.at("expected");
  expected.expectObject();
  auto all = alternatives(expected);
  if (auto* requirement = std::get_if<suite::Requirement>(&testCase.criterion)) {
    requirement->expected.reset();
    if (!all.empty()) requirement->expected = std::move(all.front());
  } else if (auto* events = std::get_if<suite::ExpectedEvents>(&testCase.criterion)) {
    events->alternatives = std::move(all);
  } else if (!all.empty()) {
    testCase.criterion = suite::ExpectedEvents{std::move(all), true, std::nullopt};
  }
  const StoredJson close = file.at("expectedClose");
  close.expectObject();
  if (close.size() > 0) testCase.close = closeOf(close, testCase.close);
}

}  // namespace

std::unique_ptr<suite::Case> foreignCase(const suite::CaseId& id) {
  auto testCase = std::make_unique<suite::Case>();
  testCase->id = id;
  testCase->suite = "other";
  testCase->category = std::to_string(id.parts().front());
  return testCase;
}

std::unique_ptr<suite::Case> exactCase(const StoredJson& sidecar,
                                       const suite::Catalogue& catalogue) {
  const suite::CaseId id = idOf(sidecar.at("id"));
  const suite::Case* known = catalogue.find(id);
  auto testCase = known == nullptr ? foreignCase(id) : std::make_unique<suite::Case>(*known);
  const bool byLevel = sidecar.at("judgedByLevel").boolean();
  if (byLevel != (suite::requirementOf(*testCase) != nullptr)) {
    testCase->criterion = byLevel ? suite::Criterion(suite::Requirement{})
                                  : suite::Criterion(suite::ExpectedEvents{});
  }
  adopt(*testCase, sidecar);
  testCase->suite = sidecar.at("suite").octets();
  testCase->category = sidecar.at("category").octets();
  testCase->subcategory = sidecar.at("subcategory").octets();
  testCase->spec.clear();
  for (const StoredJson& section : sidecar.at("spec").elements()) {
    testCase->spec.push_back(
        {static_cast<int>(section.at(std::size_t{0}).integer(kMaxRfc)), section.at(1).octets()});
  }
  return testCase;
}

const suite::Case* caseOf(const StoredJson& file, const suite::Catalogue& catalogue,
                          std::unique_ptr<suite::Case>& own) {
  const suite::CaseId id = idOf(file.at("id"));
  if (const suite::Case* known = catalogue.find(id)) return known;
  own = foreignCase(id);
  adopt(*own, file);
  return own.get();
}

}  // namespace wsgauntlet::report
