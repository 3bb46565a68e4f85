#!/usr/bin/env python3
"""The peer tests' own parts, tried with stand-ins: each check must be able to fail."""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import golden  # noqa: E402
from processes import Process, wait_for_end  # noqa: E402

OK = {"behavior": "OK", "behaviorClose": "OK", "remoteCloseCode": 1000}

# Writes the report that the golden file in $GOLDEN describes; $WRONG names a case to get wrong.
FAKE_TOOL = f"""#!{sys.executable}
import json, os, pathlib, sys
sys.path.insert(0, {str(HERE)!r})
import golden
spec = json.loads(pathlib.Path(sys.argv[4]).read_text())
out = pathlib.Path(spec["outdir"])
rows = {{}}
for case, result in golden.read_golden(pathlib.Path(os.environ["GOLDEN"])).items():
    if case == os.environ.get("ABSENT"): continue
    if case == os.environ.get("WRONG"): result = {{**result, "behavior": "FAILED"}}
    name = "x_case_" + case.replace(".", "_") + ".json"
    (out / name).write_text(json.dumps(result))
    rows[case] = {{**{{k: result[k] for k in golden.VERDICT}}, "reportfile": name}}
(out / "index.json").write_text(json.dumps({{"x": rows}}))
sys.exit(int(os.environ.get("STATUS", "0")))
"""


class Comparison(unittest.TestCase):
    def test_equal_results_do_not_differ(self):
        self.assertEqual(golden.compare({"1.1.1": OK}, {"1.1.1": OK}), [])

    def test_each_verdict_field_can_differ(self):
        for field in golden.VERDICT:
            ours = {"1.1.1": {**OK, field: "other"}}
            self.assertEqual(golden.compare({"1.1.1": OK}, ours),
                             [("1.1.1", field, OK[field], "other")])

    def test_a_case_without_golden_ought_to_pass(self):
        self.assertEqual(golden.compare({}, {"1.1.1": OK}), [])
        failed = {"1.1.1": {**OK, "behavior": "FAILED"}}
        self.assertEqual(golden.compare({}, failed), [("1.1.1", "behavior", "OK", "FAILED")])

    def test_a_deviation_explains_its_cases_only(self):
        row = {"cases": "9.* 1.1.1", "field": "behavior", "ours": ["FAILED"]}
        one = golden.Difference("1.1.1", "behavior", "OK", "FAILED")
        two = golden.Difference("1.1.2", "behavior", "OK", "FAILED")
        self.assertEqual(golden.judge([one, two], [row], {"1.1.1", "1.1.2"}), ([two], []))

    def test_a_deviation_that_no_longer_happens_is_stale_if_its_cases_ran(self):
        row = {"cases": "9.*", "field": "behavior", "ours": ["FAILED"]}
        self.assertEqual(golden.judge([], [row], {"9.1.1"}), ([], [row]))
        self.assertEqual(golden.judge([], [row], {"1.1.1"}), ([], []))
        self.assertEqual(golden.judge([], [{**row, "sometimes": True}], {"9.1.1"}), ([], []))

    def test_reducing_keeps_every_outcome(self):
        results = {"1.1.10": OK, "1.1.2": OK, "2.1": {**OK, "behavior": "FAILED"}}
        with tempfile.TemporaryDirectory() as folder:
            path = pathlib.Path(folder) / "golden.json"
            path.write_text(json.dumps(golden.reduce(results)))
            self.assertEqual([row["cases"] for row in golden.reduce(results)], ["1.1.2 1.1.10", "2.1"])
            self.assertEqual(golden.compare(golden.read_golden(path), results), [])

    def test_every_deviation_has_a_reason_and_a_run(self):
        runs = json.loads((HERE / "peers.json").read_text())
        for row in json.loads((HERE / "deviations.json").read_text()):
            self.assertTrue(row["reason"])
            self.assertTrue(any(golden.matches(row["run"], name) for name in runs), row)


class Processes(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def python(self, code: str) -> Process:
        return Process([sys.executable, "-uc", code], self.folder / "log", self.folder)

    def test_waits_for_a_line(self):
        with self.python("import time; print('listening on 7'); time.sleep(60)") as process:
            self.assertEqual(process.wait_for_line(r"listening on (\d+)")[1], "7")
        self.assertFalse(process.running)

    def test_reports_a_process_that_ends_too_early(self):
        with self.python("print('oh no'); raise SystemExit(3)") as process:
            with self.assertRaisesRegex(RuntimeError, "(?s)status 3 .*oh no"):
                process.wait_for_line("listening")

    def test_limits_the_time(self):
        with self.python("import time; time.sleep(60)") as process:
            with self.assertRaises(TimeoutError):
                process.wait_for_line("listening", 0.1)
            with self.assertRaises(TimeoutError):
                wait_for_end(process, 0.1)

    def test_stops_grandchildren_and_those_that_ignore_sigterm(self):
        code = ("import signal, subprocess, sys; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
                "child = subprocess.Popen(['sleep', '60']); print('child', child.pid); child.wait();"
                "import time; time.sleep(60)")
        with self.python(code) as process:
            process.grace = 0.2
            grandchild = int(process.wait_for_line(r"child (\d+)")[1])
        self.assertFalse(process.running)
        self.assertTrue(gone(grandchild))

    def test_a_killed_harness_takes_its_children_along(self):
        code = (f"import sys, pathlib; sys.path.insert(0, {str(HERE)!r}); import processes, time;"
                "p = processes.Process(['sleep', '60'], pathlib.Path('inner'), pathlib.Path('.'));"
                "print('child', p.child.pid); time.sleep(60)")
        with self.python(code) as process:
            child = int(process.wait_for_line(r"child (\d+)")[1])
            os.kill(process.child.pid, signal.SIGKILL)
            self.assertTrue(gone(child))

    def test_revives_a_peer_that_dies_or_reports_it(self):
        dies = [sys.executable, "-c", "print('died')"]
        until_it_died_twice = ("import pathlib, time\n"
                               f"peer = pathlib.Path({str(self.folder / 'peer')!r})\n"
                               "while not peer.exists() or peer.read_text().count('died') < 2:\n"
                               "    time.sleep(0.02)\n")
        with self.python(until_it_died_twice) as main:
            with Process(dies, self.folder / "peer", self.folder) as peer:
                self.assertEqual(wait_for_end(main, 30, peer, dies), 0)
            self.assertGreater((self.folder / "peer").read_text().count("died"), 1)
        with self.python("import time; time.sleep(60)") as main:
            with Process(dies, self.folder / "peer", self.folder) as peer:
                with self.assertRaisesRegex(RuntimeError, "died"):
                    wait_for_end(main, 10, peer)


def gone(pid: int) -> bool:
    """Whether the process ends within a few seconds (one that nobody reaps counts as ended)."""
    for _ in range(250):
        try:
            state = pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return True
        if state == "Z":
            return True
        time.sleep(0.02)
    return False


class WholeRun(unittest.TestCase):
    """run_peers.py with a tool that writes whatever report it is told to, and a real peer."""

    RUN = "bad-server.good"

    def run_peers(self, run: str = RUN, **env: str) -> subprocess.CompletedProcess:
        reference = HERE / "golden/bad-servers/good.json"
        with tempfile.TemporaryDirectory() as folder:
            tool = pathlib.Path(folder) / "tool"
            tool.write_text(FAKE_TOOL)
            tool.chmod(0o755)
            return subprocess.run(
                [sys.executable, HERE / "run_peers.py", run, "--tool", tool, "--build", folder,
                 "--out", f"{folder}/out"], text=True, capture_output=True, timeout=60, check=False,
                env={**os.environ, "GOLDEN": str(reference), **env})

    def expect(self, status: int, text: str, **env: str) -> None:
        done = self.run_peers(**env)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        self.assertIn(text, done.stdout)

    def test_passes_when_all_is_as_the_original_said(self):
        self.expect(0, "36 cases, 0 differences")

    def test_fails_on_a_wrong_verdict(self):
        self.expect(1, "5.1: behavior: golden 'OK', ours 'FAILED'", WRONG="5.1")

    def test_fails_on_a_missing_case(self):
        self.expect(1, "5.1: selected, but not in the report", ABSENT="5.1")

    def test_fails_when_the_tool_fails(self):
        self.expect(1, "ended with status 4", STATUS="4")

    def test_a_peer_that_is_not_installed_is_skipped_but_fails_in_ci(self):
        self.assertEqual(self.run_peers("server.beast", CI="").returncode, 77)
        done = self.run_peers("server.beast", CI="true")
        self.assertEqual(done.returncode, 1)
        self.assertIn("scripts/install-deps peers", done.stdout)

    def test_an_unknown_run_is_refused(self):
        self.assertEqual(self.run_peers("server.nobody").returncode, 2)


if __name__ == "__main__":
    unittest.main()
