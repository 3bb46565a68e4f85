#include "websocket/window_check.hpp"

#include "base/hex.hpp"
#include "pieces.hpp"

#include <gtest/gtest.h>
#include <zlib.h>

namespace wsgauntlet::websocket {
namespace {

enum class Verdict { good, tooFar, otherwiseBad };

/// What zlib says when each call may put out one octet: so it sees exactly one window.
Verdict oracle(OctetView data, int windowBits) {
  z_stream stream{};
  EXPECT_EQ(inflateInit2(&stream, -windowBits), Z_OK);
  Octets copy(data);
  stream.next_in = reinterpret_cast<Bytef*>(copy.data());
  stream.avail_in = static_cast<uInt>(copy.size());
  Verdict verdict = Verdict::good;
  for (;;) {
    Bytef octet = 0;
    stream.next_out = &octet;
    stream.avail_out = 1;
    const int result = inflate(&stream, Z_SYNC_FLUSH);
    if (result == Z_DATA_ERROR) {
      const std::string message = stream.msg;
      verdict =
          message == "invalid distance too far back" ? Verdict::tooFar : Verdict::otherwiseBad;
      break;
    }
    if (result == Z_STREAM_END) {
      inflateResetKeep(&stream);
      if (stream.avail_in == 0) break;
    } else if (stream.avail_out != 0) {
      break;
    }
  }
  inflateEnd(&stream);
  return verdict;
}

std::optional<std::uint32_t> check(const std::vector<OctetView>& pieces, int windowBits) {
  WindowCheck window(windowBits);
  for (const OctetView piece : pieces) {
    if (const auto distance = window.feed(piece)) return distance;
  }
  return std::nullopt;
}

Octets compressed(const Octets& text, int windowBits, int level, int strategy, Random& random) {
  z_stream stream{};
  EXPECT_EQ(deflateInit2(&stream, level, Z_DEFLATED, -windowBits, 8, strategy), Z_OK);
  Octets out(text.size() * 2 + 10000, '\0');
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  for (const OctetView part : inRandomPieces(text, 20000, random)) {
    stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(part.data()));
    stream.avail_in = static_cast<uInt>(part.size());
    const int flushes[] = {Z_NO_FLUSH, Z_BLOCK, Z_SYNC_FLUSH, Z_FULL_FLUSH, Z_PARTIAL_FLUSH};
    deflate(&stream, flushes[random.next() % std::size(flushes)]);
  }
  deflate(&stream, random.next() % 2 == 0 ? Z_FINISH : Z_SYNC_FLUSH);
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

/// Octets in which what is repeated lies about `distance` octets back.
Octets textWithDistances(std::size_t distance, std::size_t length, Random& random) {
  Octets out;
  while (out.size() < length) {
    Octets fresh(random.next() % 60, '\0');
    random.fill(fresh);
    if (random.next() % 2 == 0) {
      for (char& c : fresh) c = static_cast<char>('a' + (static_cast<unsigned char>(c) & 15U));
    }
    out += fresh;
    const std::size_t back = distance - 3 + random.next() % 7;
    if (back <= out.size()) out += out.substr(out.size() - back, 3 + random.next() % 40);
  }
  return out;
}

TEST(WindowCheck, AgreesWithZlibOnAllKindsOfStreams) {
  Random random(1);
  const int strategies[] = {Z_DEFAULT_STRATEGY, Z_FIXED, Z_HUFFMAN_ONLY, Z_RLE, Z_FILTERED};
  int tooFar = 0;
  for (int round = 0; round < 400; ++round) {
    const int bits = static_cast<int>(8 + random.next() % 7);
    const std::size_t window = std::size_t{1} << static_cast<unsigned>(bits);
    const std::size_t length = window * 2 + random.next() % 3000;
    const Octets text = textWithDistances(window, length, random);
    const int senderBits = static_cast<int>(9 + random.next() % 7);
    const int level = static_cast<int>(random.next() % 10);
    const int strategy = strategies[random.next() % std::size(strategies)];
    const Octets data = compressed(text, senderBits, level, strategy, random);
    const Verdict verdict = oracle(data, bits);
    ASSERT_NE(verdict, Verdict::otherwiseBad);
    tooFar += verdict == Verdict::tooFar ? 1 : 0;
    for (const auto& pieces : allWays(data, random)) {
      const auto distance = check(pieces, bits);
      ASSERT_EQ(distance.has_value(), verdict == Verdict::tooFar) << "round " << round;
      ASSERT_GT(distance.value_or(window + 1), window);
    }
  }
  EXPECT_GT(tooFar, 40);
  EXPECT_LT(tooFar, 360);
}

TEST(WindowCheck, EveryCutThroughTheHeaderOfADynamicBlock) {
  // What stands behind the cut must not be guessed from bits that have not come.
  Random random(5);
  int tooFar = 0;
  for (int round = 0; round < 300; ++round) {
    const Octets text = textWithDistances(400, 2000, random);
    const Octets data = compressed(text, 15, 9, Z_DEFAULT_STRATEGY, random);
    const auto whole = check({data}, 8);
    tooFar += whole ? 1 : 0;
    for (std::size_t cut = 0; cut < std::min<std::size_t>(data.size(), 150); ++cut) {
      const OctetView view = data;
      ASSERT_EQ(check({view.substr(0, cut), view.substr(cut)}, 8), whole) << round << " " << cut;
    }
  }
  EXPECT_GT(tooFar, 200);
}

TEST(WindowCheck, GoesOnAfterABlockWithTheFinalBit) {
  Random random(2);
  const Octets firsts[] = {fromHex("f348cdc9c90700").value(),
                           fromHex("f248cdc9c907040000ffff").value(),  // empty, within an octet
                           fromHex("010500faff48656c6c6f").value()};   // stored
  const Octets text = textWithDistances(300, 2000, random);
  Octets rest;
  do {
    rest = compressed(text, 15, 6, Z_DEFAULT_STRATEGY, random);
  } while (oracle(rest, 8) != Verdict::tooFar);
  for (const Octets& first : firsts) {
    const Octets data = first + first + rest;
    for (const auto& pieces : allWays(data, random)) {
      EXPECT_TRUE(check(pieces, 8));
      EXPECT_FALSE(check(pieces, 12));
    }
  }
}

TEST(WindowCheck, StartsAnewWhereverItIs) {
  Random random(6);
  const Octets text = textWithDistances(300, 2000, random);
  const Octets data = compressed(text, 15, 6, Z_DEFAULT_STRATEGY, random);
  const auto whole = check({data}, 8);
  ASSERT_TRUE(whole);
  WindowCheck window(8);
  for (std::size_t cut = 0; cut < 150; ++cut) {
    window.feed(OctetView(data).substr(0, cut));
    window.restart();
    ASSERT_EQ(window.feed(data), whole);
    window.restart();
  }
}

TEST(WindowCheck, DamagedDataAgreesWithZlibOrIsLeftToIt) {
  Random random(3);
  for (int round = 0; round < 3000; ++round) {
    const Octets text = textWithDistances(256, 1000, random);
    Octets data = compressed(text, 15, 6, round % 2 == 0 ? Z_FIXED : Z_DEFAULT_STRATEGY, random);
    for (std::size_t n = random.next() % 3; n < 3; ++n) {
      data[random.next() % data.size()] = static_cast<char>(random.next());
    }
    const Verdict narrow = oracle(data, 8);
    const Verdict wide = oracle(data, 15);
    for (const auto& pieces : allWays(data, random)) {
      const bool found = check(pieces, 8).has_value();
      // Good for 8 bits: nothing to find. Good for 15 and too far for 8: it must be found.
      ASSERT_FALSE(found && narrow == Verdict::good) << "round " << round;
      ASSERT_FALSE(!found && narrow == Verdict::tooFar && wide == Verdict::good);
    }
  }
}

TEST(WindowCheck, RandomOctets) {
  Random random(4);
  for (int round = 0; round < 20000; ++round) {
    Octets data(random.next() % 100, '\0');
    random.fill(data);
    const bool whole = check({data}, 8).has_value();
    ASSERT_EQ(check(inPiecesOf(data, 1), 8).has_value(), whole);
    ASSERT_FALSE(whole && oracle(data, 8) == Verdict::good);
  }
}

}  // namespace
}  // namespace wsgauntlet::websocket
