#!/usr/bin/env python3
"""The suite `rfc` over loopback, as its users start it: broken testees end a run with status 1,
right and unusual ones with 0, and the default stays the original's 517 cases.

usage: test_break.py WSGAUNTLET
"""

import json
import pathlib
import subprocess
import sys
import tempfile
import unittest

PROGRAM = pathlib.Path(sys.argv.pop(1)).resolve() if len(sys.argv) > 1 else None
CASES = "20.1.1,20.2.15,22.3.1,23.1.1,24.2.1,25.1.1,26.1.1,26.6.2,28.2.1"


def run(*arguments):
    # On a busy machine a case in isolation may take minutes.
    return subprocess.run([PROGRAM, *arguments], capture_output=True, text=True, timeout=300)


class Suite(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)

    def against_server(self, *flags, cases=CASES):
        """Status, and the behaviour by case."""
        command = " ".join([str(PROGRAM), "testeeserver", "-w", "ws://127.0.0.1:{port}", *flags])
        done = run("fuzzingclient", "-w", "ws://127.0.0.1:0", "--start", command, "--suite", "rfc",
                   "--cases", *cases.split(","), "--outdir", self.folder.name)
        index = pathlib.Path(self.folder.name, "index.json")
        self.assertTrue(index.exists(), done.stdout + done.stderr)
        results = next(iter(json.loads(index.read_text(encoding="utf-8")).values()))
        return done.returncode, {case: result["behavior"] for case, result in results.items()}

    def test_the_right_server_passes(self):
        status, results = self.against_server()
        self.assertEqual((status, set(results.values())), (0, {"OK"}))

    def test_unusual_servers_pass(self):
        for rule in ("slow", "octets", "late-end", "pongs"):
            with self.subTest(rule):
                status, results = self.against_server("--unusual", rule)
                self.assertEqual((status, set(results.values())), (0, {"OK"}))

    def test_broken_servers_fail(self):
        for rule, case in (("no-key", "20.2.15"), ("ignores-rsv1", "22.3.1"),
                           ("takes-unmasked", "23.1.1"), ("no-pong", "24.2.1"),
                           ("no-utf-8", "25.1.1"), ("ignores-tcp-end", "26.6.2"),
                           ("takes-rsv1-on-continuations", "28.2.1")):
            with self.subTest(rule):
                status, results = self.against_server("--break", rule, cases=case)
                self.assertEqual(status, 0 if results[case] == "NON-STRICT" else 1)
                self.assertIn(results[case], ("FAILED", "NON-STRICT"))

    def test_what_connections_share_is_seen(self):
        cases = "22.10.*,28.5.14"
        status, results = self.against_server(cases=cases)
        self.assertEqual((status, set(results.values())), (0, {"OK"}))
        for rule, case in (("shares-message", "22.10.1"), ("keeps-left-over", "22.10.3"),
                           ("cross-talk", "22.10.5"), ("blocks-all", "22.10.6"),
                           ("one-at-a-time", "22.10.1"), ("shares-inflater", "28.5.14")):
            with self.subTest(rule):
                _, results = self.against_server("--break", rule, cases=case)
                self.assertNotEqual(results[case], "OK")

    def test_a_broken_client_fails(self):
        command = f"{PROGRAM} testeeclient -w {{url}} --break sends-unmasked"
        done = run("fuzzingserver", "-w", "ws://127.0.0.1:0", "--run", command, "--suite", "rfc",
                   "--cases", "22.6.1", "--outdir", self.folder.name)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        report, = pathlib.Path(self.folder.name).glob("wsgauntlet_*_case_22_6_1.json")
        self.assertIn("RFC 6455 section 5.1", done.stdout + report.read_text("utf-8"))

    def test_the_default_is_the_original(self):
        self.assertEqual(len(run("cases", "list").stdout.splitlines()), 517)
        unknown = run("cases", "list", "--suite", "rcf")
        self.assertEqual(unknown.returncode, 2)
        self.assertIn('no suite "rcf"; did you mean "rfc"?', unknown.stderr)

    def test_unknown_rules_are_refused(self):
        done = run("testeeserver", "-w", "ws://127.0.0.1:9", "--break", "everything")
        self.assertEqual(done.returncode, 2)
        self.assertIn("list", done.stderr)


if __name__ == "__main__":
    unittest.main()
