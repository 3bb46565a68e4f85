#include "suite/describe.hpp"

#include "suite/catalogue.hpp"

#include <gtest/gtest.h>

namespace wsgauntlet::suite {
namespace {

std::string ofOctets(const Octets& octets) {
  return describeOctets(octets, octets.size());
}

TEST(DescribeOctets, ShowsPrintableTextAsText) {
  EXPECT_EQ(ofOctets(""), "no payload");
  EXPECT_EQ(ofOctets("Hello"), "\"Hello\" (5 octets)");
  EXPECT_EQ(ofOctets("ä"), "\"ä\" (2 octets)");
  EXPECT_EQ(ofOctets("€𤭢"), "\"€𤭢\" (7 octets)");
  EXPECT_EQ(ofOctets("a"), "\"a\" (1 octet)");
}

TEST(DescribeOctets, ShowsAllElseAsHexadecimalDigits) {
  EXPECT_EQ(ofOctets("a\n"), "hex 610a (2 octets)");
  EXPECT_EQ(ofOctets("\x7F"), "hex 7f (1 octet)");
  EXPECT_EQ(ofOctets("\xC2\x80"), "hex c280 (2 octets)");
  EXPECT_EQ(ofOctets("\xC0\xAF"), "hex c0af (2 octets)");
  EXPECT_EQ(ofOctets("\xED\xA0\x80"), "hex eda080 (3 octets)");
  EXPECT_EQ(ofOctets("\xE0\x80\xAF"), "hex e080af (3 octets)");
  EXPECT_EQ(ofOctets("\xF4\x90\x80\x80"), "hex f4908080 (4 octets)");
  EXPECT_EQ(ofOctets("\xCE"), "hex ce (1 octet)");
  EXPECT_EQ(ofOctets("\xC3\x28"), "hex c328 (2 octets)");
}

TEST(DescribeOctets, CutsBetweenCodePoints) {
  EXPECT_EQ(describeOctets("Hello", 10), "\"Hello\"… (10 octets)");
  EXPECT_EQ(describeOctets("a\xCE", 10), "\"a\"… (10 octets)");
  EXPECT_EQ(ofOctets(Octets(47, '*') + "ä"), "\"" + Octets(47, '*') + "\"… (49 octets)");
}

TEST(DescribePayload, TellsARepetitionAsSuch) {
  EXPECT_EQ(describe(Payload("ab")), "\"ab\" (2 octets)");
  EXPECT_EQ(describe(Payload("*", 65536)), "\"*\" repeated to 65536 octets");
  EXPECT_EQ(describe(Payload("abc", 2)), "\"ab\" (2 octets)");
  EXPECT_EQ(describe(Payload("*", 0)), "no payload");
}

TEST(DescribeEvents, JoinsThem) {
  EXPECT_EQ(describe(Alternative{Rating::ok, {}}), "nothing");
  EXPECT_EQ(
      describe(Alternative{Rating::ok,
                           {ExpectMessage{Payload("a"), false}, ExpectMessage{Payload(), true},
                            ExpectPong{Payload()}, ExpectTimeout{"A"}}}),
      "text message \"a\" (1 octet), then binary message, no payload, then pong, no payload, "
      "then timeout \"A\"");
}

TEST(DescribeActions, SaysWhatIsOutOfTheOrdinary) {
  FrameToSend frame;
  frame.opcode = 1;
  frame.payload = Payload("Hello");
  EXPECT_EQ(describe(Action(frame)), "send text, payload \"Hello\" (5 octets)");
  frame.opcode = 11;
  frame.fin = false;
  frame.rsv = 4;
  frame.repeatTo = 10;
  frame.declaredLength = 7;
  frame.mask = {0, 0, 0, 0xAB};
  frame.chop = 1;
  frame.sync = true;
  EXPECT_EQ(describe(Action(frame)),
            "send reserved opcode 11, not final, RSV 4, payload \"Hello\" repeated to 10 octets, "
            "declared "
            "length 7, mask 000000ab, in pieces of 1 octet, as one piece");
  EXPECT_EQ(describe(Action(SendMessage{true, Payload("x"), 64, false})),
            "send binary message, payload \"x\" (1 octet), in fragments of 64 octets");
  EXPECT_EQ(describe(Action(SendClose{std::nullopt, "a"})),
            "start the closing handshake, no code, reason \"a\" (1 octet)");
  EXPECT_EQ(describe(Action(Wait{0.5, "A"})), "wait 0.5 s, then note timeout \"A\"");
  EXPECT_EQ(describe(Action(SwitchWireLog{false, true})), "wire log off, without a row");
  EXPECT_EQ(describe(Action(SetFragmentSize{0})), "send messages unfragmented");
}

TEST(DescribeCase, IsReadable) {
  const Case& testCase = *Catalogue::builtIn().find(CaseId({7, 3, 2}));
  EXPECT_EQ(describe(testCase),
            R"(autobahn 7.3.2
  7 Close Handling
  7.3 Close frame structure: payload length (fuzzer initiated)
  RFC 6455 section 5.5.1

What happens
  A Close frame with one octet of payload, too short for a code.

What is right
  The peer fails the connection with code 1002.

Script
  1. start the closing handshake, no code, reason "a" (1 octet)
  2. fail after 1 s

Expected
  OK: nothing
  closed by the fuzzer, cleanly or not; the peer's code is 1002 or none
  another close code fails the case

File
  cases/autobahn/07-close-handling.json:)" +
                std::to_string(testCase.place.line) + "\n");
}

TEST(DescribeCase, GivesEveryCaseAllItsParts) {
  for (const Case& testCase : Catalogue::builtIn().cases()) {
    const std::string text = describe(testCase);
    EXPECT_NE(text.find(testCase.description), std::string::npos);
    EXPECT_EQ(text.find("opcode 1,"), std::string::npos);
  }
}

}  // namespace
}  // namespace wsgauntlet::suite
