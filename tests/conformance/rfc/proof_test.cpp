// The suite `rfc` is proven: the right peer and all unusual ones pass every case, each broken peer
// is caught, and each case is failed by a broken peer. What the original's cases catch is told.
#include "duel.hpp"
#include "mutants/mutations.hpp"
#include "suite/catalogue.hpp"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace wsgauntlet {
namespace {

using mutants::MutationFacts;
using play::Behavior;
using play::BehaviorClose;

const char* const kUnderNames[] = {"server", "client"};

bool isFor(const suite::Case& testCase, Under under) {
  const auto who = under == Under::server ? suite::AppliesTo::servers : suite::AppliesTo::clients;
  return testCase.appliesTo == suite::AppliesTo::both || testCase.appliesTo == who;
}

bool isFor(const MutationFacts& rule, Under under) {
  const auto who =
      under == Under::server ? MutationFacts::Peers::servers : MutationFacts::Peers::clients;
  return rule.peers == MutationFacts::Peers::both || rule.peers == who;
}

std::vector<const suite::Case*> casesOf(const suite::Catalogue& catalogue, Under under) {
  std::vector<const suite::Case*> cases;
  for (const suite::Case& one : catalogue.cases()) {
    if (isFor(one, under)) cases.push_back(&one);
  }
  return cases;
}

const suite::Catalogue& rfc() {
  static const suite::Catalogue catalogue = suite::Catalogue::everything().of({"rfc"});
  return catalogue;
}

/// The original's cases; of the families that vary a size or a parameter alone (9.*, 12.*, 13.*),
/// one of middle size for each kind, since thousands of messages for each rule would take hours.
std::vector<const suite::Case*> originalCases() {
  std::vector<const suite::Case*> cases;
  for (const suite::Case& one : suite::Catalogue::builtIn().cases()) {
    const auto& parts = one.id.parts();
    const bool deflate = parts[0] >= 12;
    const bool family = deflate || parts[0] == 9;
    if (!family || (parts[2] == 3 && (!deflate || parts[1] == 1 || parts[1] == 3))) {
      cases.push_back(&one);
    }
  }
  return cases;
}

bool isCaught(const std::optional<play::Result>& result) {
  if (!result) return true;  // the peer cannot even begin the case
  if (result->behavior == Behavior::failed || result->behavior == Behavior::nonStrict) return true;
  return result->behaviorClose != BehaviorClose::ok &&
         result->behaviorClose != BehaviorClose::informational;
}

std::string explain(const std::optional<play::Result>& result) {
  if (!result) return "no result";
  return fmt::format("{} / {}: {} {}", play::name(result->behavior),
                     play::name(result->behaviorClose), result->result, result->resultClose);
}

/// Peers that are right pass everything: UNIMPLEMENTED and INFORMATIONAL are no failures.
void expectPasses(std::string_view rule, Under under) {
  std::set<std::string> keys;
  std::uint64_t seed = 1;
  for (const suite::Case* one : casesOf(rfc(), under)) {
    if (!rule.empty() && one->kind == suite::Kind::moves) continue;
    const auto result = Duel(*one, rule, under, keys, ++seed).run();
    EXPECT_FALSE(isCaught(result)) << one->id.str() << " against the " << kUnderNames[int(under)]
                                   << " \"" << rule << "\": " << explain(result);
  }
}

TEST(RfcSuite, TheRightServerPassesEverything) {
  expectPasses("", Under::server);
}
TEST(RfcSuite, TheRightClientPassesEverything) {
  expectPasses("", Under::client);
}

TEST(RfcSuite, UnusualServersPassEverything) {
  for (const MutationFacts& rule : mutants::mutations()) {
    if (rule.isRight && isFor(rule, Under::server)) expectPasses(rule.name, Under::server);
  }
}

TEST(RfcSuite, UnusualClientsPassEverything) {
  for (const MutationFacts& rule : mutants::mutations()) {
    if (rule.isRight && isFor(rule, Under::client)) expectPasses(rule.name, Under::client);
  }
}

TEST(RfcSuite, ThereAreEnoughUnusualPeers) {
  int unusual = 0;
  for (const MutationFacts& rule : mutants::mutations()) unusual += rule.isRight ? 1 : 0;
  EXPECT_GE(unusual, 15);
}

std::vector<const MutationFacts*> brokenPeers(Under under) {
  std::vector<const MutationFacts*> rules;
  for (const MutationFacts& rule : mutants::mutations()) {
    if (!rule.isRight && isFor(rule, under)) rules.push_back(&rule);
  }
  return rules;
}

/// Moves so much that it is only run against peers that little else has caught.
bool isExpensive(const suite::Case& one) {
  return one.cost >= 1;
}

/// Cases, and of each a broken peer that fails it.
using Witnesses = std::map<const suite::Case*, std::string_view>;

/// Runs the cases that no broken peer has failed yet, and others until the peer is caught.
bool isCaughtByRfc(const MutationFacts& rule, Under under, Witnesses& witnesses) {
  std::set<std::string> keys;
  bool caught = false;
  bool cheaply = false;  // by a case that moves little
  std::uint64_t seed = 1;
  std::vector<const suite::Case*> cases = casesOf(rfc(), under);
  std::stable_partition(cases.begin(), cases.end(),
                        [](const suite::Case* one) { return !isExpensive(*one); });
  for (const suite::Case* one : cases) {
    ++seed;
    if ((caught && witnesses.contains(one)) || (cheaply && isExpensive(*one))) continue;
    if (!isCaught(Duel(*one, rule.name, under, keys, seed).run())) continue;
    caught = true;
    cheaply = cheaply || one->kind != suite::Kind::moves;
    witnesses.emplace(one, rule.name);
  }
  return caught;
}

/// A case that no broken peer of ours fails proves nothing, but for those that only tell what a
/// peer does.
void expectWitnesses(const Witnesses& witnesses) {
  for (const suite::Case& one : rfc().cases()) {
    if (suite::requirementOf(one)->level == suite::Level::may &&
        suite::requirementOf(one)->checks.empty())
      continue;
    if (suite::requirementOf(one)->level == suite::Level::may &&
        suite::requirementOf(one)->checks.front().level == suite::Level::may) {
      continue;
    }
    EXPECT_TRUE(witnesses.contains(&one))
        << "no broken peer fails case " << one.id.str() << ": " << one.description;
  }
}

TEST(RfcSuite, BrokenPeersAreCaughtAndEachCaseCatchesOne) {
#if defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a quarter of an hour for code of one thread";
#endif
  Witnesses witnesses;
  for (const Under under : {Under::server, Under::client}) {
    for (const MutationFacts* rule : brokenPeers(under)) {
      EXPECT_TRUE(isCaughtByRfc(*rule, under, witnesses))
          << "the broken " << kUnderNames[int(under)] << " \"" << rule->name
          << "\" passes everything: it " << rule->what;
    }
  }
  expectWitnesses(witnesses);
}

/// The original's cases against peers of one side.
class Original {
 public:
  Original(Under under, bool corrections) : under_(under), corrections_(corrections) {}

  bool catches(const MutationFacts& rule) {
    std::set<std::string> keys;
    std::uint64_t seed = 1;
    for (const suite::Case* one : cases_) {
      Duel duel(*one, rule.name, under_, keys, ++seed);
      if (corrections_) duel.withCorrections();
      if (isCaught(duel.run()) && rightPeerPasses(*one)) {
        return true;
      }
    }
    return false;
  }

 private:
  /// Some of the original's cases are not passed by all right peers: they prove nothing.
  bool rightPeerPasses(const suite::Case& one) {
    const auto [known, isNew] = rightPeerPasses_.try_emplace(&one, false);
    if (isNew) {
      std::set<std::string> keys;
      known->second = !isCaught(Duel(one, "", under_, keys, 1).run());
    }
    return known->second;
  }

  Under under_;
  bool corrections_;
  const std::vector<const suite::Case*> cases_ = originalCases();
  std::map<const suite::Case*, bool> rightPeerPasses_;
};

/// What is right and unusual passes the original's cases with their corrections.
void expectPassesWithCorrections(Under under) {
  int corrected = 0;
  for (const MutationFacts& rule : mutants::mutations()) {
    if (!rule.isRight || !isFor(rule, under)) continue;
    std::set<std::string> keys;
    std::uint64_t seed = 1;
    for (const suite::Case* one : originalCases()) {
      if (one->kind != suite::Kind::waits) continue;
      const auto result = Duel(*one, rule.name, under, keys, ++seed).withCorrections().run();
      EXPECT_FALSE(isCaught(result)) << one->id.str() << " against the " << kUnderNames[int(under)]
                                     << " \"" << rule.name << "\": " << explain(result);
      corrected += result && result->correction ? 1 : 0;
    }
  }
  EXPECT_GT(corrected, 100);
}

TEST(Corrections, LetUnusualServersPassTheOriginal) {
  expectPassesWithCorrections(Under::server);
}
TEST(Corrections, LetUnusualClientsPassTheOriginal) {
  expectPassesWithCorrections(Under::client);
}

/// What the suite `rfc` adds. That it does is all that is asked for: the figures are for people.
void expectOriginalMissesSome(Under under) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "minutes with sanitizers, for code that the other tests run too";
#endif
  Original original(under, false);
  Original corrected(under, true);
  std::map<std::string_view, std::pair<int, int>> layers;
  int caught = 0;
  const std::vector<const MutationFacts*> rules = brokenPeers(under);
  for (const MutationFacts* rule : rules) {
    auto& [caughtHere, all] = layers[rule->layer];
    const int one = original.catches(*rule) ? 1 : 0;
    EXPECT_TRUE(one == 0 || corrected.catches(*rule))
        << "corrections hide the " << kUnderNames[int(under)] << " \"" << rule->name << "\"";
    caughtHere += one;
    caught += one;
    ++all;
  }
  fmt::print("Broken {}s that the original's cases catch: {} of {}\n", kUnderNames[int(under)],
             caught, rules.size());
  for (const auto& [layer, tally] : layers) {
    fmt::print("  {:<9} {:>3} of {:>3}\n", layer, tally.first, tally.second);
  }
  EXPECT_GT(caught, 0);
  EXPECT_LT(caught, static_cast<int>(rules.size()));
}

TEST(RfcSuite, TheOriginalMissesBrokenServers) {
  expectOriginalMissesSome(Under::server);
}
TEST(RfcSuite, TheOriginalMissesBrokenClients) {
  expectOriginalMissesSome(Under::client);
}

}  // namespace
}  // namespace wsgauntlet
