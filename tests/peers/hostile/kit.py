#!/usr/bin/env python3
"""Lets hostile peers at wsgauntlet, one kind of misbehaviour at a time.

usage: kit.py servers|clients --tool PROGRAM --build DIR --out DIR [--modes] [--only NAMES] [--jobs N]
              [--memory MIB] [--slow]
       kit.py list

servers: the fuzzing client tests a hostile server and a good one in the same run.
clients: hostile clients and a good one use the same fuzzing server.

Each time the tool must come to its end within its own timers, within --memory MiB, with the same
results for the good peer as without the hostile one, and with a report that tells what the hostile
one did. Status: 0 all is well, 1 not, 77 a good peer is not installed.
"""
import argparse
import concurrent.futures
import json
import pathlib
import re
import shutil
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from processes import Process, wait_for_end  # noqa: E402
from run_peers import missing, not_installed, write_spec  # noqa: E402

import attackers  # noqa: E402
import tricks_crowd  # noqa: E402,F401
import tricks_modes  # noqa: E402
import tricks_names  # noqa: E402,F401
import tricks_open  # noqa: E402,F401
import tricks_opening  # noqa: E402,F401
from tricks import TRICKS, Trick  # noqa: E402

GOOD = "1.1.1 1.1.5 1.2.1 2.2 2.9 3.2 4.1.1 5.1 5.5 5.19 6.1.1 6.4.1 7.1.1 7.3.1 7.7.1 10.1.1".split()
VERDICT = ("behavior", "behaviorClose", "remoteCloseCode")
WORDS = {
    "behavior": {"OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED"},
    "behaviorClose": {"OK", "INFORMATIONAL", "FAILED BY CLIENT", "WRONG CODE", "UNCLEAN", "FAILED"},
}
# A case has timers of some seconds and may run three times, with stretched waits on a busy machine;
# nothing here takes longer than this.
RUN_SECONDS = 300


class Memory:
    """The most memory that a process had, in MiB."""

    def __init__(self, process: Process) -> None:
        self.process, self.peak = process, 0

    def look(self) -> int:
        try:
            status = pathlib.Path(f"/proc/{self.process.child.pid}/status").read_text()
        except OSError:
            return self.peak
        if found := re.search(r"VmHWM:\s+(\d+) kB", status):
            self.peak = max(self.peak, int(found[1]) // 1024)
        return self.peak


def results_of(out: pathlib.Path, agent: str) -> dict[str, dict]:
    """The case files of an agent, by case."""
    index = json.loads((out / "index.json").read_text("utf-8"))
    rows = index.get(agent, {})
    return {case: json.loads((out / row["reportfile"]).read_text("utf-8"))
            for case, row in rows.items()}


def verdicts(results: dict[str, dict]) -> dict[str, tuple]:
    return {case: tuple(result[field] for field in VERDICT) for case, result in results.items()}


def told(result: dict) -> str:
    """What the report says of a case in words."""
    reasons = [result["wasNotCleanReason"], result["localCloseReason"]]
    return " | ".join([result["result"], result["resultClose"], *filter(None, reasons)])


def folder_problems(out: pathlib.Path) -> list[str]:
    """Whatever names peers have, files stay in the folder, and pages hold no markup of theirs."""
    problems = []
    for path in out.iterdir():
        if not re.fullmatch(r"index\.(json|html)|run\.json|exact|[a-z0-9_]*_case_[0-9_]+\.(json|html)", path.name):
            problems.append(f"a file that should not be there: {path.name!r}")
        elif path.suffix == ".html" and "<hostile" in path.read_text("utf-8"):
            problems.append(f"{path.name}: markup of the peer's")
    beside = {path.name for path in out.parent.iterdir()} - {out.name}
    problems += [f"a file outside of the folder: {name!r}" for name in beside
                 if not name.startswith(f"{out.name}.")]
    return problems


class Trial:
    """One misbehaviour, one run of the tool."""

    def __init__(self, args: argparse.Namespace, trick: Trick | None, reference: dict) -> None:
        self.args, self.trick, self.reference = args, trick, reference
        name = trick.name if trick else "nobody"
        self.out = args.out / name / "report"
        self.out.mkdir(parents=True)
        self.peak, self.seconds, self.words = 0, 0.0, ""

    def log(self, who: str) -> pathlib.Path:
        return self.out.with_name(f"{self.out.name}.{who}.log")

    def start_tool(self, mode: str, spec: pathlib.Path, *more: str) -> Process:
        command = [str(self.args.tool), "-m", mode, "-s", str(spec), *more]
        return Process(command, self.log("tool"), self.out.parent)

    def run(self) -> list[str]:
        begin = time.monotonic()
        try:
            problems = self.servers() if self.args.role == "servers" else self.clients()
        except Exception as error:  # whatever it is, the other trials go on
            problems = [f"{type(error).__name__}: {error}", traceback.format_exc()]
        self.seconds = time.monotonic() - begin
        return problems

    def servers(self) -> list[str]:
        beast = Process([str(self.args.build / "bin/beast-server"), "0"], self.log("good"), HERE)
        is_mode = self.trick is not None and self.trick.act is None
        with beast, (attackers.ModeServer(self.trick, self.log("mode")) if is_mode
                     else attackers.Servers(self.trick)) as hostile:
            port = beast.wait_for_line(r"listening on 127\.0\.0\.1:(\d+)")[1]
            entries = [{"agent": "good", "url": f"ws://127.0.0.1:{port}"}]
            if self.trick:
                agent = {} if self.trick.agent is not None else {"agent": "hostile"}
                entries.append({**agent, "url": f"ws://127.0.0.1:{hostile.port}"})
            spec = write_spec(self.out, list(GOOD), servers=entries)
            self.exclude(spec)
            with self.start_tool("fuzzingclient", spec) as tool:
                memory = Memory(tool)
                self.wait(tool, memory)
                problems = [] if tool.status == 0 else [
                    f"status {tool.status}: {tool.printed()[-1500:]}"]
        self.peak = memory.peak
        return problems + self.judge(memory, hostile.problems)

    def exclude(self, path: pathlib.Path) -> None:
        """The hostile peer runs its own cases and the good one those of GOOD."""
        if not self.trick:
            return
        spec = json.loads(path.read_text())
        own = [case for case in self.trick.cases if case not in GOOD]
        spec["cases"] += own
        spec["exclude-agent-cases"] = {"good": own}
        if self.trick.agent is None:
            spec["exclude-agent-cases"]["hostile"] = [
                case for case in GOOD if case not in self.trick.cases]
        path.write_text(json.dumps(spec))

    def wait(self, tool: Process, memory: Memory) -> None:
        end = time.monotonic() + self.args.seconds
        while tool.running:
            if time.monotonic() > end:
                raise TimeoutError(f"not done after {self.args.seconds} s:\n{tool.printed()[-1500:]}")
            memory.look()
            time.sleep(0.02)

    def clients(self) -> list[str]:
        is_mode = self.trick is not None and self.trick.act is None
        own = [case for case in (self.trick.cases if self.trick else ()) if case not in GOOD]
        # A mode runs all cases that there are, so let them be few.
        cases = list(self.trick.cases) if is_mode else [*GOOD, *own]
        spec = write_spec(self.out, cases, url="ws://127.0.0.1:0")
        with self.start_tool("fuzzingserver", spec, "-u", "0") as tool:
            url = tool.wait_for_line(r"Listening on (ws://127\.0\.0\.1:\d+)\b.*")[1]
            port = int(url.rsplit(":", 1)[1])
            memory = Memory(tool)
            with (attackers.ModeClients(self.trick, port, self.log("mode")) if is_mode
                  else attackers.Clients(self.trick, port)) as hostile:
                command = [str(self.args.build / "bin/beast-client"), url, "good"]
                with Process(command, self.log("good"), HERE) as good:
                    while good.running:
                        memory.look()
                        time.sleep(0.02)
                        if not tool.running:
                            raise RuntimeError(f"the server died: {tool.printed()[-1500:]}")
                    wait_for_end(good, 1)
                    problems = [] if good.status == 0 else [f"good client: {good.printed()[-500:]}"]
                hostile.wait(self.args.seconds)
            memory.look()
            attackers.update_reports(port)
            tool.child.terminate()
            wait_for_end(tool, 20)
            if tool.status != 0:
                problems.append(f"status {tool.status}: {tool.printed()[-1500:]}")
        self.peak = memory.peak
        return problems + self.judge(memory, hostile.problems)

    # ---- what came of it

    def judge(self, memory: Memory, seen: list[str]) -> list[str]:
        """`seen`: what the hostile peer found."""
        problems = folder_problems(self.out)
        if self.args.slow:
            return problems
        problems += seen
        good = verdicts(results_of(self.out, "good"))
        spec = json.loads(self.out.with_name(f"{self.out.name}.spec.json").read_text())["cases"]
        problems += [f"good peer: {case}: {good.get(case)}, without the hostile one {verdict}"
                     for case, verdict in self.reference.items()
                     if case in spec and good.get(case) != verdict]
        if memory.peak > self.args.memory:
            problems.append(f"it took {memory.peak} MiB, at most {self.args.memory}")
        return problems + self.report_problems()

    def report_problems(self) -> list[str]:
        if not self.trick:
            return []
        index = json.loads((self.out / "index.json").read_text("utf-8"))
        results = {case: result for agent in index if agent != "good"
                   for case, result in results_of(self.out, agent).items()}
        # A client that never comes to ask for a case has neither name nor result.
        expected = self.trick.cases if self.args.role == "servers" or self.trick.opens else ()
        problems = [f"{case} is not in the report" for case in expected if case not in results]
        for case in [case for case in self.trick.cases if case in results]:
            result = results[case]
            problems += [f"{case}: {field} is {result[field]!r}" for field, words in WORDS.items()
                         if result[field] not in words]
            words = f"{result['behavior']} / {result['behaviorClose']}: {told(result)}"
            self.words = self.words or words
            if not re.search(self.trick.says, words):
                problems.append(f"{case}: expected {self.trick.says!r} in the report, it says {words}")
        return problems


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("role", choices=["servers", "clients", "list"])
    parser.add_argument("--tool", type=pathlib.Path, default=pathlib.Path("build/release/wsgauntlet"))
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/peers"))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("build/peers/out/hostile"))
    parser.add_argument("--modes", action="store_true",
                        help="the modes of bad-server.js and bad-client.js, too")
    parser.add_argument("--only", help="names of misbehaviours, separated by blanks")
    parser.add_argument("--jobs", type=int, default=6, help="trials at the same time")
    parser.add_argument("--memory", type=int, default=128, help="MiB that the tool may take")
    parser.add_argument("--slow", action="store_true",
                        help="the tool is built with sanitizers: judge neither time nor memory nor "
                             "verdicts, only that it comes to its end with whole reports")
    args = parser.parse_args()
    args.seconds = RUN_SECONDS * (4 if args.slow else 1)
    args.tool, args.build = args.tool.resolve(), args.build.resolve()
    args.out = args.out.resolve()
    return args


def show(trial: Trial, problems: list[str]) -> None:
    print(f"{'FAIL' if problems else 'ok  '} {trial.trick.name:26} {trial.peak:4} MiB "
          f"{trial.seconds:5.1f} s  {trial.words[:200]}", flush=True)
    for problem in problems:
        print(f"       {problem}", flush=True)


def run_all(args: argparse.Namespace, tricks: list[Trick], reference: dict) -> tuple[list[str], int]:
    """The names of those that were not survived, and the most memory that the tool had."""
    failed, again, peak = [], [], 0
    with concurrent.futures.ThreadPoolExecutor(args.jobs) as pool:
        trials = [Trial(args, trick, reference) for trick in tricks]
        for trial, problems in zip(trials, pool.map(Trial.run, trials)):
            if problems and args.jobs > 1:
                again.append(trial.trick)
            else:
                show(trial, problems)
                failed += [trial.trick.name] if problems else []
            peak = max(peak, trial.peak)
    if again:
        # Other trials took processor time from the good peer: only what fails alone is a failure.
        args.jobs = 1
        for trick in again:
            shutil.rmtree(args.out / trick.name)
        more, more_peak = run_all(args, again, reference)
        return failed + more, max(peak, more_peak)
    return failed, peak


def main() -> int:
    args = arguments()
    if args.modes:
        for role in ("server", "client"):
            tricks_modes.add_modes(role)
    if args.role == "list":
        for trick in TRICKS.values():
            print(f"{trick.name:26} {'+'.join(trick.roles):14} {trick.what}")
        return 0
    needs = [str(args.build / "bin/beast-server"), *(["node"] if args.modes else [])]
    if absent := missing(needs, args.build):
        return not_installed(absent)
    shutil.rmtree(args.out, ignore_errors=True)
    alone = Trial(args, None, {})
    if problems := alone.run():
        print("without a hostile peer:", *problems, sep="\n")
        return 1
    wanted = [trick for trick in TRICKS.values() if args.role[:-1] in trick.roles
              and (not args.only or trick.name in args.only.split())]
    failed, peak = run_all(args, wanted, verdicts(results_of(alone.out, "good")))
    print(f"{len(wanted)} misbehaviours of {args.role}, {len(failed)} not survived"
          f"{': ' if failed else ''}{' '.join(failed)}; the tool took {peak} MiB at most")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
