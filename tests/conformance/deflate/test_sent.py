#!/usr/bin/env python3
"""What the fuzzer sends inflates under what was negotiated, message by message, in both roles."""
import json
import unittest
import zlib
from collections.abc import Iterator

import codec
import distances
import fuzzer
from echo import BINARY, RSV1, TEXT, Message

DATA = fuzzer.ROOT / "cases/data"
CORPORA = {"json (text)": "json.json", "html (text)": "html.html", "pdf (binary)": "pdf.pdf",
           "prose in German (binary)": "german.txt", "grey-scale bitmap (binary)": "bitmap.bmp"}
FACTS = {fact["id"]: fact["roundtrips"]
         for fact in json.loads((fuzzer.ROOT / "tests/conformance/case-facts.json").read_text("utf-8"))
         if fact["id"].startswith(("12.", "13."))}
OFFER = "permessage-deflate; client_no_context_takeover; client_max_window_bits"
SMALL = [f"12.{family}.{n}" for family in range(1, 6) for n in (1, 2, 3)]
PARAMETERS = [f"13.{family}.{n}" for family in range(1, 8) for n in (1, 2, 3)]


def expected(case: str) -> Iterator[bytes]:
    """The messages of a case: slices of a file, one behind the other, starting over at its end."""
    fact = FACTS[case]
    octets = (DATA / CORPORA[fact["data"]]).read_bytes()
    units = octets.decode("utf-8") if fact["length_unit"] == "code points" else octets
    length, at = fact["length"], 0
    endless = units * (2 + length // len(units))
    for _ in range(fact["count"]):
        part = endless[at:at + length]
        yield part.encode("utf-8") if isinstance(part, str) else part
        at = (at + length) % len(units)


class Sent(unittest.TestCase):
    def check(self, case: str, talk: fuzzer.Conversation, window_bits: int, no_takeover: bool) -> int:
        """The peer has inflated each message already; gives the furthest distance."""
        peer = talk.peer
        assert peer and peer.inflater
        self.assertEqual((peer.inflater.window_bits, peer.inflater.no_takeover), (window_bits, no_takeover))
        self.assertEqual((talk.result["behavior"], talk.result["behaviorClose"]), ("OK", "OK"), talk.result["result"])
        self.assertEqual(len(peer.messages), FACTS[case]["count"])
        for number, (message, payload) in enumerate(zip(peer.messages, expected(case), strict=True)):
            self.check_frames(case, message, f"{case}, message {number}")
            self.assertEqual(message.payload, payload, f"{case}, message {number}")
        return self.check_distances(case, peer.messages, window_bits, no_takeover)

    def check_frames(self, case: str, message: Message, where: str) -> None:
        fact = FACTS[case]
        self.assertEqual(message.opcode, BINARY if fact["binary"] else TEXT, where)
        self.assertEqual([frame.rsv for frame in message.frames], [RSV1] + [0] * (len(message.frames) - 1), where)
        self.assertEqual([frame.opcode for frame in message.frames[1:]], [0] * (len(message.frames) - 1), where)
        self.assertFalse(message.raw.endswith(codec.TAIL), f"{where}: the tail is still there")
        if size := fact["auto_fragment"]:
            lengths = [len(frame.payload) for frame in message.frames]
            self.assertTrue(all(length == size for length in lengths[:-1]), where)
            self.assertLessEqual(lengths[-1], size, where)
        else:
            self.assertEqual(len(message.frames), 1, where)

    def check_distances(self, case: str, messages: list[Message], window_bits: int, no_takeover: bool) -> int:
        """zlib's inflate does not see every distance that is too long; this does."""
        furthest, reach = 0, 0
        for number, message in enumerate(messages):
            walker = distances.Walker(message.raw + codec.TAIL).walk()
            reach = len(message.payload) if no_takeover else reach + len(message.payload)
            furthest = max(furthest, walker.furthest)
            self.assertLessEqual(walker.furthest, min(reach, 1 << window_bits), f"{case}, message {number}")
        return furthest


class FuzzingClient(Sent):
    """The client's direction: `client_*` of our answer rules what the fuzzer sends."""

    def test_small_messages_of_every_family(self) -> None:
        talks = fuzzer.fuzz_server([*SMALL, *PARAMETERS], "permessage-deflate")
        for case, talk in talks.items():
            with self.subTest(case):
                self.check(case, talk, 15, False)

    def test_every_window_and_takeover(self) -> None:
        cases = ["12.1.3", "12.2.3"]
        for bits in range(8, 16):
            for takeover in ("", "; client_no_context_takeover"):
                answer = f"permessage-deflate{takeover}; client_max_window_bits={bits}"
                with self.subTest(answer):
                    talks = fuzzer.fuzz_server(cases, answer)
                    far = max(self.check(case, talks[case], bits, bool(takeover)) for case in cases)
                    self.assertGreater(far, 0)
                    if not takeover and bits > 9:
                        self.assertGreater(far, 1 << (bits - 1), "the window is not used")

    def test_the_other_direction_does_not_rule_ours(self) -> None:
        answer = "permessage-deflate; server_no_context_takeover; server_max_window_bits=9"
        talks = fuzzer.fuzz_server(["12.1.3", "13.5.3"], answer)
        for case, talk in talks.items():
            self.assertGreater(self.check(case, talk, 15, False), 512)

    def test_fragments(self) -> None:
        cases = ["12.1.11", "13.7.11"]
        for answer, bits, fresh in (("permessage-deflate; client_max_window_bits=9", 9, False),
                                    ("permessage-deflate; client_no_context_takeover", 15, True)):
            for case, talk in fuzzer.fuzz_server(cases, answer).items():
                with self.subTest(case=case, answer=answer):
                    self.check(case, talk, bits, fresh)
                    self.assertGreater(max(len(one.frames) for one in talk.peer.messages), 1)

    def test_levels_and_memory_levels(self) -> None:
        for level, memory in ((0, 8), (1, 1), (6, 8), (9, 9)):
            with self.subTest(level=level, memory=memory):
                talks = fuzzer.fuzz_server(["12.1.3"], "permessage-deflate; client_max_window_bits=10",
                                           options={"compressionLevel": level, "compressionMemLevel": memory})
                self.check("12.1.3", talks["12.1.3"], 10, False)


class FuzzingServer(Sent):
    """The server's direction: `server_*` of our offer rules what the fuzzer sends."""

    def setUp(self) -> None:
        self.server = self.enterContext(fuzzer.FuzzingServer(["12.*", "13.*"]))

    def test_small_messages_of_every_family(self) -> None:
        for case in [*SMALL, *PARAMETERS]:
            with self.subTest(case):
                self.check(case, self.server.run(case, OFFER), 15, False)

    def test_every_window_and_takeover(self) -> None:
        for bits in range(8, 16):
            for takeover in ("", "; server_no_context_takeover"):
                offer = f"permessage-deflate{takeover}; server_max_window_bits={bits}; client_max_window_bits"
                with self.subTest(offer):
                    far = max(self.check(case, self.server.run(case, offer), bits, bool(takeover))
                              for case in ("12.1.3", "13.5.3"))
                    self.assertGreater(far, 0)
                    if not takeover and bits > 9:
                        self.assertGreater(far, 1 << (bits - 1), "the window is not used")

    def test_fragments(self) -> None:
        for case in ("12.4.11", "13.5.11"):
            for offer, bits, fresh in (("; server_max_window_bits=9", 9, False), ("; server_no_context_takeover", 15, True)):
                with self.subTest(case=case, offer=offer):
                    talk = self.server.run(case, OFFER + offer)
                    self.check(case, talk, bits, fresh)


class Distances(unittest.TestCase):
    """The check itself: it follows all kinds of blocks, and sees what zlib does not."""

    def test_it_finds_the_window_that_was_used(self) -> None:
        text = (DATA / "json.json").read_bytes()
        for bits in range(9, 16):
            stream = zlib.compressobj(6, zlib.DEFLATED, -bits)
            walker = distances.Walker(stream.compress(text) + stream.flush()).walk()
            self.assertLessEqual(walker.furthest, 1 << bits)
            self.assertGreater(walker.furthest, 1 << (bits - 1) if bits > 9 else 0)
            self.assertIn(2, walker.blocks)

    def test_it_follows_fixed_and_stored_blocks(self) -> None:
        message = b"0123456789" * 20
        fixed = codec.Deflater(strategy=zlib.Z_FIXED).message(message) + codec.TAIL
        stored = codec.Deflater(level=0).message(message) + codec.TAIL
        self.assertEqual((distances.Walker(fixed).walk().blocks, distances.furthest(fixed)), ([1, 0], 10))
        self.assertEqual((distances.Walker(stored).walk().blocks, distances.furthest(stored)), ([0, 0], 0))


if __name__ == "__main__":
    unittest.main()
