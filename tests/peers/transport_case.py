"""What the tests of transports share: peers, our program, and its runs."""
import argparse
import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

from certificates import Authority
from processes import Process

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
LISTENING = r"listening on 127\.0\.0\.1:(\d+)"
CASES = "1.1.*,5.3,6.2.1,7.1.1,9.1.1,10.1.1"
SERVERS = {
    "node ws": ["node", "servers/ws-server.js"],
    "python websockets": ["/usr/bin/python3", "servers/py-websockets-server.py"],
    "libwebsockets": ["BUILD/bin/lws-server"],
    "beast": ["BUILD/bin/beast-server"],
    "bun": ["BUILD/node_modules/@oven/bun-linux-x64/bin/bun", "servers/bun-server.js"],
}
CLIENTS = {
    "node ws": ["node", "clients/ws-client.js"],
    "python websockets": ["/usr/bin/python3", "clients/py-websockets-client.py"],
    "gorilla": ["BUILD/bin/gorilla-client"],
    "beast": ["BUILD/bin/beast-client"],
}


class Settings:
    """What the command line says."""

    tool: pathlib.Path
    build: pathlib.Path
    out: pathlib.Path
    authority: Authority


settings = Settings()


class Case(unittest.TestCase):
    def setUp(self) -> None:
        self.out = settings.out / self.id().split(".", 1)[1]
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)
        self.started = 0

    def peer(self, *command: str) -> Process:
        """A peer, or our own program in the background."""
        self.started += 1
        words = [word.replace("BUILD", str(settings.build)) for word in command]
        env = {"NODE_PATH": str(settings.build / "node_modules"), "PEERS_BUILD": str(settings.build)}
        process = Process(words, self.out / f"{self.started}.log", HERE, env)
        self.addCleanup(process.stop)
        return process

    def server(self, *command: str) -> str:
        """Starts a server and tells its port."""
        return self.peer(*command).wait_for_line(LISTENING)[1]

    def tool(self, *arguments: str, prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        return subprocess.run([*prefix, str(settings.tool), *arguments], capture_output=True, text=True, cwd=self.out,
                              timeout=120, check=False)

    def listen(self, *arguments: str) -> tuple[Process, str]:
        """Our program in a role that listens, and its URL."""
        process = self.peer(str(settings.tool), *arguments)
        return process, process.wait_for_line(r"Listening on (\S+)")[1]

    def fuzz(self, url: str, *more: str, cases: str = CASES,
             prefix: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
        return self.tool("fuzzingclient", "-w", url, "--cases", cases, "--outdir", str(self.out / "report"),
                         "--connect-retry", "0", *more, prefix=prefix)

    def assert_passed(self, done: subprocess.CompletedProcess[str]) -> None:
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def assert_unreached(self, done: subprocess.CompletedProcess[str], *reasons: str) -> None:
        """Nothing was tested, and each part of the reason stands in the output."""
        for reason in reasons:
            self.assertIn(reason, done.stdout)
        self.assertEqual(done.returncode, 3, done.stdout + done.stderr)

    def socket_folder(self) -> pathlib.Path:
        """A folder for Unix sockets, whose paths must be short wherever the build folder is."""
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        return pathlib.Path(folder.name)

    def passed_cases(self) -> int:
        index = json.loads((self.out / "report/index.json").read_text())
        rows = [row for cases in index.values() for row in cases.values()]
        for row in rows:
            self.assertIn(row["behavior"], ("OK", "NON-STRICT", "INFORMATIONAL"), row)
        return len(rows)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def wait_for_port(port: int) -> None:
    """Until a peer that says nothing listens."""
    for _ in range(500):
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except ConnectionRefusedError:
            subprocess.run(["sleep", "0.02"], check=True)
    raise TimeoutError(f"nobody listens on port {port}")


def main(usage: str | None) -> int:
    parser = argparse.ArgumentParser(description=usage, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tool", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, required=True, help="where the peers are")
    parser.add_argument("--out", type=pathlib.Path, required=True)
    parser.add_argument("tests", nargs="*", help="classes or methods; default: all")
    options = parser.parse_args()
    settings.tool, settings.build, settings.out = (path.resolve() for path in (options.tool, options.build, options.out))
    absent = [need for need in (settings.build / "bin/lws-server", settings.build / "node_modules/ws")
              if not need.exists()]
    if absent:
        print(f"not installed: {absent}; run scripts/install-deps peers")
        return 1 if os.environ.get("CI") == "true" else SKIPPED
    shutil.rmtree(settings.out, ignore_errors=True)
    settings.authority = Authority(settings.out / "certificates")
    program = unittest.main(argv=[sys.argv[0], *options.tests], exit=False, verbosity=2)
    return 0 if program.result.wasSuccessful() else 1
