#include "gated_run.hpp"

namespace wsgauntlet::gate {
namespace {

constexpr const char* kGood = "good/1.0";

report::Sample withAgent(report::Sample sample, const char* category) {
  sample.result.agent = kGood;
  sample.testCase->category = category;
  return sample;
}

}  // namespace

GatedRun::GatedRun() {
  samples.push_back(withAgent(report::passed("1.1.1"), "1 Framing"));
  samples.push_back(withAgent(report::passed("2.1"), "2 Pings/Pongs"));
  samples.push_back(withAgent(report::reservedBits(), "3 Reserved Bits"));
  samples.push_back(withAgent(report::fragmentedWithPings(), "5 Fragmentation"));
  samples.push_back(withAgent(report::passed("12.1.1"), "12 WebSocket Compression"));
  samples.back().result.behavior = play::Behavior::unimplemented;
  for (const report::Sample& sample : samples) cases.push_back(sample.testCase.get());
  samples.push_back(report::hostile());
  for (const report::Sample& sample : samples) {
    const std::string agent = report::agentText(sample.result);
    records[agent][sample.testCase->id] =
        report::makeRecord(sample.result, "x_case_" + sample.testCase->id.str('_') + ".json");
  }
  baseline = records;
  baseline[kGood].at(samples[4].testCase->id).behavior = play::Behavior::ok;
  expectations = parseExpectations(
      "known.json",
      "{\n  \"format\": 1,\n  \"agents\": {\n    \"good/*\": [\n"
      "      {\"cases\": \"3.2\", \"reason\": \"RSV bits are ignored, see issue 7\"},\n"
      "      {\"cases\": \"2.*\", \"reason\": \"pings are ignored\"}\n    ]\n  }\n}\n");
}

GateInput GatedRun::input(const std::vector<std::string>& policy) const {
  GateInput input{records, cases, Policy::parse(policy), nullptr, nullptr, {}, {}, false};
  return input;
}

Gate GatedRun::gate() const {
  GateInput all = input();
  all.expectations = &expectations;
  // Only 12.1.1 is in the baseline: the other failures are new.
  static report::Records compressed;
  compressed = {{kGood, {{cases[4]->id, baseline.at(kGood).at(cases[4]->id)}}}};
  all.baseline = &compressed;
  return evaluate(all);
}

std::string GatedRun::hostileAgent() const {
  return report::agentText(samples.back().result);
}

}  // namespace wsgauntlet::gate
