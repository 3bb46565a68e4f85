#include "websocket/extensions.hpp"

#include "base/random.hpp"
#include "websocket/http.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <rapidcheck.h>

namespace wsgauntlet::websocket {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<ExtensionElement> parsed(std::string_view header) {
  const auto result = parseExtensions(header);
  EXPECT_TRUE(result.ok()) << header << ": " << result.error;
  return result.value.value_or(std::vector<ExtensionElement>{});
}

TEST(ParseExtensions, Lists) {
  EXPECT_THAT(parsed(""), IsEmpty());
  EXPECT_THAT(parsed(" , ,"), IsEmpty());
  EXPECT_THAT(parsed("foo"), ElementsAre(ExtensionElement{"foo", {}}));
  EXPECT_THAT(parsed("Foo ; A=1;b ; C = \"x\" , bar;d=\"a\\b\""),
              ElementsAre(ExtensionElement{"foo", {{"a", "1"}, {"b", {}}, {"c", "x"}}},
                          ExtensionElement{"bar", {{"d", "ab"}}}));
}

TEST(ParseExtensions, WhatTheGrammarDoesNotAllow) {
  EXPECT_EQ(parseExtensions("foo;").error,
            "expected the name of a parameter at offset 4 of 'foo;'");
  EXPECT_EQ(parseExtensions("foo; a=").error, "expected a value at offset 7 of 'foo; a='");
  EXPECT_EQ(parseExtensions("foo bar").error, "expected \",\" or \";\" at offset 4 of 'foo bar'");
  EXPECT_EQ(parseExtensions("; a").error, "expected a name at offset 0 of '; a'");
  EXPECT_EQ(parseExtensions("foo; a=\"x").error,
            "expected a quote at the end of the value at offset 9 of 'foo; a=\"x'");
  EXPECT_EQ(parseExtensions("foo; a=\"x\\").error,
            "expected a quote at the end of the value at offset 10 of 'foo; a=\"x\\'");
  EXPECT_EQ(parseExtensions("foo; a=\"x,y\"").error, "the quoted value 'x,y' is not a token");
  EXPECT_EQ(parseExtensions("foo; a=\"\"").error, "the quoted value '' is not a token");
  EXPECT_EQ(parseExtensions("foo, a=b").error, "expected \",\" or \";\" at offset 6 of 'foo, a=b'");
  EXPECT_EQ(parseExtensions("foo\xff").error, "expected \",\" or \";\" at offset 3 of 'foo\\xff'");
}

TEST(ParseExtensions, AnyTextGivesAListOrAnError) {
  Random random(1);
  constexpr std::string_view kLetters = "ab;,=\"\\ \t\xff";
  for (int round = 0; round < 20000; ++round) {
    std::string text;
    for (std::size_t n = random.next() % 12; n > 0; --n) {
      text += kLetters[random.next() % kLetters.size()];
    }
    const auto result = parseExtensions(text);
    ASSERT_EQ(result.ok(), result.error.empty()) << text;
    if (!result.ok()) continue;
    ASSERT_EQ(parsed(serialize(*result.value)), *result.value) << text;
  }
}

DeflateElement checkedOk(std::string_view header, DeflateSide side) {
  const auto checked = checkDeflate(parsed(header).at(0), side);
  EXPECT_TRUE(checked.ok()) << header << ": " << checked.error;
  return checked.value.value_or(DeflateElement{});
}

std::string refused(std::string_view parameters, DeflateSide side = DeflateSide::offer) {
  const std::string header = "permessage-deflate; " + std::string(parameters);
  return checkDeflate(parsed(header).at(0), side).error;
}

TEST(CheckDeflate, LegalElements) {
  const DeflateElement offer = checkedOk(
      "permessage-deflate; client_max_window_bits; server_max_window_bits=\"9\"; "
      "server_no_context_takeover",
      DeflateSide::offer);
  EXPECT_TRUE(offer.hasClientMaxWindowBits);
  EXPECT_FALSE(offer.clientMaxWindowBits);
  EXPECT_EQ(offer.serverMaxWindowBits, 9);
  EXPECT_TRUE(offer.serverNoContextTakeover);
  EXPECT_FALSE(offer.clientNoContextTakeover);
  EXPECT_EQ(checkedOk("permessage-deflate; client_max_window_bits=8", DeflateSide::response)
                .clientMaxWindowBits,
            8);
}

TEST(CheckDeflate, IllegalElements) {
  EXPECT_EQ(refused("client_no_context_takeover; client_no_context_takeover"),
            "multiple occurrence of extension parameter 'client_no_context_takeover' for extension "
            "'permessage-deflate'");
  EXPECT_EQ(refused("foo=1"),
            "illegal extension parameter 'foo' for extension 'permessage-deflate'");
  EXPECT_EQ(refused("server_no_context_takeover=1"),
            "illegal extension parameter value '1' for parameter 'server_no_context_takeover' of "
            "extension 'permessage-deflate'");
  EXPECT_EQ(refused("server_max_window_bits"),
            "illegal extension parameter value '1' for parameter 'server_max_window_bits' of "
            "extension 'permessage-deflate'");
  const std::string clientBits =
      "' for parameter 'client_max_window_bits' of extension 'permessage-deflate'";
  EXPECT_EQ(refused("client_max_window_bits", DeflateSide::response),
            "illegal extension parameter value '1" + clientBits);
  for (const std::string value : {"7", "16", "0", "x", "09", "-8", "008", "8x", "1e1"}) {
    for (const DeflateSide side : {DeflateSide::offer, DeflateSide::response}) {
      EXPECT_EQ(refused("client_max_window_bits=" + value, side),
                "illegal extension parameter value '" + value + clientBits);
    }
  }
}

// The rules of the original's categories.
const std::vector<AcceptRule> kAccept1{{}};
const std::vector<AcceptRule> kAccept2{{.clientNoContextTakeover = true}};
const std::vector<AcceptRule> kAccept3{
    {.needsClientMaxWindowBits = true, .clientMaxWindowBits = 9}};
const std::vector<AcceptRule> kAccept4{
    {.needsClientMaxWindowBits = true, .clientMaxWindowBits = 15}};
const std::vector<AcceptRule> kAccept5{
    {.needsClientMaxWindowBits = true, .clientNoContextTakeover = true, .clientMaxWindowBits = 9}};
const std::vector<AcceptRule> kAccept7{kAccept5[0], kAccept2[0], kAccept1[0]};

/// The response without the name, or `–` for none.
std::string answer(const std::string& offers, const std::vector<AcceptRule>& rules) {
  const auto negotiated = negotiate(parsed(offers), rules);
  if (!negotiated) return "–";
  EXPECT_TRUE(negotiated->header.starts_with("permessage-deflate"));
  return negotiated->header.substr(kPermessageDeflate.size());
}

struct Row {
  const char* offers;
  const char* accept1;
  const char* accept2;
  const char* accept3;
  const char* accept5;
  const char* accept7;
};

TEST(Negotiate, TheTableOfTheOriginal) {
  const char* const none = "–";
  const char* const noTakeover = "; client_no_context_takeover";
  const char* const nine = "; client_max_window_bits=9";
  const char* const both = "; client_no_context_takeover; client_max_window_bits=9";
  const Row rows[] = {
      {"permessage-deflate", "", noTakeover, none, none, noTakeover},
      {"permessage-deflate; client_max_window_bits", "", noTakeover, nine, both, both},
      {"permessage-deflate; client_max_window_bits=10", "", noTakeover, nine, both, both},
      {"permessage-deflate; server_no_context_takeover; server_max_window_bits=12; "
       "client_max_window_bits",
       "; server_no_context_takeover; server_max_window_bits=12",
       "; server_no_context_takeover; server_max_window_bits=12; client_no_context_takeover",
       "; server_no_context_takeover; server_max_window_bits=12; client_max_window_bits=9",
       "; server_no_context_takeover; server_max_window_bits=12; client_no_context_takeover; "
       "client_max_window_bits=9",
       "; server_no_context_takeover; server_max_window_bits=12; client_no_context_takeover; "
       "client_max_window_bits=9"},
      {"permessage-deflate; server_max_window_bits=10, permessage-deflate; client_max_window_bits",
       "; server_max_window_bits=10", "; server_max_window_bits=10; client_no_context_takeover",
       nine, both, both},
      {"permessage-bzip2", none, none, none, none, none},
      {"x-webkit-deflate-frame", none, none, none, none, none},
      {"", none, none, none, none, none},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(answer(row.offers, kAccept1), row.accept1) << row.offers;
    EXPECT_EQ(answer(row.offers, kAccept2), row.accept2) << row.offers;
    EXPECT_EQ(answer(row.offers, kAccept3), row.accept3) << row.offers;
    EXPECT_EQ(answer(row.offers, kAccept5), row.accept5) << row.offers;
    EXPECT_EQ(answer(row.offers, kAccept7), row.accept7) << row.offers;
  }
}

TEST(Negotiate, NeverAboveTheOfferedWindow) {
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits", kAccept4),
            "; client_max_window_bits=15");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=10", kAccept4),
            "; client_max_window_bits=10");
  EXPECT_EQ(answer("permessage-deflate", {{.clientMaxWindowBits = 9}}), "")
      << "a response may have the parameter only when the offer has it";
}

TEST(Negotiate, TheFirstOfferThatLeavesOurWindowAsItIs) {
  const std::vector<AcceptRule> full{{.needsFullWindow = true}};
  const struct {
    const char* offers;
    const char* answer;
  } rows[] = {
      {"permessage-deflate", ""},
      {"permessage-deflate; client_max_window_bits, permessage-deflate", ""},
      {"permessage-deflate; server_max_window_bits=10, permessage-deflate", ""},
      {"permessage-deflate; server_max_window_bits=10", "–"},
      {"permessage-deflate; server_no_context_takeover; client_max_window_bits", "–"},
      {"permessage-deflate; server_no_context_takeover, permessage-deflate; "
       "server_max_window_bits=14, permessage-deflate; server_max_window_bits=15, "
       "permessage-deflate",
       "; server_max_window_bits=15"},
  };
  for (const auto& row : rows) EXPECT_EQ(answer(row.offers, full), row.answer) << row.offers;
  // What needs no more takes the first one.
  EXPECT_EQ(answer("permessage-deflate; server_max_window_bits=10, permessage-deflate", kAccept1),
            "; server_max_window_bits=10");
}

TEST(Negotiate, DeclinesIllegalOffersOnly) {
  EXPECT_EQ(answer("permessage-deflate; foo", kAccept1), "–");
  EXPECT_EQ(answer("permessage-deflate; client_max_window_bits=99, permessage-deflate", kAccept1),
            "");
}

TEST(Negotiate, GivesTheParameters) {
  const auto negotiated =
      negotiate(parsed("permessage-deflate; server_no_context_takeover; server_max_window_bits=8; "
                       "client_max_window_bits"),
                kAccept5);
  ASSERT_TRUE(negotiated);
  EXPECT_EQ(negotiated->parameters, (DeflateParameters{true, true, 9, 8}));
  EXPECT_EQ(negotiate(parsed("permessage-deflate"), kAccept1)->parameters, DeflateParameters{});
}

DeflateAnswer accepted(std::string_view response, std::string_view offers) {
  const auto answer = acceptResponse(parsed(response).at(0), parsed(offers));
  EXPECT_TRUE(answer.ok()) << answer.error;
  return answer.value.value_or(DeflateAnswer{});
}

TEST(AcceptResponse, Parameters) {
  const DeflateAnswer answer =
      accepted("permessage-deflate; client_no_context_takeover; server_max_window_bits=9",
               "permessage-deflate; client_no_context_takeover; client_max_window_bits; "
               "server_max_window_bits=9");
  EXPECT_EQ(answer.parameters, (DeflateParameters{true, false, 15, 9}));
  EXPECT_EQ(answer.mismatch, "");
  EXPECT_EQ(accepted("permessage-deflate; server_no_context_takeover; server_max_window_bits=8",
                     "permessage-deflate")
                .mismatch,
            "")
      << "a server may promise what was not asked for";
}

TEST(AcceptResponse, OneOfSeveralOffersIsEnough) {
  const std::string offers =
      "permessage-deflate; client_max_window_bits; server_no_context_takeover; "
      "server_max_window_bits=9, permessage-deflate; client_max_window_bits; "
      "server_no_context_takeover, permessage-deflate; client_max_window_bits";
  EXPECT_EQ(accepted("permessage-deflate", offers).mismatch, "");
  EXPECT_EQ(accepted("permessage-deflate; server_no_context_takeover", offers).mismatch, "");
}

TEST(AcceptResponse, RulesBrokenAreTold) {
  EXPECT_EQ(
      accepted("permessage-deflate", "permessage-deflate; server_no_context_takeover").mismatch,
      "the response lacks 'server_no_context_takeover', which was offered");
  const DeflateAnswer bare =
      accepted("permessage-deflate", "permessage-deflate; server_max_window_bits=9");
  EXPECT_EQ(bare.mismatch, "the response lacks 'server_max_window_bits', which was offered");
  EXPECT_EQ(bare.parameters.serverMaxWindowBits, 15);
  EXPECT_EQ(accepted("permessage-deflate; server_max_window_bits=15",
                     "permessage-deflate; server_max_window_bits=9")
                .mismatch,
            "the response has 'server_max_window_bits=15', more than the offered 9");
  EXPECT_EQ(accepted("permessage-deflate; client_max_window_bits=9", "permessage-deflate").mismatch,
            "the response has 'client_max_window_bits', which was not offered");
}

TEST(Negotiate, AHintIsFollowedWhereTheRuleSaysSo) {
  const std::string offer = "permessage-deflate; client_no_context_takeover";
  EXPECT_EQ(answer(offer, {{}}), "");
  EXPECT_EQ(answer(offer, {{.followsHint = true}}), "; client_no_context_takeover");
  EXPECT_EQ(answer("permessage-deflate", {{.followsHint = true}}), "");
}

TEST(AcceptResponse, AServerMayIgnoreTheWindowThatTheClientHintsAt) {
  const DeflateAnswer larger = accepted("permessage-deflate; client_max_window_bits=11",
                                        "permessage-deflate; client_max_window_bits=10");
  EXPECT_EQ(larger.mismatch, "");
  EXPECT_EQ(larger.parameters.clientMaxWindowBits, 10);
  EXPECT_EQ(accepted("permessage-deflate; client_max_window_bits=9",
                     "permessage-deflate; client_max_window_bits=10")
                .parameters.clientMaxWindowBits,
            9);
}

TEST(AcceptResponse, IllegalParametersFail) {
  EXPECT_EQ(acceptResponse(parsed("permessage-deflate; server_max_window_bits=7").at(0),
                           parsed("permessage-deflate"))
                .error,
            "illegal extension parameter value '7' for parameter 'server_max_window_bits' of "
            "extension 'permessage-deflate'");
}

TEST(Negotiate, BothEndsAgree) {
  EXPECT_TRUE(rc::check("what our server answers fits what our client offered", [] {
    const auto bits = [] { return *rc::gen::inRange(8, 16); };
    DeflateElement offer;
    offer.clientNoContextTakeover = *rc::gen::arbitrary<bool>();
    offer.serverNoContextTakeover = *rc::gen::arbitrary<bool>();
    offer.hasClientMaxWindowBits = *rc::gen::arbitrary<bool>();
    if (offer.hasClientMaxWindowBits && *rc::gen::arbitrary<bool>()) {
      offer.clientMaxWindowBits = bits();
    }
    if (*rc::gen::arbitrary<bool>()) offer.serverMaxWindowBits = bits();
    AcceptRule rule;
    rule.clientNoContextTakeover = *rc::gen::arbitrary<bool>();
    if (*rc::gen::arbitrary<bool>()) rule.clientMaxWindowBits = bits();

    const auto offers = parsed(serialize(toElement(offer)));
    const auto negotiated = negotiate(offers, std::vector{rule});
    RC_ASSERT(negotiated.has_value());
    const auto answer = acceptResponse(parsed(negotiated->header).at(0), offers);
    RC_ASSERT(answer.ok());
    RC_ASSERT(answer.value->mismatch.empty());
    RC_ASSERT(answer.value->parameters == negotiated->parameters);
  }));
}

}  // namespace
}  // namespace wsgauntlet::websocket
