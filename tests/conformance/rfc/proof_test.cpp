// The suite `rfc` is proven: the right peer and all unusual ones pass every case, each broken peer
// is caught, and each case is failed by a broken peer. What the original's cases catch is told.
#include "duel.hpp"
#include "roles/odd_rules.hpp"
#include "suite/catalogue.hpp"

#include <cstdlib>
#include <map>
#include <vector>

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace wsgauntlet {
namespace {

using play::Behavior;
using play::BehaviorClose;
using roles::OddRule;

const char* const kUnderNames[] = {"server", "client"};

bool isFor(const suite::Case& testCase, Under under) {
  const auto who = under == Under::server ? suite::AppliesTo::servers : suite::AppliesTo::clients;
  return testCase.appliesTo == suite::AppliesTo::both || testCase.appliesTo == who;
}

bool isFor(const OddRule& rule, Under under) {
  const auto who = under == Under::server ? OddRule::Peers::servers : OddRule::Peers::clients;
  return rule.peers == OddRule::Peers::both || rule.peers == who;
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
/// one for each kind, since thousands of messages for each rule would take hours.
std::vector<const suite::Case*> originalCases() {
  std::vector<const suite::Case*> cases;
  for (const suite::Case& one : suite::Catalogue::builtIn().cases()) {
    const auto& parts = one.id.parts();
    const bool deflate = parts[0] >= 12;
    const bool family = deflate || parts[0] == 9;
    if (!family || (parts[2] == 1 && (!deflate || parts[1] == 1 || parts[1] == 3))) {
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
  for (const OddRule& rule : roles::oddRules()) {
    if (rule.isRight && isFor(rule, Under::server)) expectPasses(rule.name, Under::server);
  }
}

TEST(RfcSuite, UnusualClientsPassEverything) {
  for (const OddRule& rule : roles::oddRules()) {
    if (rule.isRight && isFor(rule, Under::client)) expectPasses(rule.name, Under::client);
  }
}

TEST(RfcSuite, ThereAreEnoughUnusualPeers) {
  int unusual = 0;
  for (const OddRule& rule : roles::oddRules()) unusual += rule.isRight ? 1 : 0;
  EXPECT_GE(unusual, 15);
}

/// How many rules are caught, by layer.
struct Tally {
  int rules = 0;
  int original = 0;
  int both = 0;
};

class Matrix {
 public:
  explicit Matrix(Under under) : under_(under), cases_(casesOf(rfc(), under)) {}

  void run() {
    for (const OddRule& rule : roles::oddRules()) {
      if (rule.isRight || !isFor(rule, under_)) continue;
      Tally& tally = tallies_[std::string(rule.layer)];
      ++tally.rules;
      const bool byRfc = tryRfc(rule);
      const bool byOriginal = tryOriginal(rule);
      tally.original += byOriginal ? 1 : 0;
      tally.both += byOriginal || byRfc ? 1 : 0;
      EXPECT_TRUE(byRfc) << "the broken " << kUnderNames[int(under_)] << " \"" << rule.name
                         << "\" passes everything: it " << rule.what;
    }
  }

  void print() const {
    Tally all;
    fmt::print("Broken {}s that are caught by the original's cases, and by both suites:\n",
               kUnderNames[int(under_)]);
    for (const auto& [layer, tally] : tallies_) {
      fmt::print("  {:<9} {:>3} of {:>3}, {:>3} of {:>3}\n", layer, tally.original, tally.rules,
                 tally.both, tally.rules);
      all.rules += tally.rules;
      all.original += tally.original;
      all.both += tally.both;
    }
    fmt::print("  {:<9} {:>3} of {:>3}, {:>3} of {:>3}\n", "all", all.original, all.rules, all.both,
               all.rules);
  }

  [[nodiscard]] const std::map<const suite::Case*, std::string_view>& witnesses() const {
    return witnesses_;
  }
  [[nodiscard]] const std::vector<const suite::Case*>& cases() const { return cases_; }

 private:
  /// Runs the cases that no broken peer has failed yet, and others until the rule is caught.
  bool tryRfc(const OddRule& rule) {
    std::set<std::string> keys;
    bool caught = false;
    std::uint64_t seed = 1;
    for (const suite::Case* one : cases_) {
      ++seed;
      if (caught && witnesses_.contains(one)) continue;
      if (!isCaught(Duel(*one, rule.name, under_, keys, seed).run())) continue;
      caught = true;
      witnesses_.emplace(one, rule.name);
    }
    return caught;
  }

  bool tryOriginal(const OddRule& rule) {
    static const std::vector<const suite::Case*> cases = originalCases();
    std::set<std::string> keys;
    std::uint64_t seed = 1;
    for (const suite::Case* one : cases) {
      if (isCaughtByOriginal(*one, Duel(*one, rule.name, under_, keys, ++seed).run())) return true;
    }
    return false;
  }

  /// Some of the original's cases are not passed by all right peers: they prove nothing.
  bool isCaughtByOriginal(const suite::Case& one, const std::optional<play::Result>& result) {
    if (!isCaught(result)) return false;
    const auto [known, isNew] = rightPeerFails_.try_emplace(&one, false);
    if (isNew) {
      std::set<std::string> keys;
      known->second = isCaught(Duel(one, "", under_, keys, 1).run());
    }
    return !known->second;
  }

  Under under_;
  std::vector<const suite::Case*> cases_;
  std::map<const suite::Case*, std::string_view> witnesses_;
  std::map<const suite::Case*, bool> rightPeerFails_;
  std::map<std::string, Tally> tallies_;
};

/// A case that no broken peer of ours fails proves nothing, but for those that only tell what a
/// peer does.
void expectWitnesses(const std::vector<const Matrix*>& matrices) {
  for (const suite::Case& one : rfc().cases()) {
    if (one.outcome->level == suite::Level::may && one.checks.empty()) continue;
    if (one.outcome->level == suite::Level::may && one.checks.front().level == suite::Level::may) {
      continue;
    }
    bool proven = false;
    for (const Matrix* matrix : matrices) proven = proven || matrix->witnesses().contains(&one);
    EXPECT_TRUE(proven) << "no broken peer fails case " << one.id.str() << ": " << one.description;
  }
}

TEST(RfcSuite, BrokenPeersAreCaughtAndEachCaseCatchesOne) {
  Matrix servers(Under::server);
  servers.run();
  Matrix clients(Under::client);
  clients.run();
  servers.print();
  clients.print();
  expectWitnesses({&servers, &clients});
}

}  // namespace
}  // namespace wsgauntlet
