#!/usr/bin/env python3
"""Faults of the machine in the middle of runs.

usage: test_faults.py PROGRAM CLOCK_JUMP.so [TEST...]

What a run has reported as done is there afterwards, and what is not is told with its reason; the
exit status says that the run is incomplete.
"""
import base64
import hashlib
import json
import os
import pathlib
import re
import resource
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "peers"))
from processes import Process, wait_for_end  # noqa: E402

TOOL = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 2 else pathlib.Path()
CLOCK_JUMP = pathlib.Path(sys.argv[2]).resolve() if len(sys.argv) > 2 else pathlib.Path()
FEW = ["1.1.1", "1.1.2", "1.2.1", "2.1", "2.2", "4.1.1", "5.1", "5.3", "7.1.1"]
# These wait a second or more each, one after another: time for something to happen meanwhile.
SLOW = ["5.19", "5.20", "6.4.1", "6.4.2", "6.4.3", "6.4.4", "9.7.1"]
SECONDS = 120
CASES_FAILED, BAD_INPUT, INCOMPLETE = 1, 2, 3


def serve_and_vanish(listener: socket.socket, connections: int) -> None:
    """Opens so many WebSocket connections, drops each when a frame comes, and listens no more.

    The listener is gone before the last one is dropped: what follows is refused, never reset. It
    calls itself what our echo server does, which may stand for it after a restart.
    """
    version = subprocess.run([TOOL, "--version"], capture_output=True, check=True).stdout
    name = version.splitlines()[0].replace(b" ", b"/")
    for left in reversed(range(connections)):
        connection, _ = listener.accept()
        if left == 0:
            listener.close()
        with connection:
            head = b""
            while b"\r\n\r\n" not in head:
                head += connection.recv(4096)
            key = re.search(rb"Sec-WebSocket-Key: *(\S+)", head, re.IGNORECASE)[1]
            digest = hashlib.sha1(key + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
            connection.sendall(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                               b"Connection: Upgrade\r\nServer: " + name + b"\r\n"
                               b"Sec-WebSocket-Accept: "
                               + base64.b64encode(digest) + b"\r\n\r\n")
            connection.recv(4096)


class Faults(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="faults-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.out = self.folder / "reports"
        self.echo = Process([str(TOOL), "testeeserver", "-w", "ws://127.0.0.1:0"],
                            self.folder / "echo.log", self.folder)
        self.addCleanup(self.echo.stop)
        self.url = self.echo.wait_for_line(r"Listening on (ws:[^ ]*).*")[1]

    def command(self, cases: list[str], *more: str) -> list[str]:
        return [str(TOOL), "fuzzingclient", "-w", self.url, "--outdir", str(self.out), "--cases",
                ",".join(cases), *more]

    def start(self, cases: list[str], *more: str, before: list[str] | None = None,
              env: dict[str, str] | None = None) -> Process:
        tool = Process([*(before or []), *self.command(cases, *more)], self.folder / "tool.log",
                       self.folder, env)
        self.addCleanup(tool.stop)
        return tool

    def run_to_end(self, cases: list[str], *more: str, **how) -> tuple[int, str]:
        tool = self.start(cases, *more, **how)
        status = wait_for_end(tool, SECONDS)
        return status, tool.printed()

    def results(self) -> dict[str, dict]:
        """All results that the folder holds, each read from its own file."""
        found = {}
        for path in self.out.glob("*_case_*.json"):
            result = json.loads(path.read_text("utf-8"))
            found[result["id"]] = result
        return found

    def indexed(self) -> dict[str, dict]:
        index = json.loads((self.out / "index.json").read_text("utf-8"))
        return {case: row for rows in index.values() for case, row in rows.items()}

    # ---- the disk

    def test_disk_full(self):
        """A file system of 300 KiB: some reports fit, the others do not."""
        self.out.mkdir()
        script = f'mount -t tmpfs -o size=300k none "{self.out}" && "$@"; s=$?; ' \
                 f'mkdir "{self.folder}/kept"; cp -a "{self.out}/." "{self.folder}/kept"; exit $s'
        before = ["unshare", "--mount", "--map-root-user", "sh", "-c", script, "sh"]
        probe = subprocess.run([*before[:3], "true"], capture_output=True)
        if probe.returncode != 0:
            self.skipTest("no mount namespaces here")
        status, printed = self.run_to_end(["1.*", "2.*"], before=before)
        self.assertEqual(status, INCOMPLETE, printed)
        self.assertRegex(printed, r"error: cannot write the report .*: No space left on device")
        lost = re.search(r"error: (\d+) results could not be written", printed)
        self.assertTrue(lost, printed)
        self.out = self.folder / "kept"
        self.assertEqual(len(self.results()) + int(lost[1]) >= 27, True, printed)
        for path in self.out.glob("*.html"):
            self.assertTrue(path.read_text("utf-8").endswith("</html>\n"), f"{path.name} is cut off")
        self.assertEqual([path.name for path in self.out.glob(".*")], [], "temporary files")

    def test_folder_removed_in_the_middle(self):
        tool = self.start(SLOW, "--jobs", "1")
        tool.wait_for_line(r"Running test case ID .*")
        shutil.rmtree(self.out)
        status = wait_for_end(tool, SECONDS)
        self.assertEqual(status, INCOMPLETE, tool.printed())
        self.assertRegex(tool.printed(), r"error: cannot write the report .*: No such file or directory")
        self.assertRegex(tool.printed(), rf"error: {len(SLOW)} results could not be written")

    def test_folder_that_cannot_be_made(self):
        (self.folder / "file").write_text("")
        self.out = self.folder / "file" / "reports"
        status, printed = self.run_to_end(FEW)
        self.assertEqual(status, BAD_INPUT, printed)
        self.assertRegex(printed, r"error: cannot create the report folder .*: Not a directory")

    # ---- descriptors and ports

    def test_few_descriptors(self):
        """Cases wait for their turn when the system allows few connections; none is lost."""
        limit = "ulimit -n 32; exec \"$@\""
        status, printed = self.run_to_end(["1.*", "2.*", "5.*"], "--jobs", "100",
                                          before=["sh", "-c", limit, "sh"])
        self.assertIn("Only 8 cases at the same time", printed)
        self.assertEqual(status, 0, printed)
        self.assertEqual(len(self.indexed()), 16 + 11 + 20)

    def test_no_descriptor_left_in_the_server(self):
        """A fuzzing server that ran out of descriptors goes on when there are some again."""
        spec = self.folder / "fuzzingserver.json"
        spec.write_text(json.dumps({"url": "ws://127.0.0.1:0", "outdir": str(self.out),
                                    "cases": FEW}))
        server = Process(["sh", "-c", "ulimit -n 24; exec \"$@\"", "sh", str(TOOL), "fuzzingserver",
                          "-s", str(spec), "-u", "0"], self.folder / "server.log", self.folder)
        self.addCleanup(server.stop)
        port = int(server.wait_for_line(r"Listening on ws://127\.0\.0\.1:(\d+)\b.*")[1])
        held = [socket.create_connection(("127.0.0.1", port)) for _ in range(40)]
        for one in held:
            one.close()
        client = Process([str(TOOL), "testeeclient", "-w", f"ws://127.0.0.1:{port}", "-i", "good"],
                         self.folder / "client.log", self.folder)
        self.addCleanup(client.stop)
        self.assertEqual(wait_for_end(client, SECONDS), 0, client.printed())
        server.child.send_signal(signal.SIGTERM)
        self.assertEqual(wait_for_end(server, 30), 0, server.printed())
        self.assertEqual(sorted(self.indexed()), sorted(FEW))

    def test_port_taken(self):
        with socket.create_server(("0.0.0.0", 0)) as taken:
            port = taken.getsockname()[1]
            run = subprocess.run([str(TOOL), "fuzzingserver", "-w", f"ws://127.0.0.1:{port}",
                                  "--outdir", str(self.out)], capture_output=True, text=True,
                                 timeout=SECONDS, cwd=self.folder)
        self.assertEqual(run.returncode, BAD_INPUT, run.stderr)
        self.assertIn(f"{port}", run.stderr)
        self.assertIn("Address already in use", run.stderr)
        self.assertFalse(self.out.exists(), "nothing is written before the port is there")

    def test_server_gone_before_failures_are_repeated(self):
        """What is known of a server that crashes is its first results: one of them tells why."""
        cases = [case for case in FEW if case not in ("4.1.1", "5.1")]  # dropping these is right
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            server = threading.Thread(target=serve_and_vanish, args=(listener, len(cases)))
            server.start()
            run = subprocess.run([str(TOOL), "fuzzingclient", "-w", f"ws://127.0.0.1:{port}",
                                  "--outdir", str(self.out), "--cases", ",".join(cases), "--jobs",
                                  "4", "--connect-retry", "0"], capture_output=True, text=True,
                                 timeout=SECONDS, cwd=self.folder)
            server.join()
        self.assertEqual(run.returncode, CASES_FAILED, run.stdout)
        self.assertIn("Connection refused", run.stdout)
        self.assertIn("not confirmed, since the run ended before their repetition: ", run.stderr)
        for case in cases:
            self.assertRegex(run.stderr, rf"repetition: .*\b{case}\b")
        self.assertEqual({case for case, row in self.indexed().items() if row["behavior"] != "FAILED"},
                         set(), run.stdout)
        self.assertEqual(sorted(self.indexed()), sorted(cases))
        for result in (self.out / "exact").glob("*.json"):
            self.assertEqual(json.loads(result.read_text())["run"], "unrepeated")
        subprocess.run([str(TOOL), "report", "html", str(self.out)], check=True)
        for page in self.out.glob("*_case_*.html"):
            self.assertIn("the run ended before the case could be repeated", page.read_text())
        status, printed = self.run_to_end(cases, "--resume")
        self.assertEqual(status, 0, printed)
        self.assertEqual({case: row["behavior"] for case, row in self.indexed().items()},
                         dict.fromkeys(cases, "OK"))

    # ---- ends

    def test_sigterm_and_resume(self):
        tool = self.start([*FEW, *SLOW], "--jobs", "2")
        tool.wait_for_line(r"Running test case ID .*")
        self.wait_until(lambda: len(self.results()) >= 2)
        tool.child.send_signal(signal.SIGTERM)
        self.assertEqual(wait_for_end(tool, 30), INCOMPLETE, tool.printed())
        self.assertIn("--resume goes on", tool.printed())
        before = self.results()
        self.assertEqual(set(self.indexed()), set(before), "the index lists what there is")
        self.assertLess(len(before), len(FEW) + len(SLOW))
        self.resume(before)

    def test_sigkill_and_resume(self):
        for _ in range(3):
            tool = self.start([*FEW, *SLOW], "--jobs", "2", "--resume")
            done = len(self.results())
            self.wait_until(lambda: len(self.results()) >= min(done + 2, len(FEW) + len(SLOW) - 1))
            tool.child.send_signal(signal.SIGKILL)
            tool.child.wait()
        self.resume(self.results())

    def resume(self, before: dict[str, dict]) -> None:
        """Goes on to the end: what was there stays as it was, the rest is added."""
        status, printed = self.run_to_end([*FEW, *SLOW], "--resume")
        self.assertEqual(status, 0, printed)
        after = self.results()
        self.assertEqual(sorted(after), sorted([*FEW, *SLOW]))
        self.assertEqual(set(self.indexed()), set(after))
        for case, result in before.items():
            self.assertEqual(after[case], result, f"{case} ran again")

    def wait_until(self, condition) -> None:
        end = time.monotonic() + SECONDS
        while not condition():
            self.assertLess(time.monotonic(), end, "it did not happen")
            time.sleep(0.01)

    # ---- the clock

    def test_clock_jump(self):
        """A wall clock that jumps a day with each look changes no verdict and no duration."""
        status, printed = self.run_to_end([*FEW, *SLOW])
        self.assertEqual(status, 0, printed)
        before = self.results()
        shutil.rmtree(self.out)
        env = {"LD_PRELOAD": str(CLOCK_JUMP), "ASAN_OPTIONS": "verify_asan_link_order=0"}
        status, printed = self.run_to_end([*FEW, *SLOW], env=env)
        self.assertEqual(status, 0, printed)
        days = {result["started"][:10] for result in self.results().values()}
        self.assertGreater(len(days), 1, "the clock did not jump, so this proves nothing")
        for case, result in self.results().items():
            for field in ("behavior", "behaviorClose", "remoteCloseCode"):
                self.assertEqual(result[field], before[case][field], case)
            self.assertLess(abs(result["duration"] - before[case]["duration"]), 60000, case)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    os.environ.pop("LD_PRELOAD", None)
    unittest.main(argv=[sys.argv[0], *sys.argv[3:]])
