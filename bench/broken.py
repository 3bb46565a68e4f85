#!/usr/bin/env python3
"""How long a run against a broken peer takes.

usage: broken.py --tool PROGRAM [--before PROGRAM] [--build DIR] [--sample N | --all] [--seed N]
                 [--limit SECONDS] [--only WORDS]

Prints the table of docs/performance.md. --before adds the figures of an earlier program; both meet the
same peers. --sample says how many of the peers that break one rule run, --limit when a run is cut off,
--only which measures (words of their names).
"""
import argparse
import pathlib
import random
import statistics
from collections.abc import Iterator
from dataclasses import dataclass

from runs import QUICK, ROOT, UP_TO_10, WAITING, Bench, Run

SAMPLE, SEED, LIMIT = 24, 1, 900


@dataclass
class Figure:
    what: str
    seconds: float
    goal: float
    cut: bool
    how: str

    @property
    def text(self) -> str:
        return f"{'over ' if self.cut else ''}{self.seconds:.1f} s"


def of_run(what: str, goal: float, run: Run) -> Figure:
    how = (f"{run.seconds / max(run.longest, 0.001):.1f} x its longest case of {run.longest:.1f} s; "
           f"{run.failed} of {len(run.results)} do not pass")
    return Figure(what, run.seconds, goal, run.cut, how)


def of_broken_peers(bench: Bench, tool: pathlib.Path, rules: list[str], limit: float) -> list[Figure]:
    runs = {rule: bench.run_against(tool, bench.broken(rule), *QUICK, limit=limit) for rule in rules}
    slowest = max(runs, key=lambda rule: runs[rule].seconds)
    median = statistics.median(run.seconds for run in runs.values())
    ratio = statistics.median(run.seconds / max(run.longest, 0.001) for run in runs.values())
    cut = sum(run.cut for run in runs.values())
    what = f"{len(rules)} peers that break one rule, the same cases"
    return [Figure(f"{what}: median", median, 10, median >= limit,
                   f"{ratio:.1f} x the longest case of the run, in the median"),
            Figure(f"{what}: slowest", runs[slowest].seconds, 90, cut > 0,
                   f"{slowest}" + (f"; {cut} cut off" if cut else ""))]


# Name, seconds that it may take, the entry of peers.json or the mode of bad-server.js, flags.
MEASURES = [
    ("Go x/net, 1.* to 7.* and 10.*", 7, "server.xnet", ("--cases", WAITING)),
    ("a lenient peer, 1.* to 10.*", 10, "bad-server.lenient", ("--cases", UP_TO_10)),
    ("a silent peer, both suites without 9.*, 12.*, 13.*", 60, "mute", QUICK),
    ("a good peer (Boost.Beast), 1.* to 10.*", 3, "server.beast", ("--cases", UP_TO_10)),
]


def figures(bench: Bench, tool: pathlib.Path, rules: list[str], limit: float = LIMIT,
            only: tuple[str, ...] = ()) -> Iterator[Figure]:
    def wanted(what: str) -> bool:
        return not only or any(word in what for word in only)

    for what, goal, name, flags in MEASURES:
        if wanted(what):
            mute = ["node", "servers/bad-server.js", "0", "--mode=mute"]
            command = mute if name == "mute" else bench.peer(name)
            yield of_run(what, goal, bench.run_against(tool, command, *flags, limit=limit))
    if wanted("peers that break one rule"):
        yield from of_broken_peers(bench, tool, rules, limit)


def sample(rules: list[str], size: int = SAMPLE, seed: int = SEED) -> list[str]:
    return random.Random(seed).sample(rules, size)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\nusage")[0])
    parser.add_argument("--tool", type=pathlib.Path, required=True)
    parser.add_argument("--before", type=pathlib.Path)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/peers")
    parser.add_argument("--sample", type=int, default=SAMPLE)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--limit", type=float, default=LIMIT)
    parser.add_argument("--only", nargs="+", default=())
    options = parser.parse_args()
    with Bench(options.build, options.tool) as bench:
        rules = bench.rules()
        if not options.all:
            rules = sample(rules, options.sample, options.seed)
        programs = [program for program in (options.before, options.tool) if program]
        names = ["before", "after"] if options.before else ["figure"]
        print(f"| measure | goal | {' | '.join(names)} | how |")
        print("| --- " * (len(names) + 3) + "|")
        rows = zip(*(figures(bench, program.resolve(), rules, options.limit, tuple(options.only))
                     for program in programs), strict=True)
        for row in rows:
            print(f"| {row[0].what} | {row[0].goal} s | {' | '.join(one.text for one in row)} "
                  f"| {row[-1].how} |", flush=True)
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
