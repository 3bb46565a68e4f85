"""Runs of the fuzzing client against servers of tests/peers and our own broken ones, with their time."""
import json
import pathlib
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

ROOT = pathlib.Path(__file__).resolve().parent.parent
PEERS = ROOT / "tests/peers"
sys.path.insert(0, str(PEERS))
import golden  # noqa: E402
from processes import Process, die_with_parent  # noqa: E402, F401
from run_peers import missing, peer_command  # noqa: E402

LISTENING = r"[Ll]istening on (?:ws://)?127\.0\.0\.1:(\d+).*"
WAITING = "1.*,2.*,3.*,4.*,5.*,6.*,7.*,10.*"  # of the original's cases, those that mostly wait
UP_TO_10 = WAITING + ",9.*"
# Both suites without the cases that move much data.
QUICK = ("--suite", "autobahn", "rfc", "--cases", "*", "--exclude", "9.*,12.*,13.*")
INCOMPLETE = 3


def catalogue() -> dict[str, dict]:
    """The peers of tests/peers/peers.json."""
    return json.loads((PEERS / "peers.json").read_text("utf-8"))


@dataclass
class Run:
    seconds: float
    cut: bool  # it was ended before its time
    results: golden.Results

    @property
    def longest(self) -> float:
        """Seconds of its longest case, from the opening handshake on."""
        return max((row["duration"] or 0 for row in self.results.values()), default=0) / 1000

    @property
    def failed(self) -> int:
        return sum(not passed(row) for row in self.results.values())


def passed(row: golden.Result) -> bool:
    return row["behavior"] != "FAILED" and row["behaviorClose"] in ("OK", "INFORMATIONAL")


class Bench:
    """Where the programs are, and a folder for reports: in memory, since on a disk files that earlier
    runs removed slow down later ones."""

    def __init__(self, build: pathlib.Path, testee: pathlib.Path) -> None:
        self.build, self.testee = build.resolve(), testee.resolve()
        memory = pathlib.Path("/dev/shm")
        self.temporary = tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None)
        self.folder = pathlib.Path(self.temporary.name)

    def __enter__(self) -> "Bench":
        return self

    def __exit__(self, *_: object) -> None:
        self.temporary.cleanup()

    def server(self, command: list[str], *before: str) -> tuple[Process, str]:
        """A server, which the caller stops, and its URL."""
        env = {"NODE_PATH": str(self.build / "node_modules"), "PEERS_BUILD": str(self.build)}
        log = pathlib.Path(tempfile.mkstemp(dir=self.folder)[1])
        process = Process([*before, *command], log, PEERS, env)
        return process, f"ws://127.0.0.1:{process.wait_for_line(LISTENING)[1]}"

    def peer(self, name: str) -> list[str]:
        """The command of an entry of peers.json."""
        entry = catalogue()[name]
        if absent := missing(entry["needs"], self.build):
            sys.exit(f"not installed: {', '.join(absent)}; run scripts/install-deps peers")
        return peer_command(entry, self.build, PORT="0")

    def broken(self, rule: str) -> list[str]:
        """The command of our own server that breaks a rule."""
        return [str(self.testee), "testeeserver", "-w", "ws://127.0.0.1:0", "--break", rule]

    def rules(self) -> list[str]:
        listed = subprocess.run([self.testee, "testeeserver", "--break", "list"], check=True,
                                capture_output=True, text=True).stdout
        return [line.split()[0] for line in listed.splitlines()]

    def run(self, tool: pathlib.Path, url: str, *flags: str, limit: float = 3600) -> Run:
        out = tempfile.mkdtemp(dir=self.folder)
        begin = time.monotonic()
        child = subprocess.Popen([tool, "fuzzingclient", "-w", url, "-u", "0", "--outdir", out, *flags],
                                 cwd=out, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            _, errors = child.communicate(timeout=limit)
            cut = False
        except subprocess.TimeoutExpired:
            child.terminate()  # it writes what it has
            _, errors = child.communicate()
            cut = True
        seconds = time.monotonic() - begin
        if child.returncode not in (0, 1, INCOMPLETE) or (child.returncode == INCOMPLETE and not cut):
            sys.exit(f"{' '.join(map(str, child.args))}: status {child.returncode}\n{errors.decode()}")
        index = json.loads((pathlib.Path(out) / "index.json").read_text("utf-8"))
        return Run(seconds, cut, {case: row for rows in index.values() for case, row in rows.items()})

    def run_against(self, tool: pathlib.Path, command: list[str], *flags: str,
                    limit: float = 3600) -> Run:
        server, url = self.server(command)
        try:
            return self.run(tool, url, *flags, limit=limit)
        finally:
            server.stop()
