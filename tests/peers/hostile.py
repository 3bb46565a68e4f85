#!/usr/bin/env python3
"""Lets every mode of the bad peers at wsgauntlet: it must end in time, with a whole report.

usage: hostile.py servers|clients --tool PROGRAM --out DIR

servers: the fuzzing client against one bad server per mode, all in one run.
clients: bad clients of every mode, several at a time, against one fuzzing server; after them, a
good client must still pass.
"""
import argparse
import concurrent.futures
import json
import pathlib
import re
import shutil
import subprocess
import sys
import time

from processes import Process
from run_peers import HERE, not_installed, write_spec

CASES = ["1.1.1", "2.2", "7.1.1"]
SECONDS = 540
MEMORY_LIMIT_MIB = 512
WORDS = {
    "behavior": {"OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED"},
    "behaviorClose": {"OK", "INFORMATIONAL", "FAILED BY CLIENT", "WRONG CODE", "UNCLEAN", "FAILED"},
}


class Watch:
    """Waits, and remembers the most memory that the tool had."""

    def __init__(self, tool: Process) -> None:
        self.tool, self.peak_kib, self.end = tool, 0, time.monotonic() + SECONDS

    def look(self) -> bool:
        """Whether the tool still runs."""
        if time.monotonic() > self.end:
            raise TimeoutError(f"not done after {SECONDS} s:\n{self.tool.printed()[-2000:]}")
        try:
            status = pathlib.Path(f"/proc/{self.tool.child.pid}/status").read_text()
        except OSError:
            status = ""
        if found := re.search(r"VmHWM:\s+(\d+) kB", status):
            self.peak_kib = max(self.peak_kib, int(found[1]))
        time.sleep(0.05)
        return self.tool.running

    def problems(self) -> list[str]:
        peak = self.peak_kib // 1024
        print(f"peak memory of the tool: {peak} MiB")
        return [f"it took {peak} MiB, at most {MEMORY_LIMIT_MIB}"] if peak > MEMORY_LIMIT_MIB else []


def start_tool(args: argparse.Namespace, mode: str, spec: pathlib.Path) -> Process:
    command = [str(args.tool.resolve()), "-m", mode, "-s", str(spec), "-u", "0"]
    return Process(command, args.out.with_name(args.out.name + ".tool.log"), args.out.parent)


def report_problems(out: pathlib.Path, agents: list[str]) -> list[str]:
    """What is wrong with the report: every agent, every case, words and files as they must be."""
    index = json.loads((out / "index.json").read_text("utf-8"))
    problems = [f"{agent}: not in the report" for agent in agents if agent not in index]
    for agent in agents:
        rows = index.get(agent, {})
        problems += [f"{agent}: {case} is missing" for case in CASES if case not in rows]
        for case, row in rows.items():
            problems += [f"{agent}: {case}: {field} is {row[field]!r}"
                         for field, words in WORDS.items() if row[field] not in words]
            json.loads((out / row["reportfile"]).read_text("utf-8"))
    return problems


def servers(args: argparse.Namespace) -> list[str]:
    peer_log = args.out.with_name(args.out.name + ".peer.log")
    command = ["node", "servers/bad-server.js", "0", "--mode=all", "--delay=1500"]
    with Process(command, peer_log, HERE) as peer:
        peer.wait_for_line("unasked-extension .*")
        modes = dict(re.findall(r"^(\S+) (\d+)$", peer.printed(), re.MULTILINE))
        entries = [{"agent": mode, "url": f"ws://127.0.0.1:{port}"} for mode, port in modes.items()]
        with start_tool(args, "fuzzingclient", write_spec(args.out, CASES, servers=entries)) as tool:
            watch = Watch(tool)
            while watch.look():
                pass
            status = [] if tool.status == 0 else [f"status {tool.status}: {tool.printed()[-2000:]}"]
            return status + watch.problems() + report_problems(args.out, list(modes))


def bad_client(url: str, mode: str) -> None:
    subprocess.run(["node", "clients/bad-client.js", url, mode, f"--mode={mode}", "--delay=1500",
                    "--case-timeout=4000"], cwd=HERE, timeout=120, check=True,
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def clients(args: argparse.Namespace) -> list[str]:
    listing = subprocess.run(["node", "clients/bad-client.js", "--list"], cwd=HERE, text=True,
                             capture_output=True, check=True).stdout
    modes = [line.split()[0] for line in listing.splitlines()]
    with start_tool(args, "fuzzingserver", write_spec(args.out, CASES, url="ws://127.0.0.1:0")) as tool:
        url = tool.wait_for_line(r"Listening on (ws://127\.0\.0\.1:\d+)\b.*")[1]
        watch, problems = Watch(tool), []
        with concurrent.futures.ThreadPoolExecutor(6) as pool:
            runs = {mode: pool.submit(bad_client, url, mode) for mode in modes if mode != "good"}
            while not all(run.done() for run in runs.values()):
                if not watch.look():
                    return [f"the server died: {tool.printed()[-2000:]}"]
        problems += [f"{mode}: {run.exception()}" for mode, run in runs.items() if run.exception()]
        bad_client(url, "good")
        problems += report_problems(args.out, ["good"])
    index = json.loads((args.out / "index.json").read_text("utf-8"))
    problems += [f"after all: good: {case}: {row['behavior']}" for case, row in index["good"].items()
                 if row["behavior"] == "FAILED"]
    return problems + watch.problems()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("role", choices=["servers", "clients"])
    parser.add_argument("--tool", type=pathlib.Path, required=True)
    parser.add_argument("--out", type=pathlib.Path, required=True)
    args = parser.parse_args()
    if not shutil.which("node"):
        return not_installed(["node"])
    args.out = args.out.resolve()
    shutil.rmtree(args.out, ignore_errors=True)
    args.out.mkdir(parents=True)
    try:
        problems = servers(args) if args.role == "servers" else clients(args)
    except (RuntimeError, TimeoutError, ValueError, OSError, KeyError) as error:
        problems = [f"{type(error).__name__}: {error}"]
    print("\n".join(problems) or "no problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
