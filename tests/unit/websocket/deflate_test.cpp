#include "websocket/deflate.hpp"

#include "base/hex.hpp"
#include "pieces.hpp"

#include <algorithm>
#include <stdexcept>

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <zlib.h>

namespace wsgauntlet::websocket {
namespace {

using Status = Inflater::Status;

Octets fromHexOrDie(std::string_view hex) {
  return fromHex(hex).value();
}

Octets inflated(Inflater& inflater, const std::vector<OctetView>& pieces) {
  Octets out;
  for (const OctetView piece : pieces) {
    EXPECT_EQ(inflater.feed(piece, out, Inflater::kNoLimit), Status::ok) << inflater.error();
  }
  EXPECT_EQ(inflater.size(), out.size());
  EXPECT_EQ(inflater.finishMessage(out, Inflater::kNoLimit), Status::ok) << inflater.error();
  EXPECT_EQ(inflater.size(), 0U);
  return out;
}

/// JSON-like octets that compress well, with matches far back.
Octets someText(std::size_t length, Random& random) {
  Octets out;
  while (out.size() < length) {
    out += "{\"id\": " + std::to_string(random.next() % 100) + ", \"name\": \"row\"},\n";
    if (random.next() % 8 == 0 && out.size() > 100) {
      out += out.substr(random.next() % (out.size() - 50), 50);
    }
  }
  out.resize(length);
  return out;
}

TEST(Deflate, SamplesOfRfc7692Section723) {
  Random random(1);
  const struct {
    const char* hex;
    const char* text;
  } samples[] = {
      {"f248cdc9c90700", "Hello"},                       // 7.2.3.1
      {"000500faff48656c6c6f00", "Hello"},               // 7.2.3.3: no compression
      {"f348cdc9c9070000", "Hello"},                     // 7.2.3.4: BFINAL set
      {"f248050000 00ffffcac9c90700", "Hello"},          // 7.2.3.5: two blocks
      {"00", ""},                                        // 7.2.3.6
      {"0200", ""},                                      // an empty block with fixed codes
      {"f348cdc9c90700f348cdc9c9070000", "HelloHello"},  // two streams
      // The last, empty block has BFINAL: what Go's flate.Writer gives on Close, without and behind
      // a Flush, and such a block in the middle.
      {"f248cdc9c90704", "Hello"},
      {"f248cdc9c907000000ffff01", "Hello"},
      {"000500faff48656c6c6f01", "Hello"},
      {"04c0210d00000002b07a14c17da3bfe3294b59ca52f600", "HelloHelloHelloHello"},
      {"f248cdc9c907040000fffff348cdc9c90700f248cdc9c90704", "HelloHelloHello"},
      {"01", ""},
      {"f348cdc9c9070001", "Hello"},
  };
  for (const auto& sample : samples) {
    std::string digits = sample.hex;
    std::erase(digits, ' ');
    const Octets octets = fromHexOrDie(digits);
    for (const int bits : {8, 15}) {
      for (const bool noContextTakeover : {false, true}) {
        Inflater inflater(bits, noContextTakeover);
        for (const auto& pieces : allWays(octets, random)) {
          EXPECT_EQ(inflated(inflater, pieces), sample.text) << sample.hex;
        }
      }
    }
  }
}

TEST(Deflate, ContextTakeoverSampleOfSection7232) {
  Deflater deflater(15, false);
  Octets first;
  Octets second;
  deflater.compress("Hello", first);
  deflater.compress("Hello", second);
  EXPECT_EQ(toHex(first), "f248cdc9c90700");
  EXPECT_EQ(toHex(second), "f200110000");
  Inflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, {first}), "Hello");
  EXPECT_EQ(inflated(inflater, {second}), "Hello");

  Inflater forgetful(15, true);
  EXPECT_EQ(inflated(forgetful, {first}), "Hello");
  Octets out;
  EXPECT_EQ(forgetful.feed(second, out, Inflater::kNoLimit), Status::corrupt);
  EXPECT_EQ(forgetful.error(), "invalid distance too far back");
}

TEST(Deflate, WithoutContextTakeoverMessagesAreEqual) {
  Deflater deflater(15, true);
  Octets first;
  Octets second;
  deflater.compress("Hello", first);
  deflater.compress("Hello", second);
  EXPECT_EQ(first, second);
}

TEST(Deflate, EmptyMessagesAreOneOctet) {
  for (const bool noContextTakeover : {false, true}) {
    Deflater deflater(15, noContextTakeover);
    Inflater inflater(15, noContextTakeover);
    for (const OctetView text : {"", "", "Hello", "", "Hello", ""}) {
      Octets message;
      deflater.compress(text, message);
      EXPECT_EQ(toHex(message) == "00", text.empty());
      EXPECT_EQ(inflated(inflater, {message}), text);
    }
  }
}

TEST(Deflate, TheWindowOutlivesAFinalBlock) {
  for (const char* final : {"f348cdc9c9070000", "f248cdc9c90704", "f248cdc9c907000000ffff01"}) {
    Inflater inflater(15, false);
    EXPECT_EQ(inflated(inflater, {fromHexOrDie(final)}), "Hello");
    EXPECT_EQ(inflated(inflater, {fromHexOrDie("f200110000")}), "Hello");
  }
}

/// Whole, since nothing of it is missing. The tail that a receiver appends is then left over, and
/// comes before the next message unless that begins anew.
TEST(Deflate, AMessageMayEndWithAFinalBlockThatHasData) {
  for (const char* final : {"f348cdc9c90700", "f348cdc9c90704", "010500faff48656c6c6f"}) {
    const Octets message = fromHexOrDie(final);
    for (const int bits : {8, 15}) {
      Inflater forgetful(bits, true);
      EXPECT_EQ(inflated(forgetful, {message}), "Hello");
      EXPECT_EQ(inflated(forgetful, {message}), "Hello");
      Inflater inflater(bits, false);
      EXPECT_EQ(inflated(inflater, {message}), "Hello");
      Octets out;
      EXPECT_EQ(inflater.feed(message, out, Inflater::kNoLimit), Status::corrupt);
    }
  }
}

/// Compresses as zlib, Go and others do in all their ways: each part of a message may end with a
/// final block, with a flush, or with an empty stored block that has BFINAL or has not, and that
/// may begin within an octet.
class OddDeflater {
 public:
  OddDeflater(int windowBits, Random& random) : random_(random) {
    EXPECT_EQ(deflateInit2(&stream_, 6, Z_DEFLATED, -std::max(windowBits, 9), 8,
                           random.next() % 2 == 0 ? Z_FIXED : Z_DEFAULT_STRATEGY),
              Z_OK);
  }
  OddDeflater(const OddDeflater&) = delete;
  OddDeflater& operator=(const OddDeflater&) = delete;
  ~OddDeflater() { deflateEnd(&stream_); }

  Octets message(OctetView text, bool noContextTakeover) {
    Octets out;
    if (noContextTakeover) history_.clear();
    for (const OctetView part : inRandomPieces(text, 2000, random_)) {
      append(part, out);
      if (random_.next() % 2 == 0) {
        run({}, Z_FINISH, out);
      } else {
        endBlock(out);
      }
    }
    // The last block is an empty stored one without its last four octets.
    append({}, out);
    endBlock(out);
    out.resize(out.size() - 4);
    return out;
  }

 private:
  /// A stream of its own, which knows what came before.
  void append(OctetView part, Octets& out) {
    deflateReset(&stream_);
    deflateSetDictionary(&stream_, reinterpret_cast<const Bytef*>(history_.data()),
                         static_cast<uInt>(history_.size()));
    run(part, Z_BLOCK, out);
    history_ += part;
  }

  void endBlock(Octets& out) {
    int bits = 0;
    deflatePending(&stream_, Z_NULL, &bits);
    deflatePrime(&stream_, 3, static_cast<int>(random_.next() % 2));  // BFINAL, then BTYPE 00
    deflatePrime(&stream_, (16 - 3 - bits) % 8, 0);
    run({}, Z_BLOCK, out);
    out += Octets("\0\0\xFF\xFF", 4);
  }

  void run(OctetView in, int flush, Octets& out) {
    Octets block(in.size() + 1000, '\0');
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(in.data()));
    stream_.avail_in = static_cast<uInt>(in.size());
    stream_.next_out = reinterpret_cast<Bytef*>(block.data());
    stream_.avail_out = static_cast<uInt>(block.size());
    deflate(&stream_, flush);
    ASSERT_GT(stream_.avail_out, 0U);
    out.append(block.data(), block.size() - stream_.avail_out);
  }

  Random& random_;
  z_stream stream_{};
  Octets history_;
};

TEST(Deflate, FinalBlocksEverywhere) {
  Random random(11);
  for (std::size_t round = 0; round < 300; ++round) {
    const int bits = static_cast<int>(8 + random.next() % 8);
    const bool noContextTakeover = random.next() % 2 == 0;
    OddDeflater deflater(bits, random);
    Inflater inflater(bits, noContextTakeover);
    for (int i = 0; i < 4; ++i) {
      const Octets text = someText(random.next() % 6000, random);
      const Octets message = deflater.message(text, noContextTakeover);
      ASSERT_EQ(inflated(inflater, inRandomPieces(message, round % 40 + 1, random)), text);
    }
  }
}

TEST(Deflate, RoundTrips) {
  EXPECT_TRUE(rc::check("what was compressed comes back", [] {
    const int bits = *rc::gen::inRange(8, 16);
    const bool noContextTakeover = *rc::gen::arbitrary<bool>();
    const int level = *rc::gen::inRange(0, 10);
    const int memLevel = *rc::gen::inRange(1, 10);
    Random random(*rc::gen::arbitrary<std::uint64_t>());
    Deflater deflater(bits, noContextTakeover, level, memLevel);
    Inflater inflater(bits, noContextTakeover);
    const int messages = *rc::gen::inRange(1, 6);
    for (int i = 0; i < messages; ++i) {
      Octets text = someText(random.next() % 70000, random);
      if (random.next() % 4 == 0) random.fill(text);
      Octets message;
      for (const OctetView piece : inRandomPieces(text, 9000, random)) {
        deflater.append(piece, message);
      }
      deflater.finish(message);
      RC_ASSERT(inflated(inflater, inRandomPieces(message, 3000, random)) == text);
    }
  }));
}

TEST(Deflate, OctetByOctet) {
  Random random(5);
  const Octets text = someText(20000, random);
  for (const int bits : {8, 9, 12, 15}) {
    Deflater deflater(bits, false);
    Octets message;
    deflater.compress(text, message);
    Inflater inflater(bits, false);
    EXPECT_EQ(inflated(inflater, inPiecesOf(message, 1)), text);
  }
}

TEST(Deflate, AWindowOfEightBitsIsKept) {
  Random random(6);
  Deflater deflater(8, false);
  Inflater inflater(8, false);
  for (int i = 0; i < 20; ++i) {
    const Octets text = someText(20000, random);
    Octets message;
    deflater.compress(text, message);
    EXPECT_LT(message.size(), text.size() / 2);
    EXPECT_EQ(inflated(inflater, {message}), text);
  }
}

TEST(Deflate, ALargerWindowThanAgreedIsSeen) {
  Random random(7);
  for (int bits = 8; bits < 15; ++bits) {
    // The least that is too much: a match whose distance is the window and one octet.
    Octets block((std::size_t{1} << static_cast<unsigned>(bits)) + 1, '\0');
    random.fill(block);
    Deflater deflater(15, false);
    Octets message;
    deflater.compress(block + block.substr(0, 100), message);
    for (const auto& pieces : allWays(message, random)) {
      Inflater inflater(bits, false);
      Octets out;
      Status status = Status::ok;
      for (const OctetView piece : pieces) status = inflater.feed(piece, out, Inflater::kNoLimit);
      EXPECT_EQ(status, Status::corrupt) << bits;
      EXPECT_EQ(inflater.error(),
                "distance " + std::to_string(block.size()) + " is beyond the window");
    }
    Inflater inflater(bits + 1, false);
    EXPECT_EQ(inflated(inflater, {message}), block + block.substr(0, 100));
  }
}

TEST(Deflate, TheLimitIsKept) {
  const Octets text(1000000, 'x');
  Deflater deflater(15, true);
  Octets message;
  deflater.compress(text, message);
  Random random(8);
  for (const std::uint64_t limit : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{16383},
                                    std::uint64_t{16384}, std::uint64_t{999999}}) {
    for (const auto& pieces : allWays(message, random)) {
      Inflater inflater(15, true);
      Octets out;
      Status status = Status::ok;
      for (const OctetView piece : pieces) status = inflater.feed(piece, out, limit);
      EXPECT_EQ(status, Status::tooLarge) << limit;
      EXPECT_EQ(out.size(), limit);
      EXPECT_EQ(inflater.finishMessage(out, limit), Status::tooLarge);
      EXPECT_EQ(inflater.error(), "");
    }
  }
  Inflater inflater(15, true);
  for (int i = 0; i < 3; ++i) {
    Octets out;
    EXPECT_EQ(inflater.feed(message, out, text.size()), Status::ok);
    EXPECT_EQ(inflater.finishMessage(out, text.size()), Status::ok);
    EXPECT_EQ(out, text);
  }
}

TEST(Deflate, TheLimitCountsTheMessageAndNotTheBuffer) {
  const Octets text(100000, 'x');
  Deflater deflater(15, true);
  Octets message;
  deflater.compress(text, message);
  Inflater inflater(15, true);
  std::uint64_t total = 0;
  Status status = Status::ok;
  for (const OctetView piece : inPiecesOf(message, 1)) {
    Octets out;
    status = inflater.feed(piece, out, 50000);
    total += out.size();
    if (status != Status::ok) break;
  }
  EXPECT_EQ(status, Status::tooLarge);
  EXPECT_EQ(total, 50000U);
}

std::string inflateError(const Octets& message) {
  Inflater inflater(15, false);
  Octets out;
  if (inflater.feed(message, out, Inflater::kNoLimit) == Status::ok) {
    static_cast<void>(inflater.finishMessage(out, Inflater::kNoLimit));
  }
  // It stays bad.
  EXPECT_EQ(inflater.feed("abc", out, Inflater::kNoLimit), Status::corrupt);
  return inflater.error();
}

TEST(Deflate, CorruptData) {
  EXPECT_EQ(inflateError(fromHexOrDie("07")), "invalid block type");
  EXPECT_EQ(inflateError(fromHexOrDie("0001000000")), "invalid stored block lengths");
  EXPECT_EQ(inflateError(fromHexOrDie("f20011")), "invalid distance too far back");
}

TEST(Deflate, MessagesThatEndTooEarly) {
  const std::string within = "message ends within a deflate block";
  EXPECT_EQ(inflateError(""), within);
  EXPECT_EQ(inflateError(fromHexOrDie("f348cdc9c907")), within) << "the final block is cut";
  EXPECT_EQ(inflateError(fromHexOrDie("f348cdc9c9070002")), within)
      << "a block behind the final one";
  EXPECT_EQ(inflateError(fromHexOrDie("00ff0000ff")), within) << "255 octets are announced";
}

TEST(Deflate, EveryPrefixOfAMessageIsRefused) {
  Random random(9);
  Deflater deflater(15, true);
  Octets message;
  deflater.compress(someText(3000, random), message);
  std::size_t accepted = 0;
  for (std::size_t length = 0; length < message.size(); ++length) {
    Inflater inflater(15, true);
    Octets out;
    const bool ok = inflater.feed(OctetView(message).substr(0, length), out, 4000) == Status::ok &&
                    inflater.finishMessage(out, 4000) == Status::ok;
    accepted += ok ? 1 : 0;
  }
  EXPECT_EQ(accepted, 0U);
}

TEST(Deflate, DamagedDataNeverDoesMoreThanFail) {
  Random random(10);
  Deflater deflater(15, true);
  Octets message;
  deflater.compress(someText(5000, random), message);
  for (int round = 0; round < 3000; ++round) {
    Octets damaged = message;
    for (std::size_t n = random.next() % 4; n < 4; ++n) {
      damaged[random.next() % damaged.size()] = static_cast<char>(random.next());
    }
    Inflater inflater(static_cast<int>(8 + random.next() % 8), false);
    Octets out;
    for (const OctetView piece : inRandomPieces(damaged, 400, random)) {
      static_cast<void>(inflater.feed(piece, out, 10000));
    }
    static_cast<void>(inflater.finishMessage(out, 10000));
    ASSERT_LE(out.size(), 10000U);
  }
}

TEST(Deflate, ManyFinalBlocksCostLinearTime) {
  // An empty final block of two octets, a million times.
  const Octets block = fromHexOrDie("0300");
  Octets message;
  for (int i = 0; i < 1000000; ++i) message += block;
  message += '\0';
  Inflater inflater(15, false);
  EXPECT_EQ(inflated(inflater, {message}), "");
}

TEST(Deflate, ParametersOutOfRange) {
  EXPECT_THROW(Deflater(7, false), std::invalid_argument);
  EXPECT_THROW(Deflater(16, false), std::invalid_argument);
  EXPECT_THROW(Deflater(15, false, 10), std::invalid_argument);
  EXPECT_THROW(Deflater(15, false, 6, 0), std::invalid_argument);
  EXPECT_THROW(Inflater(7, false), std::invalid_argument);
  EXPECT_THROW(Inflater(16, false), std::invalid_argument);
}

}  // namespace
}  // namespace wsgauntlet::websocket
