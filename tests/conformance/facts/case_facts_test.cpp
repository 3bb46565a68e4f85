// The expansion of every built-in case against what the original does, as recorded from it.
#include "base/hex.hpp"
#include "suite/catalogue.hpp"

#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <openssl/evp.h>

namespace wsgauntlet::suite {
namespace {

using nlohmann::json;

/// Payloads up to this length stand in the facts as they are, longer ones as a digest.
constexpr std::uint64_t kShownWhole = 512;

template <typename... Visitors>
struct Overloaded : Visitors... {
  using Visitors::operator()...;
};
template <typename... Visitors>
Overloaded(Visitors...) -> Overloaded<Visitors...>;

template <typename Value>
json orNull(const std::optional<Value>& value) {
  return value ? json(*value) : json(nullptr);
}

std::string sha1Hex(const Octets& octets) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int length = 0;
  EVP_Digest(octets.data(), octets.size(), digest, &length, EVP_sha1(), nullptr);
  return toHex({reinterpret_cast<const char*>(digest), length});
}

json factsOf(const Payload& payload) {
  if (payload.size() <= kShownWhole) {
    return {{"hex", toHex(payload.octets())}, {"len", payload.size()}};
  }
  return {{"head_hex", toHex(payload.head(16))},
          {"len", payload.size()},
          {"sha1", sha1Hex(payload.octets())}};
}

json frameFacts(const FrameToSend& frame) {
  return {{"op", "frame"},
          {"opcode", frame.opcode},
          {"fin", frame.fin},
          {"rsv", frame.rsv},
          {"payload", factsOf(frame.payload)},
          {"repeat_len", orNull(frame.repeatTo)},
          {"chop", orNull(frame.chop)},
          {"sync", frame.sync}};
}

json factsOf(const Action& action) {
  const auto timer = [](const char* op, double seconds) {
    return json{{"op", op}, {"seconds", seconds}};
  };
  return std::visit(
      Overloaded{
          [](const FrameToSend& frame) { return frameFacts(frame); },
          [](const SendMessage& message) {
            return json{{"op", "message"},
                        {"binary", message.binary},
                        {"payload", factsOf(message.payload)},
                        {"fragment_size", orNull(message.fragmentSize)},
                        {"sync", message.sync}};
          },
          [](const SendClose& close) {
            return json{{"op", "close_frame"},
                        {"code", orNull(close.code)},
                        {"reason", close.reason ? factsOf(Payload(*close.reason)) : json(nullptr)}};
          },
          [](const BeginMessage& begin) {
            return json{{"op", "begin_message"}, {"binary", begin.binary}};
          },
          [](const BeginFrame& begin) {
            return json{{"op", "begin_frame"}, {"length", begin.length}};
          },
          [](const FrameData& data) {
            return json{
                {"op", "frame_data"}, {"payload", factsOf(data.payload)}, {"sync", data.sync}};
          },
          [](const EndMessage&) {
            return json{{"op", "end_message"}};
          },
          [](const Wait& wait) {
            return json{{"op", "delay"}, {"seconds", wait.seconds}, {"tag", orNull(wait.tag)}};
          },
          [&](const CloseAfter& close) { return timer("close_after", close.seconds); },
          [&](const FailAfter& fail) { return timer("fail_after", fail.seconds); },
          [](const SwitchWireLog& wireLog) {
            return json{{"op", "wirelog"}, {"on", wireLog.on}, {"marker", !wireLog.silent}};
          },
          [](const SetFragmentSize& set) {
            return json{{"op", "auto_fragment"}, {"size", set.size}};
          },
          // Steps that the original does not have.
          [](const SendOctets&) { return json(); }, [](const Await&) { return json(); },
          [](const EndSending&) { return json(); }, [](const SwitchReading&) { return json(); },
          [](const ResetTcp&) { return json(); }},
      action);
}

/// The first message of the loop, which the facts list as the last step.
json firstRoundTrip(const RoundTrips& trips) {
  if (const auto* slices = std::get_if<CorpusSlices>(&trips.payload)) {
    return {{"op", "message"},
            {"binary", trips.binary},
            {"payload", {{"len", slices->length}, {"note", "first slice of the corpus file"}}},
            {"fragment_size", nullptr},
            {"sync", false}};
  }
  const auto& payload = std::get<Payload>(trips.payload);
  FrameToSend frame;
  frame.opcode = trips.binary ? 2 : 1;
  frame.payload = Payload(payload.base());
  frame.repeatTo = payload.size();
  return frameFacts(frame);
}

json scriptFacts(const Case& testCase) {
  json script = json::array();
  for (const Step& step : testCase.script) {
    // Size 0 is what a connection has anyway; the facts leave it out.
    const auto* size = std::get_if<SetFragmentSize>(&step.action);
    if (size == nullptr || size->size != 0) script.push_back(factsOf(step.action));
  }
  if (const auto* trips = std::get_if<RoundTrips>(&testCase.criterion)) {
    script.push_back(firstRoundTrip(*trips));
  }
  return script;
}

json expectedFacts(const Case& testCase) {
  json expected = json::object();
  for (const Alternative& alternative : alternativesOf(testCase)) {
    json events = json::array();
    for (const ExpectedEvent& event : alternative.events) {
      events.push_back(std::visit(Overloaded{[](const ExpectMessage& message) {
                                               return json{"message", factsOf(message.payload),
                                                           message.binary ? "binary" : "text"};
                                             },
                                             [](const ExpectPong& pong) {
                                               return json{"pong", factsOf(pong.payload)};
                                             },
                                             [](const ExpectTimeout& timeout) {
                                               return json{"timeout", timeout.tag};
                                             }},
                                  event));
    }
    expected[std::string(name(alternative.rating))] = std::move(events);
  }
  return expected;
}

json closeFacts(const CloseExpectation& close) {
  json facts = {
      {"closedByMe", close.byFuzzer}, {"closeCode", close.codes}, {"requireClean", close.clean}};
  if (close.wrongEndpointIsFatal) facts["closedByWrongEndpointIsFatal"] = true;
  return facts;
}

std::uint64_t fragmentSize(const Case& testCase) {
  for (const Step& step : testCase.script) {
    if (const auto* set = std::get_if<SetFragmentSize>(&step.action)) return set->size;
  }
  return 0;
}

json roundTripFacts(const Case& testCase, const RoundTrips& trips) {
  json facts = {{"binary", trips.binary}, {"count", trips.count}, {"timeout", trips.seconds}};
  const auto* slices = std::get_if<CorpusSlices>(&trips.payload);
  if (slices == nullptr) {
    facts["length"] = std::get<Payload>(trips.payload).size();
    facts["verify"] = "type and length";
    return facts;
  }
  const std::map<std::string, std::string> data = {{"json", "json (text)"},
                                                   {"bitmap", "grey-scale bitmap (binary)"},
                                                   {"german", "prose in German (binary)"},
                                                   {"html", "html (text)"},
                                                   {"pdf", "pdf (binary)"}};
  facts["data"] = data.at(slices->corpus);
  facts["length"] = slices->length;
  facts["length_unit"] = slices->codePoints ? "code points" : "octets";
  facts["auto_fragment"] = fragmentSize(testCase);
  facts["verify"] = "type, length and content";
  return facts;
}

using Rules = std::vector<std::tuple<bool, bool, int>>;

/// What the accept functions of the original do: needs client_max_window_bits, asks for
/// client_no_context_takeover, asks for client_max_window_bits.
const std::map<std::string, Rules> kAccept = {
    {"accept_deflate", {{false, false, 0}}},
    {"accept1", {{false, false, 0}}},
    {"accept2", {{false, true, 0}}},
    {"accept3", {{true, false, 9}}},
    {"accept4", {{true, false, 15}}},
    {"accept5", {{true, true, 9}}},
    {"accept6", {{true, true, 15}}},
    {"accept7", {{true, true, 9}, {false, true, 0}, {false, false, 0}}}};

void expectDeflate(const Case& testCase, const json& facts) {
  ASSERT_EQ(testCase.deflate.has_value(), facts.contains("permessage_deflate"));
  if (!testCase.deflate) return;
  const json& deflate = facts["permessage_deflate"];
  std::vector<std::string> offers;
  for (const json& offer : deflate["client_offers"]) offers.push_back(offer["header"]);
  EXPECT_EQ(testCase.deflate->offers, offers);
  Rules rules;
  for (const Deflate::Rule& rule : testCase.deflate->accept) {
    rules.emplace_back(rule.needsClientMaxWindowBits, rule.clientNoContextTakeover,
                       rule.clientMaxWindowBits.value_or(0));
  }
  EXPECT_EQ(rules, kAccept.at(deflate["server_accept"]));
}

/// The rules of the verdict as far as the probes of the original show them.
void expectVerdictRules(const Case& testCase, const json& facts) {
  if (!facts.contains("verdict_probes")) return;
  const json& probes = facts["verdict_probes"];
  EXPECT_EQ(testCase.close.wrongCodeIsFatal, probes["wrong_code"][0] == "FAILED");
  const auto* events = std::get_if<ExpectedEvents>(&testCase.criterion);
  EXPECT_EQ(events != nullptr && events->informational,
            probes["as_expected"][0] == "INFORMATIONAL");
  EXPECT_EQ(testCase.close.wrongEndpointIsFatal, probes["wrong_endpoint"][0] == "FAILED");
}

json measureFacts(const Case& testCase) {
  json facts = json::object();
  if (const auto* large = std::get_if<LargeEcho>(&testCase.criterion)) {
    facts["large_message"] = {{"length", large->payload.size()},
                              {"timeout", large->seconds},
                              {"verify", "type and length"}};
  }
  if (const auto* trips = std::get_if<RoundTrips>(&testCase.criterion)) {
    facts["roundtrips"] = roundTripFacts(testCase, *trips);
  }
  return facts;
}

/// All that is compared as a whole.
json factsOf(const Case& testCase) {
  json facts = {
      {"id", testCase.id.str()},
      {"index", testCase.number},
      {"category", testCase.category},
      {"subcategory", testCase.subcategory.empty() ? json(nullptr) : json(testCase.subcategory)},
      {"script", scriptFacts(testCase)},
      {"expected", expectedFacts(testCase)},
      {"expected_close", closeFacts(testCase.close)},
      {"report_time", testCase.reportTime},
      {"report_compression_ratio", testCase.reportCompressionRatio}};
  if (const auto* events = std::get_if<ExpectedEvents>(&testCase.criterion)) {
    facts["suppress_close"] = !events->finishEarly;
  }
  facts.update(measureFacts(testCase));
  return facts;
}

/// The original has two ways of sending a Close frame. While the connection is open, and it always
/// is, they are the same.
void unifyClosing(json& script) {
  for (json& step : script) {
    if (step["op"] != "close_handshake") continue;
    step["op"] = "close_frame";
    if (step["reason"].is_string()) step["reason"] = factsOf(Payload(step["reason"].get<Octets>()));
  }
}

json readFacts() {
  std::ifstream in(WSGAUNTLET_SOURCE_DIR "/tests/conformance/case-facts.json");
  json facts = json::parse(in);
  for (json& one : facts) {
    unifyClosing(one["script"]);
    // It says when to close, which echoes that are measured decide themselves.
    if (one.contains("large_message") || one.contains("roundtrips")) one.erase("suppress_close");
  }
  return facts;
}

TEST(CaseFacts, EveryCaseDoesWhatTheOriginalDoes) {
  const json allFacts = readFacts();
  const auto& cases = Catalogue::builtIn().cases();
  ASSERT_EQ(cases.size(), allFacts.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    SCOPED_TRACE("case " + cases[i].id.str());
    json facts = allFacts[i];
    expectDeflate(cases[i], facts);
    expectVerdictRules(cases[i], facts);
    facts.erase("permessage_deflate");
    facts.erase("verdict_probes");
    const json ours = factsOf(cases[i]);
    EXPECT_EQ(ours, facts) << json::diff(facts, ours).dump(1);
  }
}

TEST(CaseFacts, OnlyOneCaseCountsItsFrames) {
  for (const Case& testCase : Catalogue::builtIn().cases()) {
    EXPECT_EQ(testCase.framesSent.has_value(), testCase.id.str() == "10.1.1");
  }
  const Case* counted = Catalogue::builtIn().find(CaseId({10, 1, 1}));
  ASSERT_NE(counted, nullptr);
  const std::vector<std::pair<std::uint8_t, std::uint64_t>> counts = {{0, 50}, {1, 1}};
  EXPECT_EQ(counted->framesSent, counts);
}

TEST(CaseFacts, InformationalResultsAreThoseOfTheOriginal) {
  using Results = std::vector<std::pair<std::optional<Rating>, std::string>>;
  const Results beforeClose = {
      {Rating::ok, "Text message was processed before close."},
      {Rating::nonStrict, "Close was processed before text message could be returned."}};
  const Results undefined = {{std::nullopt, "Actual events are undefined by the spec."}};
  const auto results = [](const CaseId& id) {
    Results found;
    const auto& criterion = Catalogue::builtIn().find(id)->criterion;
    for (const auto& one : std::get<ExpectedEvents>(criterion).informational->results) {
      found.emplace_back(one.alternative, one.text);
    }
    return found;
  };
  EXPECT_EQ(results(CaseId({7, 1, 6})), beforeClose);
  EXPECT_EQ(results(CaseId({7, 13, 1})), undefined);
  EXPECT_EQ(results(CaseId({7, 13, 2})), undefined);
}

}  // namespace
}  // namespace wsgauntlet::suite
