#!/usr/bin/env python3
"""Whether verdicts depend on how a run goes. Status 1 when they do.

usage: verdicts.py same|load --tool PROGRAM [--build DIR] [--sample N] [--seed N] [--verdicts N]
                  [--loops N] [--peers NAME...] [--cases PATTERNS]

same: broken peers and a good one, case after case (--jobs 1) and twice by default: equal verdicts.
load: good third-party peers at `nice 19` beside 8 busy loops, until there are so many verdicts: what
passes without load passes then, too. Other differences are shown: some cases are races in the peer.
"""
import argparse
import contextlib
import pathlib
import random
import subprocess
import sys
from collections.abc import Iterator

from runs import QUICK, ROOT, WAITING, Bench, Run, die_with_parent, golden, passed

BUSY_LOOPS = 8
GOOD = ("server.beast", "server.bun", "server.node-ws", "server.py-websockets")
SAMPLE, SEED, VERDICTS = 4, 1, 10000


def compare(what: str, first: Run, second: Run) -> set[str]:
    """Prints what differs, and tells the cases."""
    differences = golden.compare(first.results, second.results)
    lost = first.results.keys() - second.results.keys()
    for one in differences:
        print(f"  {one.case} {one.field}: {one.golden} before, {one.ours} {what}")
    for case in sorted(lost):
        print(f"  {case}: no result {what}")
    return {one.case for one in differences} | lost


def is_worse(case: str, first: Run, second: Run) -> bool:
    return passed(first.results[case]) and not (case in second.results
                                                and passed(second.results[case]))


def same(bench: Bench, tool: pathlib.Path, options: argparse.Namespace) -> int:
    peers = {"Go x/net": (bench.peer("server.xnet"), ("--cases", WAITING)),
             "lenient": (bench.peer("bad-server.lenient"), ("--cases", WAITING)),
             "Boost.Beast": (bench.peer("server.beast"), QUICK)}
    for rule in random.Random(options.seed).sample(bench.rules(), options.sample):
        peers[rule] = (bench.broken(rule), QUICK)
    count = 0
    for name, (command, flags) in peers.items():
        first, second = (bench.run_against(tool, command, *flags) for _ in range(2))
        alone = bench.run_against(tool, command, *flags, "--jobs", "1")
        print(f"{name}: {len(first.results)} cases, {first.failed} do not pass; {first.seconds:.1f} s, "
              f"{second.seconds:.1f} s, case after case {alone.seconds:.1f} s", flush=True)
        count += len(compare("in a second run", first, second))
        count += len(compare("case after case", first, alone))
    print(f"{count} verdicts differ")
    return count


@contextlib.contextmanager
def busy_loops(count: int) -> Iterator[None]:
    loops = [subprocess.Popen(["sh", "-c", "while :; do :; done"], preexec_fn=die_with_parent)
             for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def load(bench: Bench, tool: pathlib.Path, options: argparse.Namespace) -> int:
    peers = {name: bench.peer(name) for name in options.peers}
    quiet = {name: bench.run_against(tool, command, *options.flags) for name, command in peers.items()}
    for name, run in quiet.items():
        print(f"{name} without load: {len(run.results)} cases, {run.failed} do not pass, "
              f"{run.seconds:.1f} s", flush=True)
    verdicts = differing = failures = 0
    while verdicts < options.verdicts:
        for name, run in quiet.items():
            # It starts before the load: some interpreters would take minutes.
            server, url = bench.server(["nice", "-n", "19", *peers[name]])
            try:
                with busy_loops(options.loops):
                    loaded = bench.run(tool, url, *options.flags)
            finally:
                server.stop()
            verdicts += len(loaded.results)
            print(f"{name} under load: {loaded.seconds:.1f} s", flush=True)
            cases = compare("under load", run, loaded)
            differing += len(cases)
            failures += sum(is_worse(case, run, loaded) for case in cases)
    print(f"{verdicts} verdicts, {differing} differ, {failures} false failures")
    return failures


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\nusage")[0])
    parser.add_argument("check", choices=("same", "load"))
    parser.add_argument("--tool", type=pathlib.Path, required=True)
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/peers")
    parser.add_argument("--sample", type=int, default=SAMPLE, help="peers that break one rule")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--verdicts", type=int, default=VERDICTS)
    parser.add_argument("--loops", type=int, default=BUSY_LOOPS, help="that keep the processor busy")
    parser.add_argument("--peers", nargs="+", default=GOOD, help="names of tests/peers/peers.json")
    parser.add_argument("--cases", help="of the suite autobahn, in place of those of both suites")
    options = parser.parse_args()
    options.flags = ("--cases", options.cases) if options.cases else QUICK
    tool = options.tool.resolve()
    with Bench(options.build, tool) as bench:
        return 1 if (same if options.check == "same" else load)(bench, tool, options) else 0


if __name__ == "__main__":
    sys.exit(main())
