#!/usr/bin/env python3
"""The reference in docs is what the program says of itself, and names all that the original has.

usage: reference_test.py PROGRAM DOCS
"""
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

PROGRAM, DOCS = sys.argv[1], pathlib.Path(sys.argv[2])

# Command line, spec keys and protocol options of the original.
FLAGS = ["-m, --mode", "-s, --spec", "-w, --wsuri", "-u, --webport", "-i, --ident", "-k, --key", "-c, --cert",
         "-o, --outfile", "-t, --testset", "-d, --debug", "-a, --autobahnversion", "--version", "--help"]
MODES = ["fuzzingclient", "fuzzingserver", "testeeclient", "testeeserver", "echoclient", "echoserver",
         "broadcastclient", "broadcastserver", "massconnect", "serializer"]
KEYS = ["url", "outdir", "cases", "exclude-cases", "exclude-agent-cases", "protocols", "options", "key", "cert",
        "webport", "servers", "agent", "origin", "hostname", "auth", "name", "desc", "uri", "connections", "batchsize",
        "batchdelay", "retrydelay"]
OPTIONS = {
    "allowHixie76": None, "utf8validateIncoming": "true", "applyMask": "true", "maxFramePayloadSize": "0",
    "maxMessagePayloadSize": "0", "autoFragmentSize": "0", "failByDrop": "false", "echoCloseCodeReason": "false",
    "openHandshakeTimeout": "5.0", "closeHandshakeTimeout": "1.0", "tcpNoDelay": "true", "autoPingInterval": "0.0",
    "autoPingTimeout": "0.0", "autoPingSize": "4", "versions": None, "webStatus": "true",
    "requireMaskedClientFrames": "true", "maskServerFrames": "false", "allowedOrigins": '["*"]', "maxConnections": "0",
    "serveFlashSocketPolicy": None, "flashSocketPolicy": None, "version": "18", "acceptMaskedServerFrames": "false",
    "maskClientFrames": "true", "serverConnectionDropTimeout": "1.0", "perMessageCompressionOffers": None,
    "perMessageCompressionAccept": None,
}


def run(*arguments: str) -> str:
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, check=True).stdout


class Reference(unittest.TestCase):
    def test_docs_are_those_of_the_program(self) -> None:
        with tempfile.TemporaryDirectory() as folder:
            run("reference", "--write", folder)
            for kind in ("reference", "man"):
                made = {path.name: path.read_text() for path in (pathlib.Path(folder) / kind).iterdir()}
                kept = {path.name: path.read_text() for path in (DOCS / kind).iterdir()}
                self.assertEqual(made.keys(), kept.keys())
                for name, text in made.items():
                    self.assertEqual(text, kept[name], f"docs/{kind}/{name} is old: wsgauntlet reference --write docs")

    def test_help_has_the_flags_of_the_page(self) -> None:
        for page in run("reference").split():
            if page in ("spec-files", "options"):
                continue
            checked = 0
            for table in run("reference", page).split("\n## ")[1:]:
                title = table.splitlines()[0]
                # A heading of flags, or a command below this one.
                command = title.split(":")[0].split() if title.startswith(page + " ") else [page]
                help_text = run(*command, "--help")
                for names, value in re.findall(r"^\| `([^`]+)` \| (.*?) \|", table, re.MULTILINE):
                    for text in (*names.split(","), value):
                        self.assertIn(text, help_text, title)
                    checked += 1
            self.assertGreater(checked, 0, page)

    def test_kinds_of_values_are_whole(self) -> None:
        rows = dict(re.findall(r"^\| `([^`]+)` \| (.*?) \|", run("reference", "fuzzingclient"), re.MULTILINE))
        self.assertEqual(rows["-H,--header"], "'NAME: VALUE'")
        self.assertEqual(rows["--basic-auth"], "USER:PASSWORD")
        self.assertEqual(rows["--fail-fast"], "[=N]")

    def test_options_of_the_original(self) -> None:
        rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", run("reference", "options"), re.MULTILINE))
        for name, default in OPTIONS.items():
            self.assertIn(name, rows)
            if default is not None:
                self.assertEqual(rows[name], default, name)

    def test_compatibility_page_is_complete(self) -> None:
        page = (DOCS / "compatibility.md").read_text()
        rows = set(re.findall(r"^\| `([^`|]+)`", page, re.MULTILINE))
        for name in (*FLAGS, *MODES, *KEYS, *OPTIONS):
            self.assertIn(name, rows)

    def test_manual_pages_are_well_formed(self) -> None:
        if not shutil.which("groff"):
            self.skipTest("groff is not installed")
        for path in sorted((DOCS / "man").iterdir()):
            done = subprocess.run(["groff", "-man", "-Tascii", "-P-cbou", "-ww", "-rLL=100n", str(path)], capture_output=True,
                                  text=True, check=False)
            self.assertEqual((done.returncode, done.stderr), (0, ""), path)
            self.assertIn("NAME", done.stdout)

    def test_unknown_page(self) -> None:
        done = subprocess.run([PROGRAM, "reference", "opions"], capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
