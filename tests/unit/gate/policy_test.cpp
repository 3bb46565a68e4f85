#include "gate/policy.hpp"

#include "base/error.hpp"

#include <functional>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace wsgauntlet::gate {
namespace {

using play::Behavior;
using play::BehaviorClose;

constexpr std::array kBehaviors = {Behavior::ok, Behavior::nonStrict, Behavior::informational,
                                   Behavior::unimplemented, Behavior::failed};
constexpr std::array kCloses = {
    BehaviorClose::ok,        BehaviorClose::informational, BehaviorClose::failedByClient,
    BehaviorClose::wrongCode, BehaviorClose::unclean,       BehaviorClose::failed};

using Words = std::set<std::string_view>;

suite::CaseId caseId(std::string_view text) {
  return *suite::CaseId::parse(text);
}

/// The predicates of projects: which pairs are green.
struct Project {
  const char* name;
  const char* failOn;
  std::function<bool(const std::string&, const std::string&)> green;
};

bool in(const Words& words, const std::string& word) {
  return words.contains(word);
}

const std::vector<Project>& projects() {
  static const Words kOkInfo = {"OK", "INFORMATIONAL"};
  static const Words kOkInfoStrict = {"OK", "INFORMATIONAL", "NON-STRICT"};
  static const Words kBad = {"FAILED", "WRONG CODE", "UNCLEAN", "FAILED BY CLIENT"};
  static const std::vector<Project> all = {
      {"okhttp", "behavior,non-strict,unimplemented,informational",
       [](auto& b, auto&) { return b == "OK"; }},
      {"jaspervdj", "behavior", [](auto& b, auto&) { return b != "FAILED"; }},
      {"DitchOoM", "behavior,close-failed",
       [](auto& b, auto& c) { return b != "FAILED" && c != "FAILED"; }},
      {"Kitura and cowboy", "behavior,close-failed,unclean",
       [](auto& b, auto& c) { return b != "FAILED" && c != "FAILED" && c != "UNCLEAN"; }},
      {"gobwas and jetty", "behavior,non-strict",
       [](auto& b, auto&) { return b != "FAILED" && b != "NON-STRICT"; }},
      {"undici", "failed", [](auto& b, auto& c) { return !in(kBad, b) && !in(kBad, c); }},
      {"fastwebsockets", "behavior,unimplemented",
       [](auto& b, auto&) { return in(kOkInfoStrict, b); }},
      {"yawc", "behavior",
       [](auto& b, auto&) { return in(kOkInfoStrict, b) || b == "UNIMPLEMENTED"; }},
      {"uWebSockets", "failed,unimplemented",
       [](auto& b, auto& c) { return in(kOkInfoStrict, b) && in(kOkInfoStrict, c); }},
      {"coder and bandit", "failed,unimplemented",
       [](auto& b, auto& c) { return in(kOkInfoStrict, b) && in(kOkInfo, c); }},
      {"glaze", "strict", [](auto& b, auto& c) { return in(kOkInfo, b) && in(kOkInfo, c); }},
      {"tokio-websockets", "failed,non-strict",
       [](auto& b, auto& c) { return (in(kOkInfo, b) || b == "UNIMPLEMENTED") && in(kOkInfo, c); }},
      {"aiohttp", "closing", [](auto&, auto& c) { return in(kOkInfo, c); }},
      {"autobahn-python", "strict,mixed",
       [](auto& b, auto& c) { return b == c && in(kOkInfo, b); }},
      {"netty", "failed,non-strict",
       [](auto& b, auto& c) { return !in(kBad, b) && b != "NON-STRICT" && !in(kBad, c); }},
      {"nobody", "never", [](auto&, auto&) { return true; }},
      {"everybody", "all", [](auto& b, auto& c) { return b == "OK" && c == "OK"; }},
  };
  return all;
}

TEST(Policy, ReproducesThePredicatesOfProjects) {
  for (const Project& project : projects()) {
    const Policy policy = Policy::parse({project.failOn});
    for (const Behavior behavior : kBehaviors) {
      for (const BehaviorClose close : kCloses) {
        const std::string b(play::name(behavior));
        const std::string c(play::name(close));
        EXPECT_EQ(policy.fails(caseId("1.1.1"), behavior, close), !project.green(b, c))
            << project.name << ": " << b << " / " << c;
      }
    }
  }
}

TEST(Policy, WithoutRulesIsFailed) {
  const Policy policy = Policy::parse({});
  const Policy failed = Policy::parse({"failed"});
  for (const Behavior behavior : kBehaviors) {
    for (const BehaviorClose close : kCloses) {
      EXPECT_EQ(policy.fails(caseId("1.1.1"), behavior, close),
                failed.fails(caseId("1.1.1"), behavior, close));
    }
  }
  EXPECT_EQ(policy.rules(), std::vector<std::string>{"failed"});
}

TEST(Policy, TheLastRuleThatFitsDecides) {
  const Policy policy = Policy::parse({"strict", "6.4.*=failed,unimplemented", "6.4.2=never"});
  const auto fails = [&policy](std::string_view text, Behavior behavior) {
    return policy.fails(caseId(text), behavior, BehaviorClose::ok);
  };
  EXPECT_TRUE(fails("6.3.1", Behavior::nonStrict));
  EXPECT_FALSE(fails("6.4.1", Behavior::nonStrict));
  EXPECT_TRUE(fails("6.4.1", Behavior::unimplemented));
  EXPECT_FALSE(fails("6.4.2", Behavior::failed));
  EXPECT_FALSE(Policy::parse({"6.4.*=strict", "never"})
                   .fails(caseId("6.4.1"), Behavior::failed, BehaviorClose::failed));
}

TEST(Policy, PatternsAreThoseOfTheSelection) {
  EXPECT_TRUE(matchesCase("6.4.*", caseId("6.4.1")));
  EXPECT_TRUE(matchesCase("1*", caseId("10.1.1")));
  EXPECT_TRUE(matchesCase("*.1.1", caseId("1.1.1")));
  EXPECT_TRUE(matchesCase("06.4.1", caseId("6.4.1")));
  EXPECT_FALSE(matchesCase("6.4.1", caseId("6.4.10")));
  EXPECT_FALSE(matchesCase("6.4", caseId("6.4.1")));
}

std::string policyError(const std::string& rule) {
  try {
    static_cast<void>(Policy::parse({rule}));
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Policy, RefusesWhatItDoesNotKnow) {
  EXPECT_EQ(policyError("faild"),
            "--fail-on: there is no policy 'faild'; did you mean \"failed\"?");
  EXPECT_THAT(policyError("failed,"),
              ::testing::HasSubstr("there is no policy ''; there are never, "));
  EXPECT_EQ(policyError("group=failed"),
            "--fail-on: 'group' is neither a case id such as 1.1.1 nor a pattern such as 1.*");
  EXPECT_THAT(policyError("\x1b[31m"), ::testing::HasSubstr("'\\x1b[31m'"));
}

}  // namespace
}  // namespace wsgauntlet::gate
