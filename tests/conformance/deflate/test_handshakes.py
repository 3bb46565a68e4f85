#!/usr/bin/env python3
"""What is negotiated, octet by octet, in both roles (RFC 7692 section 7.1)."""
import re
import unittest

import fuzzer
import peer

BASE = "permessage-deflate; client_no_context_takeover; client_max_window_bits"
NONE, NINE, FIFTEEN = "", "; server_max_window_bits=9", "; server_max_window_bits=15"
TAKEOVER = "; server_no_context_takeover"
OFFERS = {
    "12.1.1": BASE, "12.2.1": BASE, "12.3.1": BASE, "12.4.1": BASE, "12.5.1": BASE,
    "13.1.1": BASE,
    "13.2.1": BASE + TAKEOVER,
    "13.3.1": BASE + NINE,
    "13.4.1": BASE + FIFTEEN,
    "13.5.1": BASE + TAKEOVER + NINE,
    "13.6.1": BASE + TAKEOVER + FIFTEEN,
    "13.7.1": f"{BASE}{TAKEOVER}{NINE}, {BASE}{TAKEOVER}, {BASE}",
}
REQUEST = """\
GET / HTTP/1.1
User-Agent: AutobahnTestSuite/25.10.1-0.10.9
Host: 127.0.0.1:{port}
Upgrade: WebSocket
Connection: Upgrade
Pragma: no-cache
Cache-Control: no-cache
Sec-WebSocket-Key: {key}
{extensions}Sec-WebSocket-Version: 13

"""
RESPONSE = """\
HTTP/1.1 101 Switching Protocols
Server: AutobahnTestSuite/25.10.1-0.10.9
X-Powered-By: AutobahnPython/0.10.9
Upgrade: WebSocket
Connection: Upgrade
Sec-WebSocket-Accept: {accept}
{extensions}
"""
FAMILIES = ["12.1.1", "13.1.1", "13.2.1", "13.3.1", "13.4.1", "13.5.1", "13.6.1", "13.7.1"]

# What the server answers for 12.* and 13.1, 13.2, 13.3, 13.4, 13.5, 13.6, 13.7: `-` is no extension,
# `=` the same as in the column before.
C, C9, C15 = "; client_no_context_takeover", "; client_max_window_bits=9", "; client_max_window_bits=15"
C10, C8 = "; client_max_window_bits=10", "; client_max_window_bits=8"
S, S12 = "; server_no_context_takeover", "; server_max_window_bits=12"
DECLINED = ["-"] * 7
PLAIN = ["", C, "-", "-", "-", "-", C]
WINDOW = ["", C, C9, C15, C + C9, C + C15, C + C9]
ANSWERS: list[tuple[list[str], list[str]]] = [
    # The table of BEHAVIOUR.md section 4.6.
    (["permessage-deflate"], PLAIN),
    (["permessage-deflate; client_max_window_bits"], WINDOW),
    (["permessage-deflate; client_max_window_bits=15"], WINDOW),
    # A deviation: never more than the client offers.
    (["permessage-deflate; client_max_window_bits=10"], ["", C, C9, C10, C + C9, C + C10, C + C9]),
    (["permessage-deflate; client_max_window_bits=9"], ["", C, C9, C9, C + C9, C + C9, C + C9]),
    (["permessage-deflate; client_max_window_bits=8"], ["", C, C8, C8, C + C8, C + C8, C + C8]),
    (["permessage-deflate; server_no_context_takeover; server_max_window_bits=12; client_max_window_bits"],
     [S + S12 + one for one in WINDOW]),
    (["permessage-deflate; server_max_window_bits=10, permessage-deflate; client_max_window_bits"],
     ["; server_max_window_bits=10", "; server_max_window_bits=10" + C, C9, C15, C + C9, C + C15, C + C9]),
    (["permessage-bzip2"], DECLINED),
    (["x-webkit-deflate-frame"], DECLINED),
    ([], DECLINED),
    # Order, case, blanks and quotes make no difference.
    (["permessage-deflate; client_no_context_takeover"], PLAIN),
    (["permessage-deflate; server_no_context_takeover"], [one if one == "-" else S + one for one in PLAIN]),
    (["permessage-deflate; client_max_window_bits; server_max_window_bits=12; server_no_context_takeover"],
     [S + S12 + one for one in WINDOW]),
    (["Permessage-Deflate ;Client_Max_Window_Bits"], WINDOW),
    (["permessage-deflate;\t client_max_window_bits \t; \t server_max_window_bits =  12"],
     [S12 + one for one in WINDOW]),
    (['permessage-deflate; server_max_window_bits="12"; client_max_window_bits="10"'],
     [S12 + one for one in ["", C, C9, C10, C + C9, C + C10, C + C9]]),
    ([r'permessage-deflate; server_max_window_bits="1\2"'], [one if one == "-" else S12 + one for one in PLAIN]),
    ([BASE], WINDOW),
    *(([f"permessage-deflate; server_max_window_bits={n}; client_max_window_bits"],
       [f"; server_max_window_bits={n}{one}" for one in WINDOW]) for n in range(8, 16)),
    # Several fields are one list (RFC 6455 section 11.3.2); other extensions are passed over.
    (["permessage-deflate; server_max_window_bits=12", "permessage-deflate; client_max_window_bits"],
     [S12, S12 + C, C9, C15, C + C9, C + C15, C + C9]),
    (["x-webkit-deflate-frame", "permessage-deflate"], PLAIN),
    (["foo; bar=1, permessage-bzip2, permessage-deflate; client_max_window_bits"], WINDOW),
    ([", , permessage-deflate ,,"], PLAIN),
    # A deviation: an offer with illegal parameters is declined (RFC 7692 section 7.1), the next
    # one may do.
    *(([f"permessage-deflate; {bad}"], DECLINED) for bad in [
        "foo", "foo=1", "client_no_context_takeover=1", "server_no_context_takeover=true",
        "server_max_window_bits", "server_max_window_bits=7",
        "server_max_window_bits=16", "server_max_window_bits=0", "server_max_window_bits=-9",
        "server_max_window_bits=09", "server_max_window_bits=9.5", "server_max_window_bits=x",
        "server_max_window_bits=4294967305", "client_max_window_bits=7", "client_max_window_bits=16",
        "client_max_window_bits=010", "client_max_window_bits; client_max_window_bits",
        "client_max_window_bits=9; client_max_window_bits=10",
        "server_max_window_bits=9; server_max_window_bits=9",
        "client_no_context_takeover; client_no_context_takeover",
        "server_no_context_takeover; Server_No_Context_Takeover"]),
    (["permessage-deflate; foo, permessage-deflate; client_max_window_bits"], WINDOW),
    (["permessage-deflate; server_max_window_bits=16", "permessage-deflate"], PLAIN),
]
# What is no list of extensions at all (RFC 6455 section 9.1).
MALFORMED = ["permessage-deflate;", "permessage-deflate; =9", "permessage-deflate; server_max_window_bits=",
             'permessage-deflate; server_max_window_bits="9', "permessage-deflate client_max_window_bits",
             'permessage-deflate; server_max_window_bits=""', "permessage-deflate; a=b=c", "; foo"]


def octets(text: str, extensions: str | None, **words: object) -> str:
    field = f"Sec-WebSocket-Extensions: {extensions}\n" if extensions is not None else ""
    return text.format(extensions=field, **words).replace("\n", "\r\n")


class Requests(unittest.TestCase):
    def check(self, cases: dict[str, str | None]) -> None:
        talks = fuzzer.fuzz_server(list(cases), None)
        keys = set()
        for case, offers in cases.items():
            with self.subTest(case):
                key = peer.header(talks[case].request, "Sec-WebSocket-Key") or ""
                self.assertRegex(key, r"^[A-Za-z0-9+/]{21}[AQgw]==$")
                port = re.search(r"Host: 127\.0\.0\.1:(\d+)", talks[case].request)
                self.assertEqual(talks[case].request,
                                 octets(REQUEST, offers, key=key, port=port and port[1]))
                keys.add(key)
        self.assertEqual(len(keys), len(cases), "keys are not fresh")

    def test_offers_of_every_family(self) -> None:
        self.check(dict(OFFERS))

    def test_no_offer_elsewhere(self) -> None:
        self.check({"1.1.1": None, "7.1.1": None, "10.1.1": None})

    def test_largest_and_fragmented_messages_are_offered_the_same(self) -> None:
        cases = {f"{family}.{n}": OFFERS[f"{family}.1"] for family in ("12.1", "13.5") for n in (9, 18)}
        self.check(dict(cases))


class Responses(unittest.TestCase):
    def setUp(self) -> None:
        self.server = self.enterContext(fuzzer.FuzzingServer(["1.1.1", "12.*", "13.*"]))

    def check(self, case: str, offers: list[str], expected: str | None) -> None:
        with self.subTest(case=case, offers=offers):
            connection, response = self.server.connect(case, "peer", offers)
            self.assertEqual(response, octets(RESPONSE, expected, accept=peer.accept_key(connection.key)))
            connection.close()

    def test_answers_of_every_family(self) -> None:
        for offers, answers in ANSWERS:
            for case, answer in zip(FAMILIES, [answers[0], *answers], strict=True):
                self.check(case, offers, None if answer == "-" else f"permessage-deflate{answer}")

    def test_every_payload_family_answers_alike(self) -> None:
        for family in range(1, 6):
            self.check(f"12.{family}.18", [BASE], "permessage-deflate")

    def test_no_compression_elsewhere(self) -> None:
        self.check("1.1.1", [BASE], None)

    def test_our_own_offers_are_accepted(self) -> None:
        for case, offers in OFFERS.items():
            connection, response = self.server.connect(case, "peer", [offers])
            self.assertIn("\r\nSec-WebSocket-Extensions: permessage-deflate", response)
            connection.close()

    def test_malformed_lists_are_refused(self) -> None:
        for offer in MALFORMED:
            with self.subTest(offer):
                connection, response = self.server.connect("12.1.1", "peer", [offer])
                self.assertRegex(response, r"^HTTP/1\.1 400 ")
                connection.close()


class Answers(unittest.TestCase):
    """What the fuzzing client makes of a server's answer (sections 7.1.1 and 7.1.2)."""

    def test_illegal_answers_fail_the_handshake(self) -> None:
        rows = {
            "permessage-deflate; foo": "illegal extension parameter 'foo' for extension 'permessage-deflate'",
            "permessage-deflate; client_max_window_bits":
                "illegal extension parameter value '1' for parameter 'client_max_window_bits' of extension "
                "'permessage-deflate'",
            "permessage-deflate; server_max_window_bits=16":
                "illegal extension parameter value '16' for parameter 'server_max_window_bits' of extension "
                "'permessage-deflate'",
            "permessage-deflate; server_no_context_takeover; server_no_context_takeover":
                "multiple occurrence of extension parameter 'server_no_context_takeover' for extension "
                "'permessage-deflate'",
            "permessage-deflate, permessage-deflate": "multiple occurrence of a permessage-compress extension",
            "x-foo": "server wants to use extension 'x-foo' we did not request, haven't implemented or did "
                     "not enable",
        }
        for answer, reason in rows.items():
            with self.subTest(answer):
                result = fuzzer.fuzz_server(["12.1.1"], answer)["12.1.1"].result
                self.assertEqual(result["behavior"], "FAILED")
                self.assertEqual(result["wasNotCleanReason"], reason)


if __name__ == "__main__":
    unittest.main()
