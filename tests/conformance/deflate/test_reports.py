#!/usr/bin/env python3
"""What the reports say of compression: negotiation, traffic, ratios, test data of one's own."""
import pathlib
import re
import tempfile
import unittest

import fuzzer
from echo import EchoPeer

OFFER = "permessage-deflate; client_no_context_takeover; client_max_window_bits"
FAMILIES = ["12.1.1", "13.1.1", "13.2.1", "13.3.1", "13.4.1", "13.5.1", "13.6.1", "13.7.1"]
LEVELS = [f"{way}Octets{level}Level" for way in ("outgoing", "incoming") for level in ("App", "WebSocket", "Wire")]
KEYS = {*LEVELS, "preopenOutgoingOctetsWireLevel", "preopenIncomingOctetsWireLevel",
        *(f"{way}{what}" for way in ("outgoing", "incoming")
          for what in ("WebSocketFrames", "WebSocketMessages", "CompressionRatio", "WebSocketOverhead"))}


class Unimplemented(unittest.TestCase):
    def check(self, talk: fuzzer.Conversation) -> None:
        result = talk.result
        self.assertEqual((result["behavior"], result["behaviorClose"]), ("UNIMPLEMENTED", "OK"))
        self.assertEqual(result["result"], "Actual events differ from any expected.")
        self.assertIsNone(result["trafficStats"])
        self.assertEqual((talk.peer.messages, talk.peer.close_code), ([], 1000))

    def test_server_that_does_not_negotiate(self) -> None:
        for case, talk in fuzzer.fuzz_server(FAMILIES, None).items():
            with self.subTest(case):
                self.check(talk)

    def test_clients_that_do_not_negotiate(self) -> None:
        with fuzzer.FuzzingServer(["12.*", "13.*"]) as server:
            for case in FAMILIES:
                for offer in (None, "permessage-bzip2", "permessage-deflate; foo"):
                    with self.subTest(case=case, offer=offer):
                        self.check(server.run(case, offer))
            for case in ("13.3.1", "13.4.1", "13.5.1", "13.6.1"):
                self.check(server.run(case, "permessage-deflate"))


class Traffic(unittest.TestCase):
    def check(self, talk: fuzzer.Conversation) -> None:
        stats, peer = talk.result["trafficStats"], talk.peer
        self.assertEqual(set(stats), KEYS)
        for way, count, wire in (("outgoing", peer.incoming, peer.wire_at_close[0]),
                                 ("incoming", peer.outgoing, peer.wire_at_close[1])):
            self.assertEqual(stats[f"{way}OctetsAppLevel"], count.app)
            self.assertEqual(stats[f"{way}OctetsWebSocketLevel"], count.websocket)
            self.assertEqual(stats[f"{way}OctetsWireLevel"], wire)
            self.assertEqual(stats[f"{way}WebSocketFrames"], count.frames)
            self.assertEqual(stats[f"{way}WebSocketMessages"], count.messages)
            self.assertEqual(stats[f"{way}CompressionRatio"], count.websocket / count.app)
            self.assertEqual(stats[f"{way}WebSocketOverhead"], (wire - count.websocket) / count.websocket)
        sent, received = talk.request, talk.response
        if peer.connection.is_client:
            sent, received = received, sent
        self.assertEqual(stats["preopenOutgoingOctetsWireLevel"], len(sent))
        self.assertEqual(stats["preopenIncomingOctetsWireLevel"], len(received))

    def test_client(self) -> None:
        cases = ["12.1.1", "12.2.3", "12.4.11"]
        for case, talk in fuzzer.fuzz_server(cases, "permessage-deflate").items():
            with self.subTest(case):
                self.check(talk)

    def test_server(self) -> None:
        with fuzzer.FuzzingServer(["12.*", "13.*"]) as server:
            for case in ("12.1.1", "12.5.2", "13.5.11"):
                with self.subTest(case):
                    self.check(server.run(case, OFFER))

    def test_fragmented_echoes(self) -> None:
        def reply(peer: EchoPeer, message: object) -> None:
            peer.echo(message, 10)
        self.check(fuzzer.fuzz_server(["12.1.2"], "permessage-deflate", reply)["12.1.2"])

    def test_none_without_success(self) -> None:
        def reply(peer: EchoPeer, message: object) -> None:
            peer.send(message, b"\xff" * 9)
        self.assertIsNone(fuzzer.fuzz_server(["12.1.1"], "permessage-deflate", reply)["12.1.1"].result["trafficStats"])

    def test_ratio_in_the_index_page(self) -> None:
        pages = []

        def keep(folder: fuzzer.Folder) -> None:
            pages.append((folder.out / "index.html").read_text("utf-8"))
        talk = fuzzer.fuzz_server(["12.1.2"], "permessage-deflate", keep=keep)["12.1.2"]
        count = talk.peer.incoming
        shown = re.sub(r"<[^>]*>", " ", pages[0])
        self.assertRegex(shown, rf"\b{count.websocket / count.app:.3f}"[:-1])


class TestData(unittest.TestCase):
    ORIGINAL = {"json_data1.json": "json", "html_data1.html": "html", "gutenberg_faust.txt": "german",
                "lena512.bmp": "bitmap", "ooms.pdf": "pdf"}
    OWN = {"json.json": "json", "html.html": "html", "german.txt": "german", "bitmap.bmp": "bitmap", "pdf.pdf": "pdf"}
    CASES = {"12.1.1": "json", "12.2.1": "bitmap", "12.3.1": "german", "12.4.1": "html", "12.5.1": "pdf"}

    def setUp(self) -> None:
        self.folder = pathlib.Path(self.enterContext(tempfile.TemporaryDirectory()))

    def write(self, names: dict[str, str]) -> None:
        for name, corpus in names.items():
            (self.folder / name).write_text(f"«{corpus}»" * 3, "utf-8")

    def payloads(self, corpus: str, is_text: bool) -> bytes:
        """The first 16 units of the file, over and over, as the slices walk around."""
        text = f"«{corpus}»" * 3
        units: str | bytes = text if is_text else text.encode()
        endless = units * 1000
        return endless[:16].encode() if isinstance(endless, str) else endless[:16]

    def test_names_of_the_original_and_ours(self) -> None:
        for names in (self.ORIGINAL, self.OWN):
            with self.subTest(list(names)[0]):
                self.write(names)
                talks = fuzzer.fuzz_server(list(self.CASES), "permessage-deflate", flags=("--testdata", str(self.folder)))
                for case, corpus in self.CASES.items():
                    self.assertEqual(talks[case].result["behavior"], "OK")
                    self.assertEqual(talks[case].peer.messages[0].payload,
                                     self.payloads(corpus, case in ("12.1.1", "12.4.1")))
                for name in names:
                    (self.folder / name).unlink()

    def test_the_fuzzing_server_takes_it_too(self) -> None:
        self.write(self.ORIGINAL)
        with fuzzer.FuzzingServer(["12.*"], ("--testdata", str(self.folder))) as server:
            talk = server.run("12.4.1", OFFER)
        self.assertEqual(talk.peer.messages[0].payload, self.payloads("html", True))

    def test_what_is_missing_is_named(self) -> None:
        self.write(self.ORIGINAL)
        (self.folder / "ooms.pdf").unlink()
        (self.folder / "lena512.bmp").write_bytes(b"")
        (self.folder / "json_data1.json").write_bytes(b"\xff\xfe")
        scratch = fuzzer.Folder(["12.*"], url="ws://127.0.0.1:0", servers=[{"url": "ws://127.0.0.1:1"}])
        for role in ("fuzzingclient", "fuzzingserver"):
            with self.subTest(role), scratch.start(role, "--testdata", str(self.folder)) as tool:
                self.assertEqual(fuzzer.wait_for_end(tool, 20), 2)
                text = tool.printed()
                self.assertIn('lacks ooms.pdf (or pdf.pdf), the corpus "pdf"', text)
                self.assertRegex(text, r"lena512\.bmp: is empty")
                self.assertRegex(text, r'json_data1\.json: is not UTF-8, which the corpus "json" has to be')
        scratch.scratch.cleanup()


if __name__ == "__main__":
    unittest.main()
