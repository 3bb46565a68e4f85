// What a case file means: the payload grammar, templates, defaults. samples_test.cpp has the
// errors.
#include "suite/case_loader.hpp"
#include "suite/catalogue.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::suite {
namespace {

/// The cases of a file with these `cases` and this head; fails the test on a problem.
std::vector<Case> load(const std::string& cases, const std::string& head = "") {
  std::vector<Problem> problems;
  auto loaded = loadCases(
      {"test.json", R"({"format": 1, "suite": "own", )" + head +
                        R"("category": {"id": "7", "title": "Seven"}, "cases": [)" + cases + "]}"},
      problems);
  for (const Problem& problem : problems) ADD_FAILURE() << format(problem);
  return loaded;
}

/// A case, given its id, its script and what else it has.
std::string text(const std::string& id, const std::string& script, const std::string& more = "") {
  return R"({"id": ")" + id + R"(", "description": "d", "expectation": "e", )" +
         R"("spec": [{"rfc": 6455, "section": "5.4"}], "script": [)" + script +
         R"(, {"fail-after": 1}], )" + (more.empty() ? R"("expect": {"OK": []})" : more) + "}";
}

Action firstStep(const std::string& step) {
  return load(text("7.1", step)).at(0).script.at(0).action;
}

Payload payloadOf(const std::string& json) {
  return std::get<FrameToSend>(firstStep(R"({"send": "text", "payload": )" + json + "}")).payload;
}

TEST(PayloadGrammar, DescribesOctets) {
  EXPECT_EQ(payloadOf(R"("κ")").octets(), "\xCE\xBA");
  EXPECT_EQ(payloadOf(R"("$$x")").octets(), "$x");
  EXPECT_EQ(payloadOf(R"("$")").octets(), "$");
  EXPECT_EQ(payloadOf(R"({"hex": "00Ff"})").octets(), Octets("\x00\xFF", 2));
  EXPECT_EQ(payloadOf(R"({"repeat": "ab", "times": 3})").octets(), "ababab");
  EXPECT_EQ(payloadOf(R"({"repeat": "ab", "to": 3})").octets(), "aba");
  EXPECT_EQ(
      payloadOf(R"({"concat": ["a", {"repeat": {"hex": "62"}, "times": 2}, "", "c"]})").octets(),
      "abbc");
  EXPECT_EQ(payloadOf(R"({"repeat": {"concat": ["a", "b"]}, "to": 5})").octets(), "ababa");
  EXPECT_EQ(payloadOf(R"({"corpus": "pdf", "length": 8})").octets(), "%PDF-1.4");
  EXPECT_EQ(payloadOf(R"({"corpus": "pdf", "from": 1, "length": 3})").octets(), "PDF");
}

TEST(PayloadGrammar, ALongRepetitionTakesTheMemoryOfItsBase) {
  const Payload payload = payloadOf(R"({"repeat": "abc", "to": 1073741824})");
  EXPECT_EQ(payload.base(), "abc");
  EXPECT_EQ(payload.size(), 1073741824U);
  EXPECT_EQ(payloadOf(R"({"repeat": "*", "to": 0})").base(), "*");
}

TEST(Steps, HaveTheDefaultsOfAGoodFrame) {
  const auto frame = std::get<FrameToSend>(firstStep(R"({"send": "pong"})"));
  EXPECT_EQ(frame.opcode, 10);
  EXPECT_TRUE(frame.fin);
  EXPECT_EQ(frame.rsv, 0);
  EXPECT_TRUE(frame.payload.empty());
  EXPECT_FALSE(frame.repeatTo || frame.declaredLength || frame.mask || frame.chop || frame.sync);
}

TEST(Steps, CarryEveryDetailOfAFrame) {
  const auto frame = std::get<FrameToSend>(
      firstStep(R"({"send": 3, "fin": false, "rsv": 5, "payload": "x", "repeat-to": 9,
                    "declared-length": 10, "mask": "01fe00ab", "chop": 2, "sync": true})"));
  EXPECT_EQ(frame.opcode, 3);
  EXPECT_FALSE(frame.fin);
  EXPECT_EQ(frame.rsv, 5);
  EXPECT_EQ(frame.repeatTo, 9U);
  EXPECT_EQ(frame.declaredLength, 10U);
  EXPECT_EQ(frame.mask, (std::array<std::uint8_t, 4>{0x01, 0xFE, 0x00, 0xAB}));
  EXPECT_EQ(frame.chop, 2U);
  EXPECT_TRUE(frame.sync);
}

TEST(Cases, HaveDefaults) {
  const Case read = load(text("7.1", R"({"send": "text"})")).at(0);
  EXPECT_EQ(read.suite, "own");
  EXPECT_EQ(read.category, "7 Seven");
  EXPECT_EQ(read.subcategory, "");
  EXPECT_EQ(read.kind, Kind::waits);
  EXPECT_TRUE(read.close.byFuzzer);
  EXPECT_THAT(read.close.codes, testing::ElementsAre(1000));
  EXPECT_TRUE(read.close.clean);
  EXPECT_FALSE(read.close.wrongEndpointIsFatal);
  const auto& events = std::get<ExpectedEvents>(read.criterion);
  EXPECT_TRUE(events.finishEarly);
  EXPECT_FALSE(read.close.wrongCodeIsFatal || events.informational || read.framesSent ||
               read.deflate);
  EXPECT_EQ(read.cost, 0);
}

TEST(Cases, CostWhatTheyWaitUnlessTheySaySo) {
  const std::string waits = R"({"wait": 1}, {"wait": 0.5, "tag": "A"})";
  EXPECT_EQ(load(text("7.1", waits)).at(0).cost, 1.5);
  EXPECT_EQ(load(text("7.1", waits, R"("expect": {"OK": []}, "cost": 3)")).at(0).cost, 3);
}

TEST(Cases, AreInTheSubcategoryOfTheirId) {
  const auto cases = load(text("7.1.1", R"({"send": 1})") + "," + text("7.10.1", R"({"send": 1})"),
                          R"("subcategories": {"7.1": "One", "7.10": "Ten"}, )");
  EXPECT_EQ(cases.at(0).subcategory, "7.1 One");
  EXPECT_EQ(cases.at(1).subcategory, "7.10 Ten");
}

TEST(Cases, PutOKBeforeNonStrict) {
  const Case read =
      load(text("7.1", R"({"send": 1})", R"("expect": {"NON-STRICT": [], "OK": [{"pong": ""}]})"))
          .at(0);
  EXPECT_EQ(alternativesOf(read)[0].rating, Rating::ok);
  EXPECT_EQ(alternativesOf(read)[1].rating, Rating::nonStrict);
}

TEST(Templates, GiveOneCaseForEachRow) {
  const auto cases = load(R"json({
      "id": "7.{n}",
      "for": [{"n": 1, "octets": {"hex": "00"}, "name": "nul", "s": 0.5},
              {"n": 2, "octets": "$a", "name": "dollar", "s": 2}],
      "description": "{name} ({s} s, {n})", "expectation": "{name} back",
      "spec": [{"rfc": 1, "section": "2"}],
      "script": [{"send": "text", "payload": {"concat": ["$octets", "!"]}}, {"fail-after": "$s"}],
      "expect": {"OK": [{"text": "$octets"}]}, "informational": {"*": "a {name}"}})json");
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(cases[0].id.str(), "7.1");
  EXPECT_EQ(cases[0].description, "nul (0.5 s, 1)");
  EXPECT_EQ(cases[1].description, "dollar (2 s, 2)");
  EXPECT_EQ(cases[1].expectation, "dollar back");
  EXPECT_EQ(std::get<ExpectedEvents>(cases[1].criterion).informational->results.at(0).text,
            "a dollar");
  EXPECT_EQ(std::get<FrameToSend>(cases[0].script[0].action).payload.octets(), Octets("\0!", 2));
  EXPECT_EQ(std::get<FrameToSend>(cases[1].script[0].action).payload.octets(), "$a!");
  EXPECT_EQ(std::get<FailAfter>(cases[0].script[1].action).seconds, 0.5);
  EXPECT_EQ(cases[1].place.pointer, "/cases/0/for/1");
}

TEST(Templates, TakeATableOfTheFile) {
  const std::string row = R"("for": "t", "expect": {"OK": []})";
  const auto cases = load(
      text("7.1.{n}", R"({"send": "$n"})", row) + "," + text("7.2.{n}", R"({"send": "$op"})", row),
      R"("tables": {"t": [{"n": 1, "op": "ping"}, {"n": 2, "op": 11}]}, )");
  ASSERT_EQ(cases.size(), 4U);
  EXPECT_EQ(std::get<FrameToSend>(cases[3].script[0].action).opcode, 11);
}

TEST(Templates, NullLeavesAKeyOut) {
  const auto cases =
      load(text("7.{n}", R"({"send": 1, "chop": "$chop", "fin": "$fin"})",
                R"("for": [{"n": 1, "chop": null, "fin": null}, {"n": 2, "chop": 4, "fin": false}],
                   "expect": {"OK": []})"));
  ASSERT_EQ(cases.size(), 2U);
  EXPECT_EQ(std::get<FrameToSend>(cases[0].script[0].action).chop, std::nullopt);
  EXPECT_TRUE(std::get<FrameToSend>(cases[0].script[0].action).fin);
  EXPECT_EQ(std::get<FrameToSend>(cases[1].script[0].action).chop, 4U);
  EXPECT_FALSE(std::get<FrameToSend>(cases[1].script[0].action).fin);
}

}  // namespace
}  // namespace wsgauntlet::suite
