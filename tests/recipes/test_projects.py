#!/usr/bin/env python3
"""What the set-ups of projects do around the program: where they look, how they call it, when they stop reading.

usage: test_projects.py PROGRAM [TEST...]
"""
import contextlib
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import unittest
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "conformance/selftest"))
from raw_client import RawClient  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
TESTEE = f"{PROGRAM} testeeserver -w ws://127.0.0.1:{{port}}"
LIMIT = 120  # seconds


class Project(unittest.TestCase):
    """Each test has a folder of its own, which is the current one of what it starts."""

    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="projects-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def run_program(self, *arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run([PROGRAM, *arguments], cwd=self.folder, capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done

    def write_spec(self, mode: str, **keys: object) -> None:
        (self.folder / f"{mode}.json").write_text(json.dumps(keys))

    def index(self, folder: str = "reports") -> dict[str, dict]:
        return json.loads((self.folder / folder / "index.json").read_text())

    def cases_run(self, folder: str = "reports") -> list[str]:
        return json.loads((self.folder / folder / "run.json").read_text())["cases"]

    @contextlib.contextmanager
    def server(self, *arguments: str, **how):
        """A fuzzing server of the original's spelling; what it prints is read until it listens, and no further."""
        self.write_spec("fuzzingserver", url="ws://127.0.0.1:0", outdir="./reports/clients", cases=["1.1.1", "1.1.2"],
                        **{"exclude-agent-cases": {"x.*": ["*"]}})
        with subprocess.Popen([PROGRAM, "-m", "fuzzingserver", *arguments], cwd=self.folder, text=True,
                              stdout=subprocess.PIPE, **how) as process:
            try:
                for line in process.stdout:
                    if found := re.match(r"Listening on ws://127\.0\.0\.1:(\d+)$", line):
                        process.port = int(found[1])
                        break
                yield process
            finally:
                process.kill()

    def check_server(self, process: subprocess.Popen) -> None:
        """It serves a client, and ends with its reports written."""
        self.run_program("testeeclient", "-w", f"ws://127.0.0.1:{process.port}", "-i", "me")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(process.wait(LIMIT), 0)
        self.assertEqual({case: one["behavior"] for case, one in self.index("reports/clients")["me"].items()},
                         {"1.1.1": "OK", "1.1.2": "OK"})


class Readers(Project):
    """Scripts read the console until they know enough. Reports matter more."""

    def test_server_goes_on_when_its_reader_is_gone(self) -> None:
        with self.server("--webport=0") as process:
            process.stdout.close()
            self.check_server(process)

    def test_server_goes_on_when_nobody_reads_its_errors(self) -> None:
        reading, writing = os.pipe()
        with self.server("--webport=0", stderr=writing) as process:
            os.close(writing)
            os.close(reading)
            shutil.rmtree(self.folder / "reports")
            with RawClient(process.port, "/runCase?case=1&agent=me") as client:
                client.echo()  # the result cannot be written, which is an error
            (self.folder / "reports/clients").mkdir(parents=True)
            self.run_program("testeeclient", "-w", f"ws://127.0.0.1:{process.port}", "-i", "me")
            process.send_signal(signal.SIGTERM)
            process.wait(LIMIT)
        self.assertEqual(list(self.index("reports/clients")["me"]), ["1.1.1", "1.1.2"])

    def test_server_goes_on_when_its_reader_has_stopped(self) -> None:
        """More than a pipe holds by itself is not read."""
        with self.server("--webport=0") as process:
            for _ in range(20):
                with RawClient(process.port, "/runCase?case=1&agent=" + 10000 * "x") as client:
                    self.assertEqual(client.status, 101)
            self.check_server(process)

    def run_client(self, script: str) -> None:
        done = subprocess.run(["bash", "-o", "pipefail", "-c", script, "bash", PROGRAM, "fuzzingclient", "--start",
                               TESTEE, "-w", "ws://127.0.0.1:0", "--cases", "1.1.*,5.19", "--outdir", "reports"],
                              cwd=self.folder, capture_output=True, text=True, timeout=LIMIT)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        (cases,) = self.index().values()
        self.assertEqual({one["behavior"] for one in cases.values()}, {"OK"})
        self.assertEqual(len(cases), 9)

    def test_client_goes_on_when_its_reader_is_gone(self) -> None:
        self.run_client('"$@" | head -n 1')
        self.run_client('"$@" 2>&1 | true')

    def test_client_goes_on_without_a_console(self) -> None:
        self.run_client('"$@" <&- >&- 2>&-')

    def test_a_lost_text_is_told(self) -> None:
        done = subprocess.run(["sh", "-c", f"{PROGRAM} cases list >/dev/full"], capture_output=True, text=True)
        self.assertEqual(done.returncode, 3)
        self.assertIn("standard output cannot be written: No space left on device", done.stderr)


class CurrentFolder(Project):
    """The web page of the original serves the current folder at /cwd/: scripts fetch the reports there."""

    def fetch(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.web}{path}", timeout=20) as answer:
            return answer.read().decode()

    def test_reports_are_where_the_original_has_them(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as probe:
            self.web = probe.getsockname()[1]
        (self.folder / "reports").mkdir()
        (self.folder / "reports/other.json").write_text("{}")
        with self.server("-u", str(self.web)) as process:
            with RawClient(process.port, "/runCase?case=1&agent=me") as client:
                client.echo()
            index = json.loads(self.fetch("/cwd/reports/clients/index.json"))
            self.assertEqual(list(index["me"]), ["1.1.1"])
            self.assertEqual(json.loads(self.fetch("/cwd/reports/clients/" + index["me"]["1.1.1"]["reportfile"]))["id"],
                             "1.1.1")
            self.assertIn("Conformance Report", self.fetch("/cwd/reports/clients"))
            for path in ("/cwd/", "/cwd/fuzzingserver.json", "/cwd/reports/", "/cwd/reports/other.json",
                         "/cwd/reports/clients/../other.json", "/cwd/reports/clients/..%2Fother.json"):
                with self.assertRaises(urllib.error.HTTPError, msg=path) as refused:
                    self.fetch(path)
                self.assertEqual(refused.exception.code, 404, path)


class CommandLines(Project):
    def test_patterns_in_one_argument(self) -> None:
        """As from a shell variable in quotes."""
        for cases, exclude in (("2.10 2.11", ""), ("2.10,2.11", ""), (" 2.9, 2.10\n2.11,", "2.9 1.*"),
                               ("2.9 2.1*", "2.1,2.9")):
            for mode in ("fuzzingclient", "fuzzingserver"):
                with self.subTest(cases=cases, mode=mode):
                    peer = (["--start", TESTEE] if mode == "fuzzingclient" else
                            ["--run", f"{PROGRAM} testeeclient -w {{url}}"])
                    self.run_program(mode, "-w", "ws://127.0.0.1:0", *peer, "--cases", cases, "--exclude", exclude,
                                     "--outdir", "reports")
                    self.assertEqual(self.cases_run(), ["2.10", "2.11"])
                    self.run_program("report", "gate", "reports", "--cases", cases, "--exclude", exclude)
        self.assertEqual([line.split()[0] for line in self.run_program("cases", "list", "2.10 2.11").stdout.splitlines()],
                         ["2.10", "2.11"])

    def test_no_pattern(self) -> None:
        for nothing in ("", " ", ","):
            done = self.run_program("fuzzingclient", "-w", "ws://127.0.0.1:1", "--cases", nothing, status=2)
            self.assertIn("--cases", done.stderr)

    def client_here(self) -> None:
        self.write_spec("fuzzingclient", outdir="./mine", cases=["1.1.1"],
                        servers=[{"agent": "mine", "url": "ws://127.0.0.1:0"}])

    def test_url_beside_a_spec_file(self) -> None:
        """A URL is enough in the native spelling: what lies in the folder changes nothing, and is named."""
        self.client_here()
        arguments = ["--start", TESTEE, "-w", "ws://127.0.0.1:0/x", "--cases", "1.1.2"]
        said = self.run_program("fuzzingclient", *arguments).stdout
        self.assertIn("Not using 'fuzzingclient.json' of this folder, since -w is given", said)
        self.assertEqual(self.cases_run("reports/servers"), ["1.1.2"])
        self.assertNotIn("mine", self.index("reports/servers"))
        self.assertFalse((self.folder / "mine").exists())
        self.run_program("fuzzingclient", "-s", "fuzzingclient.json", *arguments[:4])
        self.assertEqual(self.cases_run("mine"), ["1.1.1"])

    def test_url_beside_a_spec_file_of_the_original(self) -> None:
        """The original reads the file, and its servers win: that is said."""
        self.client_here()
        done = self.run_program("-m", "fuzzingclient", "--start", TESTEE, "-w", "ws://127.0.0.1:1/x")
        self.assertIn("Using implicit spec file 'fuzzingclient.json'", done.stdout)
        self.assertRegex(done.stdout, r"Servers = \['ws://127\.0\.0\.1:\d+'\]")
        self.assertIn("warning: -w ws://127.0.0.1:1/x is not used", done.stderr)
        self.assertEqual(list(self.index("mine")), ["mine"])

    def test_url_beside_a_spec_file_of_a_server(self) -> None:
        self.write_spec("fuzzingserver", url="ws://127.0.0.1:0", outdir="mine", cases=["1.1.1"])
        run = ["--run", f"{PROGRAM} testeeclient -w {{url}}"]
        said = self.run_program("fuzzingserver", "-w", "ws://127.0.0.1:0", *run, "--cases", "1.1.2").stdout
        self.assertIn("Not using 'fuzzingserver.json'", said)
        self.assertEqual(self.cases_run("reports/clients"), ["1.1.2"])
        self.run_program("fuzzingserver", *run)
        self.assertEqual(self.cases_run("mine"), ["1.1.1"])


class FailedCells(Project):
    """Gates of Erlang projects count a class of index.html: twice is what it has without a failure."""

    def failed_cells(self, *arguments: str, status: int) -> list[int]:
        """By lines, as grep -c counts, and one by one, as a regular expression does."""
        self.run_program(*arguments, "-w", "ws://127.0.0.1:0", "--outdir", "reports", status=status)
        page = (self.folder / "reports/index.html").read_text()
        shutil.rmtree(self.folder / "reports")
        return [sum("case_failed" in line for line in page.splitlines()), page.count("case_failed")]

    def check(self, mode: str, flag: str, testee: str) -> None:
        for suite, cases in (("autobahn", "1.1.*,3.*,7.7.*"), ("rfc", "22.1.*"), ("autobahn rfc", "1.1.1,22.1.1")):
            with self.subTest(suite=suite):
                chosen = [mode, "--suite", *suite.split(), "--cases", cases]
                self.assertEqual(self.failed_cells(*chosen, flag, testee, status=0), [2, 2])
        for suite, case in (("autobahn", "3.1"), ("rfc", "22.3.1")):
            with self.subTest(suite=suite, broken=True):
                found = self.failed_cells(mode, "--suite", suite, "--cases", case, flag, f"{testee} --break ignores-rsv",
                                          status=1)
                self.assertGreater(min(found), 2)

    def test_fuzzing_client(self) -> None:
        self.check("fuzzingclient", "--start", TESTEE)

    def test_fuzzing_server(self) -> None:
        self.check("fuzzingserver", "--run", f"{PROGRAM} testeeclient -w {{url}}")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
