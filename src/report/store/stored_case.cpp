#include "report/store/stored_case.hpp"

#include "report/excerpt_text.hpp"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace wsgauntlet::report {
namespace {

suite::CaseId idOf(const StoredJson& json) {
  auto id = suite::CaseId::parse(json.text());
  if (!id) json.fail("expected a case id such as 1.1.1");
  return *std::move(id);
}

/// A payload of which a report shows the start. One that was cut is made one octet longer than an
/// excerpt, with the beginning of a code point where the cut has split one: it reads as before.
Payload payloadOf(const std::string& text) {
  const play::Excerpt excerpt = excerptOf(text);
  if (!excerpt.cut()) return Payload(excerpt.head);
  constexpr std::string_view kBeginnings[] = {"", "\xC3", "\xE2\x82", "\xF0\x9F\x98"};
  const std::size_t lacking = play::Excerpt::kOctets - excerpt.head.size();
  return {excerpt.head + std::string(kBeginnings[std::min<std::size_t>(lacking, 3)]),
          std::uint64_t{play::Excerpt::kOctets + 1}};
}

suite::ExpectedEvent eventOf(const StoredJson& json) {
  const std::string& kind = json.at(std::size_t{0}).text();
  const std::string& text = json.at(1).text();
  if (kind == "message") return suite::ExpectMessage{payloadOf(text), json.at(2).boolean()};
  if (kind == "pong") return suite::ExpectPong{payloadOf(text)};
  if (kind == "timeout") return suite::ExpectTimeout{octetsOf(text)};
  json.fail("expected an event: message, pong or timeout");
}

struct ShownEvent {
  std::string operator()(const suite::ExpectMessage& event) const {
    return (event.binary ? "b" : "t") + excerptText(play::Excerpt(event.payload)).text;
  }
  std::string operator()(const suite::ExpectPong& event) const {
    return "p" + excerptText(play::Excerpt(event.payload)).text;
  }
  std::string operator()(const suite::ExpectTimeout& event) const { return "w" + event.tag; }
};

using Shown = std::map<std::string, std::vector<std::string>>;

/// What a report shows of alternatives. A cut payload is compared by its start alone.
Shown shown(std::span<const suite::Alternative> alternatives) {
  Shown all;
  for (const suite::Alternative& alternative : alternatives) {
    std::vector<std::string>& events = all[std::string(suite::name(alternative.rating))];
    for (const auto& event : alternative.events) events.push_back(std::visit(ShownEvent{}, event));
  }
  return all;
}

std::vector<suite::Alternative> alternatives(const StoredJson& expected) {
  expected.expectObject();
  std::vector<suite::Alternative> all;
  for (const suite::Rating rating : {suite::Rating::ok, suite::Rating::nonStrict}) {
    const std::string verdict(suite::name(rating));
    if (!expected.value().contains(verdict)) continue;
    const StoredJson events = expected.at(verdict);
    suite::Alternative& alternative = all.emplace_back();
    alternative.rating = rating;
    for (std::size_t i = 0; i < events.size(); ++i) {
      alternative.events.push_back(eventOf(events.at(i)));
    }
  }
  return all;
}

suite::CloseExpectation closeOf(const StoredJson& json) {
  suite::CloseExpectation close;
  close.codes.clear();
  close.byFuzzer = json.at("closedByMe").boolean();
  close.clean = json.at("requireClean").boolean();
  if (json.has("closedByWrongEndpointIsFatal")) {
    close.wrongEndpointIsFatal = json.at("closedByWrongEndpointIsFatal").boolean();
  }
  const StoredJson codes = json.at("closeCode");
  codes.expectArray();
  for (std::size_t i = 0; i < codes.size(); ++i) {
    close.codes.push_back(static_cast<std::uint16_t>(codes.at(i).integer(65535)));
  }
  return close;
}

bool same(const suite::CloseExpectation& a, const suite::CloseExpectation& b) {
  return a.byFuzzer == b.byFuzzer && a.codes == b.codes && a.clean == b.clean &&
         a.wrongEndpointIsFatal == b.wrongEndpointIsFatal;
}

/// Whoever judged the case, its report shows the alternatives only.
void expect(suite::Case& testCase, std::vector<suite::Alternative> alternatives) {
  if (auto* requirement = std::get_if<suite::Requirement>(&testCase.criterion)) {
    requirement->expected = std::move(alternatives.front());
  } else {
    testCase.criterion = suite::ExpectedEvents{std::move(alternatives), true, std::nullopt};
  }
}

/// Takes over what the file shows and the case does not have. True when there was such a thing.
bool adopt(suite::Case& testCase, const StoredJson& file) {
  bool changed = false;
  const auto take = [&changed](auto& target, auto value) {
    if (target == value) return;
    target = std::move(value);
    changed = true;
  };
  take(testCase.description, octetsOf(file.at("description").text()));
  take(testCase.expectation, octetsOf(file.at("expectation").text()));
  take(testCase.reportTime, file.at("reportTime").boolean());
  take(testCase.reportCompressionRatio, file.at("reportCompressionRatio").boolean());
  std::vector<suite::Alternative> expected = alternatives(file.at("expected"));
  if (!expected.empty() && shown(expected) != shown(suite::alternativesOf(testCase))) {
    expect(testCase, std::move(expected));
    changed = true;
  }
  const StoredJson close = file.at("expectedClose");
  close.expectObject();
  if (close.size() > 0 && !same(closeOf(close), testCase.close)) {
    testCase.close = closeOf(close);
    changed = true;
  }
  return changed;
}

/// A case that the catalogue does not know.
suite::Case foreignCase(const suite::CaseId& id) {
  suite::Case testCase;
  testCase.id = id;
  testCase.suite = "other";
  testCase.category = fmt::format("{}", id.parts().front());
  return testCase;
}

}  // namespace

const suite::Case* caseOf(const StoredJson& file, const suite::Catalogue& catalogue,
                          std::unique_ptr<suite::Case>& own) {
  const suite::CaseId id = idOf(file.at("id"));
  const suite::Case* known = catalogue.find(id);
  own = std::make_unique<suite::Case>(known != nullptr ? *known : foreignCase(id));
  const bool changed = adopt(*own, file);
  if (known == nullptr || changed) return own.get();
  own.reset();
  return known;
}

}  // namespace wsgauntlet::report
