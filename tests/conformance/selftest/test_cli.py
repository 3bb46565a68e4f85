#!/usr/bin/env python3
"""The program as its users start it: both roles against its own testees, the control URLs of the fuzzing
server, bad input, exit statuses.

usage: test_cli.py PROGRAM [TESTCASE …]
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
import threading
import time
import unittest
from collections.abc import Iterator

from raw_client import CLOSE, PONG, TEXT, RawClient

PROGRAM = ""
LIMIT = 240  # seconds; sanitizers and busy machines take their time
STRETCHED = ["--timeout-scale", os.environ.get("TIMEOUT_SCALE", "1")]
PASSED = [("OK", "OK"), ("INFORMATIONAL", "INFORMATIONAL")]


class Server:
    """A server of the program, started on a free port and ended with the block."""

    def __init__(self, folder: pathlib.Path, *arguments: str) -> None:
        self.process = subprocess.Popen(
            [PROGRAM, *arguments, "-w", "ws://127.0.0.1:0", "-u", "0"], cwd=folder, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        self.lines: list[str] = []
        for line in self.process.stdout:
            self.lines.append(line)
            if found := re.match(r"Listening on ws://127\.0\.0\.1:(\d+)$", line):
                self.port = int(found[1])
                break
        else:
            raise RuntimeError("".join(self.lines))
        self.reader = threading.Thread(target=lambda: self.lines.extend(self.process.stdout))
        self.reader.start()

    def __enter__(self) -> "Server":
        return self

    def __exit__(self, *_: object) -> None:
        self.end()

    def end(self, by: signal.Signals = signal.SIGTERM) -> int:
        if self.process.poll() is None:
            self.process.send_signal(by)
        return self.wait()

    def wait(self) -> int:
        status = self.process.wait(8)
        self.reader.join()
        self.process.stdout.close()
        return status

    def ask(self, resource: str) -> str | None:
        """The reply of a control URL."""
        with RawClient(self.port, resource) as client:
            if client.status != 101:
                raise RuntimeError(client.head)
            return client.reply()

    def run_case(self, parameters: str) -> None:
        with RawClient(self.port, "/runCase?" + parameters) as client:
            client.echo()


def own_name() -> str:
    """`wsgauntlet/1.0.0`."""
    told = subprocess.run([PROGRAM, "--version"], capture_output=True, text=True, check=True)
    return told.stdout.splitlines()[0].replace(" ", "/")


class InFolder(unittest.TestCase):
    """Each test has a folder of its own, which is the working directory of what it starts."""

    def setUp(self) -> None:
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def start(self, *arguments: str) -> Server:
        server = Server(self.folder, *arguments)
        self.addCleanup(server.end)
        return server

    def run_program(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([PROGRAM, *arguments], cwd=self.folder, text=True, timeout=LIMIT,
                              capture_output=True, check=False)

    def write(self, name: str, text: str) -> None:
        (self.folder / name).write_text(text, "utf-8")

    def index(self, folder: str = "out") -> dict:
        return json.loads((self.folder / folder / "index.json").read_text("utf-8"))

    def check_passed(self, cases: dict, count: int) -> None:
        self.assertEqual(len(cases), count)
        bad = {case: one for case, one in cases.items()
               if (one["behavior"], one["behaviorClose"]) not in PASSED}
        self.assertEqual(bad, {})
        for one in cases.values():
            self.assertTrue((self.folder / "out" / one["reportfile"]).is_file())


class Roles(InFolder):
    """All cases of 1 to 10 pass against the built-in testees."""

    def test_fuzzing_client(self) -> None:
        server = self.start("testeeserver")
        done = self.run_program("fuzzingclient", "-w", f"ws://127.0.0.1:{server.port}", "--cases", "*",
                                "--exclude", "12.*", "13.*", "--outdir", "out", *STRETCHED)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        (agent, cases), = self.index().items()
        self.assertEqual(agent, own_name())
        self.check_passed(cases, 301)

    def test_fuzzing_server(self) -> None:
        # The cases of 6 mostly wait: they run beside the others.
        selections = [["--cases", "6.*"], ["--cases", "*", "--exclude", "6.*", "12.*", "13.*"]]
        servers = [self.start("fuzzingserver", "--outdir", f"out{i}", *selection, *STRETCHED)
                   for i, selection in enumerate(selections)]
        clients = [subprocess.Popen([PROGRAM, "testeeclient", "-w", f"ws://127.0.0.1:{server.port}"],
                                    cwd=self.folder, text=True, stdout=subprocess.PIPE)
                   for server in servers]
        for client in clients:
            client.communicate(timeout=LIMIT)
            self.assertEqual(client.returncode, 0)
        cases = {}
        for i in range(len(servers)):
            (_, some), = self.index(f"out{i}").items()
            cases |= some
            for one in some.values():
                self.assertTrue((self.folder / f"out{i}" / one["reportfile"]).is_file())
        self.assertEqual(len(cases), 301)
        self.assertEqual([case for case, one in cases.items()
                          if (one["behavior"], one["behaviorClose"]) not in PASSED], [])


class Names(InFolder):
    """The testees have a name of their own; scripts of the original's spelling find the original's."""

    def server_field(self, *mode: str) -> str:
        with RawClient(self.start(*mode).port, "/") as client:
            return re.search(r"^Server: (.*)\r$", client.head, re.MULTILINE)[1]

    def test_servers(self) -> None:
        for mode in ("testeeserver", "echoserver", "broadcastserver"):
            self.assertEqual(self.server_field(mode), own_name(), mode)
            self.assertEqual(self.server_field("-m", mode), "AutobahnPython/0.10.9", mode)

    def agent(self, *arguments: str) -> tuple[str, str | None]:
        """The name of a client in the reports, and in its requests."""
        server = self.start("fuzzingserver", "--outdir", "out", "--cases", "1.1.1")
        done = self.run_program(*arguments, "-w", f"ws://127.0.0.1:{server.port}")
        self.assertEqual(done.returncode, 0, done.stderr)
        server.end()
        (agent, cases), = self.index().items()
        report = json.loads((self.folder / "out" / cases["1.1.1"]["reportfile"]).read_text())
        field = re.search(r"^User-Agent: (.*?)\r?$", report["httpRequest"], re.MULTILINE)
        shutil.rmtree(self.folder / "out")
        return agent, field and field[1]

    def test_clients(self) -> None:
        self.assertEqual(self.agent("testeeclient"), (own_name(), own_name()))
        self.assertEqual(self.agent("testeeclient", "-i", "mine"), ("mine", "mine"))
        self.assertEqual(self.agent("-m", "testeeclient"), ("AutobahnPython/0.10.9", None))
        self.assertEqual(self.agent("-m", "testeeclient", "--ident", "mine"), ("mine", "mine"))


class Control(InFolder):
    """The control URLs of the fuzzing server."""

    def setUp(self) -> None:
        super().setUp()
        self.server = self.start("fuzzingserver", "--outdir", "out",
                                 "--cases", "1.1.1", "1.1.2", "2.1", "5.19")

    def test_count_and_info(self) -> None:
        self.assertEqual(self.server.ask("/getCaseCount"), "4")
        for parameters in ("case=2", "casetuple=1.1.2", "casetuple=%201.1.2+", "case=2&casetuple=2.1"):
            info = json.loads(self.server.ask("/getCaseInfo?" + parameters))
            self.assertEqual(list(info), ["id", "description"])
            self.assertEqual(info["id"], "1.1.2")
            self.assertTrue(info["description"])

    def test_a_reply_is_one_text_and_an_empty_close_frame(self) -> None:
        with RawClient(self.server.port, "/getCaseCount") as client:
            self.assertEqual(client.frame(), (TEXT, True, b"4"))
            self.assertEqual(client.frame(), (CLOSE, True, b""))
            client.send(CLOSE)
            self.assertIsNone(client.frame())

    def test_status_waits_for_the_result(self) -> None:
        # 5.19 takes longer than a peer may take to answer a Close frame.
        with RawClient(self.server.port, "/getCaseStatus?case=4&agent=me") as first, \
                RawClient(self.server.port, "/getCaseStatus?casetuple=5.19&agent=me") as second:
            self.assertTrue(first.is_quiet(0.1))
            self.server.run_case("case=4&agent=me")
            self.assertEqual(first.reply(), '{"behavior":"OK"}')
            self.assertEqual(second.reply(), '{"behavior":"OK"}')
        self.assertEqual(self.server.ask("/getCaseStatus?case=4&agent=me"), '{"behavior":"OK"}')
        with RawClient(self.server.port, "/getCaseStatus?case=4&agent=other") as other:
            self.assertTrue(other.is_quiet(0.1))

    def test_status_of_a_case_that_failed(self) -> None:
        with RawClient(self.server.port, "/runCase?casetuple=2.1&agent=me"):
            pass  # hangs up
        self.assertEqual(self.server.ask("/getCaseStatus?casetuple=2.1&agent=me"),
                         '{"behavior":"FAILED"}')

    def test_reports_of_all_agents(self) -> None:
        self.server.run_case("case=1&agent=a%20b%2F1")
        self.server.run_case("casetuple=1.1.2&agent=%C3%A9")
        self.assertFalse((self.folder / "out" / "index.json").exists())
        self.assertIsNone(self.server.ask("/updateReports?agent=somebody%20else"))
        index = self.index()
        self.assertEqual({agent: list(cases) for agent, cases in index.items()},
                         {"a b/1": ["1.1.1"], "é": ["1.1.2"]})
        self.check_passed(index["a b/1"], 1)
        case = json.loads((self.folder / "out" / index["é"]["1.1.2"]["reportfile"]).read_text())
        self.assertEqual((case["agent"], case["case"], case["isServer"]), ("é", 2, True))

    def test_two_clients_with_one_agent_at_once(self) -> None:
        numbers = [1, 2, 3, 4, 1, 2, 3, 4]
        clients = [threading.Thread(target=self.server.run_case, args=[f"case={n}&agent=me"])
                   for n in numbers]
        for client in clients:
            client.start()
        for client in clients:
            client.join()
        self.server.ask("/updateReports?agent=me")
        self.check_passed(self.index()["me"], 4)

    def test_refusals(self) -> None:
        for resource in ("/runCase?case=0&agent=me", "/runCase?case=5&agent=me", "/runCase?case=x&agent=me",
                         "/runCase?agent=me", "/runCase?case=1", "/runCase?case=1&agent=",
                         "/runCase?case=1&agent=a&agent=b", "/runCase?case=1&case=1&agent=me",
                         "/runCase?casetuple=1.1.3&agent=me", "/getCaseInfo", "/getCaseInfo?case=5",
                         "/getCaseStatus?case=1", "/getCaseStatus?agent=me", "/updateReports"):
            with RawClient(self.server.port, resource) as client:
                self.assertTrue(client.head.startswith("HTTP/1.1 500 Internal Server Error\r\n"), resource)
                self.assertFalse(client.fill())
        self.assertEqual(self.server.ask("/getCaseCount"), "4")  # no harm done

    def test_direct_commands(self) -> None:
        for path in ("/", "/getCaseCount/", "/runcase"):
            with RawClient(self.server.port, path) as client:
                client.send(TEXT, b'["sendframe", {"opcode": 10, "payload": "hi"}]')
                self.assertEqual(client.frame(), (PONG, True, b"hi"))
                client.send(TEXT, b'["close", {"code": 1000}]')
                self.assertEqual(client.frame(), (CLOSE, True, b"\x03\xe8"))

    def test_page_for_browsers(self) -> None:
        with socket.create_connection(("127.0.0.1", self.server.port), timeout=8) as browser:
            browser.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            answer = b"".join(iter(lambda: browser.recv(4096), b""))
        head, _, body = answer.partition(b"\r\n\r\n")
        self.assertTrue(head.startswith(b"HTTP/1.1 200 OK\r\n"))
        self.assertIn(b"\r\nContent-Type: text/html; charset=UTF-8\r\n", head)
        self.assertIn(b"\r\nContent-Length: %d\r\n" % len(body), head)
        self.assertIn(b"WebSocket endpoint", body)

    def test_any_host_and_mapped_ports(self) -> None:
        for host in ("example.com", "example.com:9002", "[::1]:1"):
            with RawClient(self.server.port, "/getCaseCount", host) as client:
                self.assertEqual((client.status, client.reply()), (101, "4"))

    def test_shutdown_on_complete(self) -> None:
        self.server.run_case("case=1&agent=me")
        self.assertIsNone(self.server.ask("/updateReports?agent=me&shutdownOnComplete=nonsense"))
        self.assertEqual(self.server.ask("/getCaseCount"), "4")
        self.assertIsNone(self.server.ask("/updateReports?agent=me&shutdownOnComplete=Yes"))
        self.assertEqual(self.server.wait(), 0)
        self.assertEqual(list(self.index()["me"]), ["1.1.1"])

    def test_stop_server(self) -> None:
        with RawClient(self.server.port, "/stopServer") as client:
            self.assertEqual(client.status, 101)
            self.assertEqual(client.frame(), (CLOSE, True, b""))
            client.send(CLOSE)
        self.assertEqual(self.server.wait(), 0)

    def test_signals_write_the_reports(self) -> None:
        self.server.run_case("case=1&agent=me")
        self.assertEqual(self.server.end(signal.SIGTERM), 0)
        self.assertEqual(list(self.index()["me"]), ["1.1.1"])
        again = self.start("fuzzingserver", "--outdir", "again", "--cases", "1.1.1")
        again.run_case("case=1&agent=me")
        self.assertEqual(again.end(signal.SIGINT), 0)
        self.assertEqual(list(self.index("again")["me"]), ["1.1.1"])


@contextlib.contextmanager
def bad_server() -> Iterator[int]:
    """Refuses the opening handshake; gives its port."""
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    request = b""
                    while b"\r\n\r\n" not in request:
                        request += connection.recv(4096)
                    connection.sendall(b"HTTP/1.1 400 Not Today\r\n\r\n")

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()


class ExitStatus(InFolder):
    """What scripts see of a run."""

    def test_cases_failed(self) -> None:
        with bad_server() as port:
            self.write("spec.json", json.dumps({"servers": [{"agent": "bad", "url": f"ws://127.0.0.1:{port}"}],
                                                "outdir": "out", "cases": ["1.1.1", "2.1"]}))
            original = self.run_program("-m", "fuzzingclient", "-s", "spec.json")
            self.assertEqual(original.returncode, 0, original.stderr)
            self.assertEqual({one["behavior"] for one in self.index()["bad"].values()}, {"FAILED"})
            native = self.run_program("fuzzingclient", "-s", "spec.json")
            self.assertEqual(native.returncode, 1, native.stderr)

    def test_unreachable(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            port = free.getsockname()[1]
        begun = time.monotonic()
        done = self.run_program("fuzzingclient", "-w", f"ws://127.0.0.1:{port}", "--cases", "1.1.1",
                                "--connect-retry", "0", "--outdir", "out")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertLess(time.monotonic() - begun, 5)
        self.assertIn(f"Connection to ws://127.0.0.1:{port} failed", done.stdout + done.stderr)

    def test_good_input(self) -> None:
        self.assertEqual(self.run_program("--help").returncode, 0)
        self.assertEqual(self.run_program("--version").returncode, 0)
        self.assertEqual(self.run_program("cases", "list").stdout.count("\n"), 517)


class BadInput(InFolder):
    """Status 2, a clear line, and nothing half-written."""

    def check(self, arguments: list[str], *lines: str) -> None:
        before = self.files()
        done = self.run_program(*arguments)
        self.assertEqual(done.returncode, 2, done)
        errors = done.stderr.removesuffix("Run with --help for more information.\n").splitlines()
        self.assertEqual(len(errors), len(lines), done.stderr)
        for error, line in zip(errors, lines):
            self.assertRegex(error, line)
        self.assertEqual(self.files(), before)

    def files(self) -> list[pathlib.Path]:
        return sorted(path for path in self.folder.rglob("*") if path.is_file())

    def check_spec(self, spec: str, *lines: str) -> None:
        self.write("spec.json", spec)
        for arguments in (["fuzzingclient", "-s", "spec.json"], ["-m", "fuzzingclient", "-s", "spec.json"]):
            self.check(arguments, *lines)

    def test_no_such_spec(self) -> None:
        error = r"^wsgauntlet: error: missing\.json: cannot be read: No such file or directory$"
        for mode in ("fuzzingclient", "fuzzingserver"):
            self.check([mode, "-s", "missing.json"], error)
            self.check(["-m", mode, "-s", "missing.json"], error)

    def test_broken_json(self) -> None:
        self.check_spec('{\n  "cases": [,]\n}', r"^wsgauntlet: error: spec\.json:2: not valid JSON at column 13: ")
        self.check_spec("", r"^wsgauntlet: error: spec\.json:1: not valid JSON")

    def test_wrong_types(self) -> None:
        self.check_spec('{"servers": [{"url": "ws://127.0.0.1:1"}],\n "cases": "1.1.1"}',
                        r"^wsgauntlet: error: spec\.json:2: /cases: expected a list of texts, like ")
        self.check_spec('{"cases": ["*"],\n "servers": [{\n   "url": 5}]}',
                        r"^wsgauntlet: error: spec\.json:3: /servers/0/url: expected a text, got 5$")
        self.check_spec('{"cases": ["*"],\n "options": {\n "failByDrop": "x"},\n "servers": [{"agent": "a"}]}',
                        r'^wsgauntlet: error: spec\.json:3: /options/failByDrop: expected true or false, got "x"$',
                        r'^spec\.json:4: /servers/0: the key "url" is missing: ')
        self.check_spec('{"cases": ["*"], "servers": [{"url": "http://x"}]}',
                        r"^wsgauntlet: error: spec\.json:1: /servers/0/url: .*expected a URL that begins with ws://")

    def test_unknown_case(self) -> None:
        self.check_spec('{"servers": [{"url": "ws://127.0.0.1:1"}], "cases": ["1.1.1",\n "99.1"]}',
                        r"^wsgauntlet: error: spec\.json:1: /cases/1: there is no case 99\.1")
        self.check(["fuzzingclient", "-w", "ws://127.0.0.1:1", "--cases", "99.1"],
                   r"^wsgauntlet: error: --cases: there is no case 99\.1")

    def test_command_line(self) -> None:
        for arguments in (["--bogus"], ["fuzzingclient", "--bogus"], ["nonsense"], ["-m", "nonsense"], [],
                          ["fuzzingclient", "--jobs", "x"], ["fuzzingclient", "--jobs", "0"],
                          ["fuzzingclient", "--timeout-scale", "-1"], ["fuzzingserver", "-u", "65536"],
                          ["fuzzingclient", "--seed", "x"], ["fuzzingclient", "-w", "http://127.0.0.1"],
                          ["testeeserver", "-w", "ws://127.0.0.1:65536"], ["cases", "check"]):
            with self.subTest(arguments=arguments):
                self.check(arguments, ".")

    def test_port_in_use(self) -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            url = f"ws://127.0.0.1:{taken.getsockname()[1]}"
            for mode in ("fuzzingserver", "testeeserver"):
                self.check([mode, "-w", url, "-u", "0"], r"^wsgauntlet: error: .*[Aa]ddress already in use")

    def test_folder_that_cannot_be_made(self) -> None:
        self.write("file", "")
        error = r"^wsgauntlet: error: .*file/out.*: Not a directory$"
        self.check(["fuzzingclient", "-w", "ws://127.0.0.1:1", "--outdir", "file/out"], error)
        self.check(["fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", "0", "--outdir", "file/out"], error)

    def test_broken_case_file(self) -> None:
        self.write("cases.json", '{"format": 1,\n "suite": "mine", "category": {"number": "1", "title": "x"},\n'
                                 ' "cases": [\n')
        self.check(["cases", "check", "cases.json"], r"^wsgauntlet: error: cases\.json:4: not valid JSON")
        self.check(["cases", "check", "missing.json"], r"^wsgauntlet: error: missing\.json: cannot be read")
        self.write("cases.json", '{"format": 2}')
        self.check(["cases", "check", "cases.json"], r"^wsgauntlet: error: cases\.json:1: .*format")

    def test_export_over_other_files(self) -> None:
        done = self.run_program("cases", "export", "copy")
        self.assertEqual(done.returncode, 0, done.stderr)
        files = [path for path in (self.folder / "copy").rglob("*.json") if "schema" not in path.parts]
        self.assertGreater(len(files), 5)
        self.assertEqual(self.run_program("cases", "export", "copy").returncode, 0)  # the same content
        files[0].write_text("mine")
        self.check(["cases", "export", "copy"], rf"^wsgauntlet: error: .*{re.escape(files[0].name)}")
        self.assertEqual(files[0].read_text(), "mine")


if __name__ == "__main__":
    PROGRAM = os.path.abspath(sys.argv.pop(1))
    unittest.main()
