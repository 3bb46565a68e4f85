#include "websocket/utf8.hpp"

#include "base/hex.hpp"
#include "pieces.hpp"

#include <optional>

#include <gtest/gtest.h>
#include <simdjson.h>

namespace wsgauntlet::websocket {
namespace {

/// A validator after RFC 3629 section 4, one octet after the other: the slow truth.
class Reference {
 public:
  bool feed(unsigned char octet) {
    if (left_ > 0) {
      if (octet < low_ || octet > high_) return false;
      low_ = 0x80, high_ = 0xBF, --left_;
      return true;
    }
    low_ = 0x80, high_ = 0xBF;
    if (octet < 0x80) return true;
    if (octet >= 0xC2 && octet <= 0xDF) return left_ = 1, true;
    if (octet >= 0xE0 && octet <= 0xEF) {
      if (octet == 0xE0) low_ = 0xA0;
      if (octet == 0xED) high_ = 0x9F;
      return left_ = 2, true;
    }
    if (octet >= 0xF0 && octet <= 0xF4) {
      if (octet == 0xF0) low_ = 0x90;
      if (octet == 0xF4) high_ = 0x8F;
      return left_ = 3, true;
    }
    return false;
  }
  [[nodiscard]] bool atBoundary() const { return left_ == 0; }

 private:
  int left_ = 0;
  unsigned low_ = 0x80;
  unsigned high_ = 0xBF;
};

struct Outcome {
  bool good = true;
  bool boundary = true;
  std::uint64_t index = 0;
  bool operator==(const Outcome&) const = default;
};

void PrintTo(const Outcome& outcome, std::ostream* out) {
  *out << outcome.good << " " << outcome.boundary << " at " << outcome.index;
}

Outcome referenceOutcome(OctetView text) {
  Reference reference;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (!reference.feed(static_cast<unsigned char>(text[i]))) return {false, false, i};
  }
  return {true, reference.atBoundary(), text.size()};
}

Outcome outcome(const std::vector<OctetView>& pieces) {
  Utf8Validator validator;
  bool good = true;
  for (const OctetView piece : pieces) good = validator.feed(piece);
  return {good, validator.atBoundary(), validator.index()};
}

void expectSameAsOracles(OctetView text, Random& random) {
  const Outcome expected = referenceOutcome(text);
  const bool valid = expected.good && expected.boundary;
  ASSERT_EQ(simdjson::validate_utf8(text.data(), text.size()), valid) << toHex(text);
  ASSERT_EQ(isValidUtf8(text), valid) << toHex(text);
  for (const auto& pieces : allWays(text, random)) {
    ASSERT_EQ(outcome(pieces), expected) << toHex(text);
  }
}

struct Sample {
  const char* hex;
  std::optional<std::uint64_t> failsAt;  // nothing: valid as far as it goes
  bool whole = true;
};

TEST(Utf8, FailsAtTheEarliestOctet) {
  const Sample samples[] = {
      {"", {}},
      {"00", {}},
      {"7f", {}},
      {"c2", {}, false},
      {"c280", {}},
      {"dfbf", {}},
      {"c0", 0},            // overlong, at once
      {"c1bf", 0},          //
      {"80", 0},            // continuation alone
      {"bf", 0},            //
      {"e0", {}, false},    //
      {"e09f", 1},          // overlong
      {"e0a080", {}},       // U+0800
      {"ed9fbf", {}},       // U+D7FF
      {"eda0", 1},          // surrogates
      {"edbfbf", 1},        //
      {"ee8080", {}},       // U+E000
      {"efbfbf", {}},       // U+FFFF, a non-character
      {"efb790", {}},       // U+FDD0, a non-character
      {"f08f", 1},          // overlong
      {"f0908080", {}},     // U+10000
      {"f48fbfbf", {}},     // U+10FFFF
      {"f490", 1},          // above
      {"f5", 0},            //
      {"f8888080", 0},      // sequences of five and six octets
      {"fc84808080", 0},    //
      {"fe", 0},            //
      {"ff", 0},            //
      {"c220", 1},          // first octets alone
      {"e28020", 2},        //
      {"f0908020", 3},      //
      {"e282ac", {}},       // the euro sign
      {"e282", {}, false},  //
      {"cebae1bdb9cf83cebcceb5", {}},
      {"cebae1bdb9cf83cebcceb5eda080656469746564", 12},    // Autobahn 6.3.1
      {"cebae1bdb9cf83cebcceb5f4908080656469746564", 12},  // Autobahn 6.4.1
  };
  Random random(1);
  for (const Sample& sample : samples) {
    // In front of and behind whole blocks, where the fast paths are.
    for (const std::size_t before : {0U, 1U, 15U, 16U, 17U, 63U, 64U, 100U}) {
      const Octets text = Octets(before, 'a') + fromHex(sample.hex).value();
      Utf8Validator validator;
      EXPECT_EQ(validator.feed(text), !sample.failsAt) << sample.hex << " after " << before;
      EXPECT_EQ(validator.index(), before + sample.failsAt.value_or(text.size() - before));
      EXPECT_EQ(validator.atBoundary(), !sample.failsAt && sample.whole) << sample.hex;
      expectSameAsOracles(text, random);
      if (sample.whole) expectSameAsOracles(text + Octets(70, 'z'), random);
    }
  }
}

TEST(Utf8, AllPairsAndAllTriplesAfterCriticalOctets) {
  Random random(2);
  for (unsigned a = 0; a < 256; ++a) {
    for (unsigned b = 0; b < 256; ++b) {
      const Octets pair{static_cast<char>(a), static_cast<char>(b)};
      ASSERT_EQ(outcome({pair}), referenceOutcome(pair));
      if (a < 0xE0) continue;
      const Octets end = pair + "\x80\x80";
      ASSERT_EQ(outcome({end}), referenceOutcome(end)) << toHex(end);
      ASSERT_EQ(isValidUtf8(end), simdjson::validate_utf8(end.data(), end.size()));
    }
  }
}

void appendCodePoint(Octets& out, std::uint32_t point) {
  const auto add = [&](std::uint32_t octet) { out += static_cast<char>(octet); };
  if (point < 0x80) {
    add(point);
  } else if (point < 0x800) {
    add(0xC0U | (point >> 6U)), add(0x80U | (point & 63U));
  } else if (point < 0x10000) {
    add(0xE0U | (point >> 12U)), add(0x80U | ((point >> 6U) & 63U)), add(0x80U | (point & 63U));
  } else {
    add(0xF0U | (point >> 18U)), add(0x80U | ((point >> 12U) & 63U));
    add(0x80U | ((point >> 6U) & 63U)), add(0x80U | (point & 63U));
  }
}

TEST(Utf8, EveryCodePoint) {
  for (std::uint32_t point = 0; point < 0x110000 + 0x1000; ++point) {
    Octets text;
    appendCodePoint(text, point);
    const bool surrogate = point >= 0xD800 && point < 0xE000;
    ASSERT_EQ(isValidUtf8(text), !surrogate && point < 0x110000) << point;
  }
}

Octets randomText(std::size_t points, Random& random) {
  const std::uint32_t limits[] = {0x80, 0x80, 0x800, 0xD800, 0x110000};
  Octets text;
  const std::uint32_t limit = limits[random.next() % std::size(limits)];
  for (std::size_t i = 0; i < points; ++i) {
    const std::uint32_t point = random.next32() % (random.next() % 4 == 0 ? limit : 0x80);
    appendCodePoint(text, point >= 0xD800 && point < 0xE000 ? 'x' : point);
  }
  return text;
}

TEST(Utf8, RandomTextsAndTheirDamagedForms) {
  Random random(3);
  for (int round = 0; round < 4000; ++round) {
    Octets text = randomText(random.next() % 150, random);
    expectSameAsOracles(text, random);
    if (text.empty()) continue;
    const std::size_t at = random.next() % text.size();
    switch (random.next() % 3) {
      case 0:
        text[at] = static_cast<char>(random.next());
        break;
      case 1:
        text.erase(at, 1);
        break;
      default:
        text.resize(at);
        break;
    }
    expectSameAsOracles(text, random);
  }
}

TEST(Utf8, RandomOctets) {
  Random random(4);
  for (int round = 0; round < 4000; ++round) {
    Octets text(random.next() % 40, '\0');
    random.fill(text);
    expectSameAsOracles(text, random);
  }
}

TEST(Utf8, StaysBadUntilReset) {
  Utf8Validator validator;
  EXPECT_FALSE(validator.feed("abc\xff"));
  EXPECT_FALSE(validator.feed("abc"));
  EXPECT_FALSE(validator.feed(""));
  EXPECT_EQ(validator.index(), 3U);
  validator.reset();
  EXPECT_TRUE(validator.feed("abc"));
  EXPECT_TRUE(validator.atBoundary());
  EXPECT_EQ(validator.index(), 3U);
}

}  // namespace
}  // namespace wsgauntlet::websocket
