#!/usr/bin/env python3
"""What a peer sends: legal streams of every kind are accepted, illegal ones fail with a reason."""
import unittest
import zlib

import codec
import fuzzer
from echo import PING, RSV1, EchoPeer, Frame, Message, Reply

CASE = "13.3.3"  # 1000 texts of 256 code points; our server asks for client_max_window_bits=9
ANSWER = "permessage-deflate; server_max_window_bits=9; client_max_window_bits=15"
OFFER = "permessage-deflate; client_max_window_bits"
FULL_WINDOW = "permessage-deflate"
MEBIBYTE = 1 << 20
NOT_DONE = "Case did not finish within 120 seconds."


def deflater(**settings: int) -> Reply:
    """Echoes with a compressor of its own, whatever was negotiated."""
    stream = codec.Deflater(**settings)
    return lambda peer, message: peer.send(message, stream.message(message.payload))


def fixed_octets(octets: bytes) -> Reply:
    return lambda peer, message: peer.send(message, octets)


def bomb() -> bytes:
    """2 MiB that are 2 GiB."""
    stream = zlib.compressobj(9, zlib.DEFLATED, -9)
    part = stream.compress(bytes(64 * MEBIBYTE)) + stream.flush(zlib.Z_FULL_FLUSH)
    return part * 32


def memory_limit() -> int:
    """What a bomb may cost; sanitizers take several times the memory of the program."""
    program = fuzzer.TOOL.read_bytes()
    sanitized = b"__asan_init" in program or b"__tsan_init" in program
    return (512 if sanitized else 96) * MEBIBYTE


class BothRoles(unittest.TestCase):
    """Each way to answer is tried with the fuzzing client and with the fuzzing server."""

    def talks(self, make: "list[Reply]", case: str = CASE, answer: str = ANSWER, offer: str = OFFER
              ) -> dict[str, fuzzer.Conversation]:
        client, server = make
        out = {"client": fuzzer.fuzz_server([case], answer, client)[case]}
        with fuzzer.FuzzingServer([case]) as fuzzing_server:
            out["server"] = fuzzing_server.run(case, offer, server)
        return out

    def accepted(self, *replies: Reply, case: str = CASE, **words: str) -> None:
        """Two replies, one for each role, since they may hold a compressor."""
        for role, talk in self.talks([replies[0], replies[-1]], case, **words).items():
            with self.subTest(role):
                self.assertEqual(talk.result["behavior"], "OK", talk.result["result"])
                self.assertEqual(talk.result["behaviorClose"], "OK")
                self.assertEqual(talk.peer.close_code, 1000)

    def refused(self, code: int, reason: str, *replies: Reply, case: str = CASE, **words: str
                ) -> dict[str, fuzzer.Conversation]:
        talks = self.talks([replies[0], replies[-1]], case, **words)
        for role, talk in talks.items():
            with self.subTest(role):
                result = talk.result
                self.assertEqual(result["behavior"], "FAILED")
                self.assertEqual(result["result"], NOT_DONE)
                self.assertTrue(result["failedByMe"])
                self.assertEqual(result["localCloseCode"], code, result["localCloseReason"])
                self.assertRegex(result["localCloseReason"], reason)
                self.assertEqual((talk.peer.close_code, talk.peer.close_reason), (code, result["localCloseReason"]))
        return talks


class Accepted(BothRoles):
    def test_negotiated_window(self) -> None:
        self.accepted(deflater(window_bits=9), deflater(window_bits=9))

    def test_every_window_that_is_negotiated(self) -> None:
        for bits in range(8, 16):
            with self.subTest(bits):
                self.accepted(deflater(window_bits=bits), deflater(window_bits=min(9, bits)),
                              answer=f"permessage-deflate; server_max_window_bits={bits}",
                              offer=f"{OFFER}={bits}")

    def test_stored_blocks(self) -> None:
        self.accepted(deflater(level=0), deflater(level=0))

    def test_fixed_blocks(self) -> None:
        self.accepted(*(deflater(window_bits=9, strategy=zlib.Z_FIXED) for _ in range(2)))

    def test_blocks_with_bfinal(self) -> None:
        def reply(peer: EchoPeer, message: Message) -> None:
            peer.send(message, codec.Deflater(9).final(message.payload))
        self.accepted(reply)

    def test_bfinal_in_the_middle_of_a_takeover(self) -> None:
        stream = [codec.Deflater(9), codec.Deflater(9)]

        def reply(which: int) -> Reply:
            def send(peer: EchoPeer, message: Message) -> None:
                if len(peer.messages) % 3 == 0:
                    peer.send(message, codec.Deflater(9).final(message.payload))
                    stream[which] = codec.Deflater(9)
                else:
                    peer.send(message, stream[which].message(message.payload))
            return send
        self.accepted(reply(0), reply(1))

    def test_several_blocks_in_one_message(self) -> None:
        def reply(peer: EchoPeer, message: Message) -> None:
            stream = zlib.compressobj(6, zlib.DEFLATED, -9)
            out = b"".join(stream.compress(message.payload[at:at + 50]) + stream.flush(zlib.Z_SYNC_FLUSH)
                           for at in range(0, len(message.payload), 50))
            peer.send(message, out[:-4])
        self.accepted(reply)

    def test_fragments(self) -> None:
        for size in (1, 7, 100):
            self.accepted(lambda peer, message, n=size: peer.echo(message, n))

    def test_empty_fragments(self) -> None:
        def reply(peer: EchoPeer, message: Message) -> None:
            octets = peer.deflater.message(message.payload)
            for frame in (Frame(message.opcode, b"", False, RSV1), Frame(0, octets, False), Frame(PING, b"x"), Frame(0, b"")):
                peer.connection.send_frame(frame)
        self.accepted(reply)

    def test_uncompressed_echoes(self) -> None:
        self.accepted(lambda peer, message: peer.send(message, message.payload, 0))
        self.accepted(lambda peer, message: peer.send(message, message.payload, 0, 50))

    def test_compressed_and_uncompressed_in_turn(self) -> None:
        def reply(peer: EchoPeer, message: Message) -> None:
            if len(peer.messages) % 2:
                peer.echo(message)
            else:
                peer.send(message, message.payload, 0)
        self.accepted(reply)

    def test_no_takeover_although_it_is_allowed(self) -> None:
        self.accepted(*(deflater(window_bits=9, no_takeover=True) for _ in range(2)))

    def test_tail_that_was_left_on(self) -> None:
        """Redundant, yet legal: an empty stored block more."""
        self.accepted(lambda peer, message: peer.send(message, peer.deflater.message(message.payload) + codec.TAIL + b"\0"))


class Refused(BothRoles):
    def test_window_beyond_the_negotiated_one(self) -> None:
        self.refused(1007, "invalid deflate data: .*(window|distance)", deflater(window_bits=15), deflater(window_bits=15))

    def test_one_window_size_too_many(self) -> None:
        self.refused(1007, "invalid deflate data: .*(window|distance)", deflater(window_bits=10), deflater(window_bits=10))

    def test_takeover_although_it_was_refused(self) -> None:
        self.refused(1007, "invalid deflate data: ", deflater(), deflater(), case="13.5.3",
                     answer="permessage-deflate; server_no_context_takeover")

    def test_corrupt_data(self) -> None:
        self.refused(1007, "invalid deflate data: ", fixed_octets(b"\xff" * 20))
        self.refused(1007, "invalid deflate data: ", fixed_octets(b"\x00\x05\x00\x00\x00hello"))

    def test_truncated_stream(self) -> None:
        self.refused(1007, "invalid deflate data: ",
                     lambda peer, message: peer.send(message, codec.Deflater(9).message(message.payload)[:-9]))

    def test_rsv1_on_a_continuation(self) -> None:
        self.refused(1002, "^received continuation data frame with compress bit set", lambda peer, message: peer.send(
            message, peer.deflater.message(message.payload), RSV1, 50, rsv_of_others=RSV1))

    def test_rsv1_on_control_frames(self) -> None:
        self.refused(1002, "^received compressed control frame", lambda peer, message: peer.connection.send_frame(Frame(PING, b"x", True, RSV1)))

    def test_rsv2_on_a_message(self) -> None:
        self.refused(1002, "RSV|rsv", lambda peer, message: peer.send(message, message.payload, 2))

    def test_invalid_utf8_inside(self) -> None:
        self.refused(1007, "invalid UTF-8", lambda peer, message: peer.send(message, peer.deflater.message(b"\xce\xba\xed\xa0\x80")))

    def test_bomb(self) -> None:
        octets = bomb()
        for fragment in (0, 65536):
            talks = self.refused(1009, "message exceeds payload limit of \\d+ octets",
                                 lambda peer, message, n=fragment: peer.send(message, octets, RSV1, n),
                                 answer=FULL_WINDOW, case=CASE)
            for talk in talks.values():
                self.assertLess(talk.peak_memory, memory_limit())


class WrongEchoes(BothRoles):
    """Legal streams that hold something else: the verdict says what."""

    def wrong(self, expected: str, reply: Reply) -> None:
        for role, talk in self.talks([reply, reply]).items():
            with self.subTest(role):
                self.assertEqual(talk.result["behavior"], "FAILED")
                self.assertRegex(talk.result["result"], expected)
                self.assertEqual(talk.peer.close_code, 1000)

    def test_type(self) -> None:
        def reply(peer: EchoPeer, message: Message) -> None:
            message.opcode = 2
            peer.echo(message)
        self.wrong(r"^Echo'ed message type differs from what I sent \(got binary True, expected binary False\)\.$", reply)

    def test_length_and_empty_messages(self) -> None:
        self.wrong(r"^Echo'ed message length differs from what I sent \(got length 0, expected length 2\d\d\)\.$",
                   lambda peer, message: peer.send(message, peer.deflater.message(b"")))

    def test_content(self) -> None:
        def reply(peer: EchoPeer, message: Message) -> None:
            peer.send(message, peer.deflater.message(message.payload[:-1] + b"~"))
        self.wrong(r"^Echo'ed message contents differs from what I sent \(got SHA1 [0-9a-f]{40}, "
                   r"expected SHA1 [0-9a-f]{40}\)\.$", reply)


if __name__ == "__main__":
    unittest.main()
