#!/usr/bin/env python3
"""Steps of a script happen when the script says so, whatever the role, the mode and the transport.

usage: test_timers.py PROGRAM [TEST...]

The recorded time of each `wait`, `close-after`, `fail-after` and `await` is compared with the
prescribed one: never early, and late by no more than a share of it and a few times what a timer of
this test was late in the same run.
"""
import asyncio
import dataclasses
import json
import pathlib
import shutil
import ssl
import sys
import tempfile
import unittest
from collections.abc import Awaitable, Callable, Iterator

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent.parent / "peers"))
from certificates import Authority  # noqa: E402
from peer import MANNERS, Server, Yardstick, ask, connect  # noqa: E402

TOOL = pathlib.Path(sys.argv[1]).resolve() if len(sys.argv) > 1 else pathlib.Path()
SHARE, TIMES = 0.1, 5
CASES_FAILED = 1
LONG = {"repeat": "*", "to": 16 << 20}
TEXT, CLOSE = 1, 8
# The row that begins a step, its name, and the row that ends it.
ROWS = {"CT": ("wait", "CTE"), "TI": ("close-after", "TIE"), "KL": ("fail-after", "KLE")}


@dataclasses.dataclass
class Case:
    title: str
    script: list[dict]
    ends: list[str]  # the steps whose end is surely recorded, sorted
    more: dict = dataclasses.field(default_factory=dict)

    def described(self, number: int) -> dict:
        tags = [{"timeout": step["tag"]} for step in self.script if "tag" in step]
        return {"id": f"100.{number}", "description": self.title, "expectation": "Timers hold.",
                "spec": [{"rfc": 6455, "section": "5"}], "script": self.script,
                "expect": {"OK": tags}, **self.more}


CASES = [
    Case("waits one after another",
         [{"wait": 0.25, "tag": "A"}, {"wait": 0.5, "tag": "B"}, {"close-after": 0.25}],
         ["close-after", "wait", "wait"]),
    Case("a failure", [{"fail-after": 0.5}], ["fail-after"]),
    Case("shorter timers that are set after longer ones",
         [{"fail-after": 0.75}, {"close-after": 0.5}, {"wait": 0.25}], ["close-after", "wait"]),
    Case("single octets that are still being written",
         [{"send": "text", "chop": 1, "payload": {"repeat": "*", "to": 2000}}, {"wait": 0.25},
          {"fail-after": 0.25}], ["fail-after", "wait"]),
    Case("a message that a silent peer does not read",
         [{"message": "binary", "payload": LONG}, {"wait": 0.25}, {"fail-after": 0.25}],
         ["fail-after", "wait"]),
    Case("a case that runs alone", [{"wait": 0.25}, {"fail-after": 0.5}], ["fail-after", "wait"],
         {"kind": "measures"}),
    Case("an event that does not come",
         [{"message": "text", "payload": "x"}, {"await": {"text": "x"}, "within": 0.5},
          {"close": {"code": 1000}}], ["await"],
         {"outcome": {"must": "echo"}, "patience": 0.25, "expect": {"OK": [{"text": "x"}]}}),
]
IDS = [f"100.{number}" for number in range(1, len(CASES) + 1)]


@dataclasses.dataclass
class Step:
    kind: str
    prescribed: int  # nanoseconds
    took: int


def steps(case: Case, rows: list[list], times: list[int]) -> Iterator[Step]:
    """The steps that came to their end."""
    begun: dict[str, tuple[str, float, int]] = {}
    sent = 0
    awaits = [step["within"] for step in case.script if "await" in step]
    for row, at in zip(rows, times, strict=True):
        if row[0] in ROWS:
            kind, end = ROWS[row[0]]
            begun[end] = (kind, row[1], at)
        elif row[0] in begun:
            kind, seconds, since = begun.pop(row[0])
            yield Step(kind, round(seconds * 1e9), at - since)
        elif awaits and row[0] == "TF" and row[2] == TEXT:
            sent = at
        elif awaits and row[0] == "TF" and row[2] == CLOSE:
            yield Step("await", round(awaits.pop() * 1e9), at - sent)


class Timers(unittest.TestCase):
    @classmethod
    def setUpClass(cls) -> None:
        cls.folder = pathlib.Path(tempfile.mkdtemp(prefix="timers-"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        certificate = Authority(cls.folder / "authority").sign("peer", "localhost")
        cls.context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        cls.context.load_cert_chain(*certificate)
        (cls.folder / "cases").mkdir()
        (cls.folder / "cases/timers.json").write_text(json.dumps(
            {"format": 1, "suite": "timers", "category": {"id": "100", "title": "Timers"},
             "cases": [case.described(number) for number, case in enumerate(CASES, 1)]}))

    def command(self, mode: str, url: str, out: pathlib.Path, *more: str) -> list[str]:
        return [str(TOOL), mode, "-w", url, "-u", "0", "--case-dir", str(self.folder / "cases"),
                "--suite", "timers", "--cases", "*", "--outdir", str(out),
                "--option", "closeHandshakeTimeout=0.2", *more]

    def check(self, out: pathlib.Path, runs: set[str], yardstick: Yardstick) -> None:
        """Every step of every case. `runs`: of which runs the results are."""
        seen = set()
        for case, number in zip(CASES, IDS, strict=True):
            path, = out.glob(f"*_case_{number.replace('.', '_')}.json")
            result = json.loads(path.read_text("utf-8"))
            exact = json.loads((out / "exact" / path.name).read_text("utf-8"))
            seen.add(exact.get("run", "first"))
            ended = list(steps(case, result["wirelog"], exact["rows"]))
            where = f"{out.name}, {case.title}: {ended}"
            for kind in set(case.ends):
                self.assertEqual(sum(step.kind == kind for step in ended), case.ends.count(kind), where)
            for step in ended:
                self.assertGreaterEqual(step.took, step.prescribed, where)
                self.assertLessEqual(step.took - step.prescribed,
                                     SHARE * step.prescribed + TIMES * yardstick.latest,
                                     f"{where}; ours was {yardstick.latest} late")
        self.assertEqual(seen, runs, out.name)

    def in_all_manners(self, name: str, runs: set[str], run: Callable[..., Awaitable[None]],
                       *how: object) -> None:
        """Runs it with peers of each manner at the same time, plainly and over TLS."""
        async def together(tls: bool) -> None:
            await asyncio.gather(*(run(self.out(name, manner, tls), manner, tls, *how)
                                   for manner in MANNERS))

        for tls in (False, True):
            with self.subTest(name, tls=tls):
                with Yardstick() as yardstick:
                    asyncio.run(together(tls))
                for manner in MANNERS:
                    self.check(self.out(name, manner, tls), runs, yardstick)

    def out(self, name: str, manner: str, tls: bool) -> pathlib.Path:
        return self.folder / f"{name}-{manner}-{'tls' if tls else 'plain'}"

    # ---- the fuzzing client

    async def against_server(self, out: pathlib.Path, manner: str, tls: bool, *more: str) -> None:
        async with Server(manner, self.context if tls else None) as server:
            tool = await asyncio.create_subprocess_exec(
                *self.command("fuzzingclient", server.url, out, *more), cwd=self.folder,
                stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
            printed, _ = await tool.communicate()
            self.assertEqual(tool.returncode, CASES_FAILED, printed.decode())

    def test_one_after_another(self) -> None:
        self.in_all_manners("one-after-another", {"first"}, self.against_server, "--jobs", "1")

    def test_at_the_same_time(self) -> None:
        """What was expected and did not come is awaited once more, in a second run."""
        self.in_all_manners("at-the-same-time", {"first", "second"}, self.against_server)

    # ---- the fuzzing server

    async def against_client(self, out: pathlib.Path, manner: str, tls: bool, together: bool) -> None:
        command = self.command("fuzzingserver", f"{'wss' if tls else 'ws'}://127.0.0.1:0", out,
                               *(["--tls-self-signed"] if tls else []))
        tool = await asyncio.create_subprocess_exec(*command, cwd=self.folder,
                                                    stdout=asyncio.subprocess.PIPE)
        try:
            url = ""
            while not url:
                line = (await tool.stdout.readline()).decode()
                self.assertTrue(line, "it did not listen")
                if line.startswith("Listening on "):
                    url = line.split()[2]
            rest = asyncio.ensure_future(tool.stdout.read())
            clients = [self.run_case(url, manner, number) for number in IDS]
            if together:
                await asyncio.gather(*clients)
            else:
                for client in clients:
                    await client
        finally:
            tool.terminate()
            await tool.wait()
        await rest

    async def run_case(self, url: str, manner: str, number: str) -> None:
        peer = await connect(url, f"/runCase?casetuple={number}&agent={manner}")
        behaviour = asyncio.ensure_future(peer.behave(manner))
        await ask(url, f"/getCaseStatus?casetuple={number}&agent={manner}")  # answered at its end
        behaviour.cancel()
        await asyncio.gather(behaviour, return_exceptions=True)
        peer.writer.close()

    def test_clients_one_after_another(self) -> None:
        self.in_all_manners("clients-one-after-another", {"first"}, self.against_client, False)

    def test_clients_at_the_same_time(self) -> None:
        self.in_all_manners("clients-at-the-same-time", {"first"}, self.against_client, True)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
