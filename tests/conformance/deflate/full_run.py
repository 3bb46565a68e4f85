#!/usr/bin/env python3
"""All cases with one C++ peer: wall time, and CPU time of both sides.

usage: full_run.py RUN [--tool PROGRAM] [--build DIR] [--cases PATTERNS]

RUN is an entry of tests/peers/peers.json: `server.bun` for the fuzzing client, `client.chromium` for
the fuzzing server. Status: 0 the verdicts are those of the original, and cases that its results lack
passed; 1 not so; 77 the peer is not installed.
"""
import argparse
import json
import pathlib
import resource
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "tests/peers"))

import golden  # noqa: E402
import run_peers  # noqa: E402
from processes import Process  # noqa: E402

LIMIT = 1700.0  # seconds


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/release/wsgauntlet")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/peers")
    parser.add_argument("--out", type=pathlib.Path)
    parser.add_argument("--cases", default="*", help="patterns, separated by blanks")
    parser.set_defaults(seconds=LIMIT)
    return parser.parse_args()


class Timed(run_peers.Run):
    """A run that notes what each side has used when it ended."""

    def __init__(self, args: argparse.Namespace, name: str, peer: dict[str, str]) -> None:
        super().__init__(args, name, peer)
        self.cpu: dict[str, float] = {}

    def watch(self, process: Process, name: str) -> Process:
        stop = process.stop

        def stop_and_count() -> None:
            before = resource.getrusage(resource.RUSAGE_CHILDREN)
            stop()
            after = resource.getrusage(resource.RUSAGE_CHILDREN)
            self.cpu[name] = self.cpu.get(name, 0) + after.ru_utime + after.ru_stime - (
                before.ru_utime + before.ru_stime)
        process.stop = stop_and_count
        return process

    def start_peer(self, **words: str) -> Process:
        return self.watch(super().start_peer(**words), "peer")

    def start_tool(self, mode: str, spec: pathlib.Path, *more: str) -> Process:
        return self.watch(super().start_tool(mode, spec, *more), "fuzzer")


def total() -> float:
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def main() -> int:
    args = arguments()
    peer = json.loads((ROOT / "tests/peers/peers.json").read_text("utf-8"))[args.run]
    if absent := run_peers.missing(peer["needs"], args.build.resolve()):
        return run_peers.not_installed(absent)
    run = Timed(args, args.run, peer)
    begin, cpu = time.monotonic(), total()
    results = run.go(args.cases.split())
    wall, cpu = time.monotonic() - begin, total() - cpu
    # The side that ends first is counted when it is waited for, the other when it is stopped.
    last = "peer" if args.run.startswith("server.") else "fuzzer"
    first = "fuzzer" if last == "peer" else "peer"
    run.cpu[first] = cpu - run.cpu[last]
    print(f"{args.run}: wall {wall:.1f} s, CPU of the fuzzer {run.cpu['fuzzer']:.1f} s, "
          f"CPU of the peer {run.cpu['peer']:.1f} s")
    reference = golden.read_golden(run_peers.golden_path(args.run, peer))
    return 0 if run_peers.judge(args.run, reference, results, args.cases.split()) else 1


if __name__ == "__main__":
    sys.exit(main())
