#include "report/store/json.hpp"

#include "samples.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace wsgauntlet::report {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using Json = nlohmann::ordered_json;

Json parsed(const play::Result& result) {
  return Json::parse(caseJson(result));
}

Json parsedLog(play::WireLog log) {
  Sample sample = passed("1.1.1");
  sample.result.wireLog = std::move(log);
  return parsed(sample.result)["wirelog"];
}

TEST(CaseJson, HasTheKeysOfTheOriginalInTheOrderOfTheAlphabet) {
  std::vector<std::string> keys;
  const Json json = parsed(passed("1.1.1").result);
  for (const auto& item : json.items()) keys.push_back(item.key());
  EXPECT_THAT(
      keys, ElementsAre("agent", "behavior", "behaviorClose", "case", "closedByMe", "createStats",
                        "createWirelog", "description", "droppedByMe", "duration", "expectation",
                        "expected", "expectedClose", "failedByMe", "httpRequest", "httpResponse",
                        "id", "isServer", "localCloseCode", "localCloseReason", "received",
                        "remoteCloseCode", "remoteCloseReason", "reportCompressionRatio",
                        "reportTime", "result", "resultClose", "rxFrameStats", "rxOctetStats",
                        "started", "trafficStats", "txFrameStats", "txOctetStats", "wasClean",
                        "wasCloseHandshakeTimeout", "wasNotCleanReason", "wasOpenHandshakeTimeout",
                        "wasServerConnectionDropTimeout", "wirelog"));
  EXPECT_EQ(keys.size(), 39U);
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
}

TEST(CaseJson, IsIndentedLikeTheOriginal) {
  const std::string text = caseJson(passed("1.1.1").result);
  EXPECT_THAT(text, HasSubstr("{\n   \"agent\": \"agent/1.0\",\n   \"behavior\": \"OK\",\n"));
  EXPECT_THAT(text, HasSubstr("   \"expected\": {\n      \"OK\": [\n         [\n            "
                              "\"message\",\n            \"Hello\",\n            false\n"));
  EXPECT_THAT(text, HasSubstr("   \"rxFrameStats\": {},\n"));
  EXPECT_TRUE(text.ends_with("\n   ]\n}"));
}

TEST(CaseJson, HoldsTheFactsOfASample) {
  const Json json = parsed(reservedBits().result);
  EXPECT_EQ(json["expected"].dump(),
            R"({"NON-STRICT":[],"OK":[["message","Hello, world!",false]]})");
  EXPECT_EQ(json["expectedClose"].dump(),
            R"({"closeCode":[1002],"closedByMe":false,"requireClean":false})");
  EXPECT_EQ(json["received"].dump(),
            R"([["message","Hello, world!",false],["message","Hello, world!",false],["pong",""]])");
  EXPECT_EQ(json["started"], "2026-04-02T15:17:18.866Z");
  EXPECT_EQ(json["duration"], 1001);
  EXPECT_EQ(json["remoteCloseCode"], nullptr);
  EXPECT_EQ(json["localCloseReason"], "Going Away");
  EXPECT_EQ(json["trafficStats"], nullptr);
  EXPECT_EQ(json["wirelog"][8].dump(), R"(["KL",1])");
  EXPECT_EQ(json["wirelog"][10].dump(), R"(["RF",[13,"Hello, world!"],1,true,0,true,"4dd89230"])");
}

TEST(CaseJson, OrdersStatisticsByNumber) {
  Sample sample = passed("1.1.1");
  sample.result.stats.octetsReceived = {{2, 1}, {11, 2}, {100, 3}};
  EXPECT_EQ(parsed(sample.result)["rxOctetStats"].dump(), R"({"2":1,"11":2,"100":3})");
}

TEST(CaseJson, WritesEachKindOfRow) {
  const play::MaskKey mask{0xde, 0xad, 0xbe, 0xef};
  const auto at = Duration{};
  const Json log = parsedLog(
      {{at, play::OctetsRow{true, play::Excerpt(std::string(65, 'a')), true}},
       {at, play::OctetsRow{false, play::Excerpt(std::string(64, 'a')), false}},
       {at, play::FrameSentRow{play::Excerpt(OctetView("ab")), 2, false, 4, mask, 20, 1, true}},
       {at, play::FrameReceivedRow{play::Excerpt(OctetView("\x03\xe8")), 8, true, 0, std::nullopt}},
       {at, play::WaitRow{0.5, "A"}},
       {at, play::WaitEndedRow{std::nullopt}},
       {at, play::FailAfterRow{10}},
       {at, play::FailingRow{}},
       {at, play::CloseAfterRow{60}},
       {at, play::ClosingRow{}},
       {at, play::SwitchRow{false}}});
  std::string cut;
  for (int i = 0; i < 64; ++i) cut += "61";
  EXPECT_EQ(log[0].dump(), "[\"TO\",[65,\"" + cut + " ...\"],true]");
  EXPECT_EQ(log[1].dump(), "[\"RO\",[64,\"" + cut + "\"]]");
  EXPECT_EQ(log[2].dump(), R"(["TF",[2,"ab"],2,false,4,"deadbeef",20,1,true])");
  EXPECT_EQ(log[3].dump(), R"(["RF",[2,"0x03e8"],8,true,0,false,null])");
  EXPECT_EQ(log[4].dump(), R"(["CT",0.5,"A"])");
  EXPECT_EQ(log[5].dump(), R"(["CTE",null])");
  EXPECT_EQ(log[6].dump(), R"(["KL",10])");
  EXPECT_EQ(log[7].dump(), R"(["KLE"])");
  EXPECT_EQ(log[8].dump(), R"(["TI",60])");
  EXPECT_EQ(log[9].dump(), R"(["TIE"])");
  EXPECT_EQ(log[10].dump(), R"(["WLM",false])");
}

TEST(CaseJson, SaysOfAConnectionThatWasNeverOpenNothingThatTheScriptSaysAtItsOpening) {
  Sample sample = failed("1.1.1");
  sample.result.opened = false;
  sample.result.httpResponse.clear();
  Json json = parsed(sample.result);
  EXPECT_EQ(json["expected"].dump(), "{}");
  EXPECT_EQ(json["expectedClose"].dump(), "{}");
  EXPECT_EQ(json["duration"], 0);
  EXPECT_EQ(json["httpResponse"], "?");
  sample.testCase->deflate.emplace();
  json = parsed(sample.result);
  EXPECT_EQ(json["expectedClose"]["requireClean"], true);
}

TEST(CaseJson, NamesTheFatalRuleOnlyWhereItHolds) {
  Sample sample = passed("6.3.1");
  sample.testCase->close.wrongEndpointIsFatal = true;
  EXPECT_EQ(parsed(sample.result)["expectedClose"].dump(),
            R"({"closeCode":[1000],"closedByMe":true,"closedByWrongEndpointIsFatal":true,)"
            R"("requireClean":true})");
}

TEST(CaseJson, WritesTrafficInFullPrecision) {
  Sample sample = passed("12.1.1");
  play::TrafficStats traffic;
  traffic.incoming = {16000, 15766, 17766, 1000, 1000};
  traffic.preopenIncomingOctetsWireLevel = 203;
  traffic.preopenOutgoingOctetsWireLevel = 341;
  sample.result.traffic = traffic;
  EXPECT_EQ(
      parsed(sample.result)["trafficStats"].dump(),
      R"({"incomingCompressionRatio":0.985375,"incomingOctetsAppLevel":16000,)"
      R"("incomingOctetsWebSocketLevel":15766,"incomingOctetsWireLevel":17766,)"
      R"("incomingWebSocketFrames":1000,"incomingWebSocketMessages":1000,)"
      R"("incomingWebSocketOverhead":0.12685525815045035,"outgoingCompressionRatio":null,)"
      R"("outgoingOctetsAppLevel":0,"outgoingOctetsWebSocketLevel":0,)"
      R"("outgoingOctetsWireLevel":0,"outgoingWebSocketFrames":0,"outgoingWebSocketMessages":0,)"
      R"("outgoingWebSocketOverhead":null,"preopenIncomingOctetsWireLevel":203,)"
      R"("preopenOutgoingOctetsWireLevel":341})");
}

TEST(CaseJson, IsAsciiAndValidWhateverThePeerSent) {
  const std::string text = caseJson(hostile().result);
  for (const char c : text) EXPECT_TRUE(c == '\n' || (c >= 0x20 && c < 0x7f));
  const Json json = Json::parse(text);
  EXPECT_THAT(json["received"][0][1].get<std::string>(), ::testing::StartsWith("0x3c736372697074"));
  EXPECT_THAT(json["remoteCloseReason"].get<std::string>(), ::testing::StartsWith("0x3c736372"));
  EXPECT_THAT(json["localCloseReason"].get<std::string>(), ::testing::StartsWith("3c736372"));
  EXPECT_THAT(json["httpRequest"].get<std::string>(), HasSubstr("\u0080ÿí"));
  EXPECT_THAT(json["agent"].get<std::string>(), HasSubstr("\uFFFD"));
}

TEST(CaseJson, EscapesWhatIsNotAscii) {
  Sample sample = passed("6.6.1");
  sample.result.received = {play::PongEvent{play::Excerpt(OctetView("κ\x7f😀"))}};
  EXPECT_THAT(caseJson(sample.result), HasSubstr(R"("\u03ba\u007f\ud83d\ude00")"));
}

TEST(IndexJson, IsToTheLetterWhatScriptsRead) {
  const Sample ok = passed("1.1.1", "b/2");
  const Sample bad = failed("10.1.1", "b/2");
  const Sample other = failed("2.1", "a");
  Records records;
  records["b/2"][ok.testCase->id] = makeRecord(ok.result, "b_2_case_1_1_1.json");
  records["b/2"][bad.testCase->id] = makeRecord(bad.result, "b_2_case_10_1_1.json");
  records["b/2"][other.testCase->id] = makeRecord(other.result, "b_2_case_2_1.json");
  records["a"][other.testCase->id] = makeRecord(other.result, "a_case_2_1.json");
  EXPECT_EQ(indexJson(records), R"({
   "a": {
      "2.1": {
         "behavior": "FAILED",
         "behaviorClose": "UNCLEAN",
         "duration": 2,
         "remoteCloseCode": null,
         "reportfile": "a_case_2_1.json"
      }
   },
   "b/2": {
      "1.1.1": {
         "behavior": "OK",
         "behaviorClose": "OK",
         "duration": 2,
         "remoteCloseCode": 1000,
         "reportfile": "b_2_case_1_1_1.json"
      },
      "10.1.1": {
         "behavior": "FAILED",
         "behaviorClose": "UNCLEAN",
         "duration": 2,
         "remoteCloseCode": null,
         "reportfile": "b_2_case_10_1_1.json"
      },
      "2.1": {
         "behavior": "FAILED",
         "behaviorClose": "UNCLEAN",
         "duration": 2,
         "remoteCloseCode": null,
         "reportfile": "b_2_case_2_1.json"
      }
   }
})");
  EXPECT_EQ(indexJson({}), "{}");
}

}  // namespace
}  // namespace wsgauntlet::report
