#!/usr/bin/env python3
"""Good, bad and hostile peers at once, for a long time.

usage: soak.py [--time SECONDS] [--tool PROGRAM] [--build DIR] [--out DIR]
"""
import argparse
import json
import pathlib
import random
import re
import shutil
import sys
import threading
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
from processes import Process, wait_for_end  # noqa: E402
from run_peers import missing, not_installed, write_spec  # noqa: E402

import attackers  # noqa: E402
import kit  # noqa: E402
from tricks import TRICKS, Trick  # noqa: E402

# How much the least memory of a quarter of the rounds may grow from the second quarter to the last:
# what heaps keep of a flood comes and goes, what leaks stays.
GROWTH_MIB = 8
# Names are kept for the index, so those that multiply are left out of what is to stay flat.
LEFT_OUT = ("names-that-collide",)


class Server:
    """The fuzzing server that stays for the whole time."""

    def __init__(self, tool: pathlib.Path, out: pathlib.Path) -> None:
        self.out = out
        out.mkdir(parents=True)
        hostile = {case for trick in TRICKS.values() if "client" in trick.roles for case in trick.cases}
        spec = write_spec(out, sorted({*kit.GOOD, *hostile}), url="ws://127.0.0.1:0")
        command = [str(tool), "fuzzingserver", "-s", str(spec), "-u", "0"]
        self.process = Process(command, out.with_name("server.log"), out.parent)
        self.url = self.process.wait_for_line(r"Listening on (ws://127\.0\.0\.1:\d+)\b.*")[1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def memory_mib(self) -> int:
        status = pathlib.Path(f"/proc/{self.process.child.pid}/status").read_text()
        return int(re.search(r"VmRSS:\s+(\d+) kB", status)[1]) // 1024

    def descriptors(self) -> int:
        return sum(1 for _ in pathlib.Path(f"/proc/{self.process.child.pid}/fd").iterdir())

    def settled_descriptors(self) -> int:
        """As many as stay open once connections of the round have timed out."""
        fewest = self.descriptors()
        end = time.monotonic() + 15
        while time.monotonic() < end and fewest > 12:
            fewest = min(fewest, self.descriptors())
            time.sleep(0.2)
        return fewest


def round_of_clients(server: Server, build: pathlib.Path, choice: random.Random) -> list[str]:
    """A good client and four kinds of hostile ones at the same server."""
    tricks = choice.sample([trick for trick in TRICKS.values()
                            if "client" in trick.roles and trick.name not in LEFT_OUT], 4)
    attacks = [attackers.Clients(trick, server.port) for trick in tricks]
    for attack in attacks:
        attack.__enter__()
    good = Process([str(build / "bin/beast-client"), server.url, "good"],
                   server.out.with_name("good.log"), HERE)
    with good:
        wait_for_end(good, 120, server.process)
    for attack in attacks:
        attack.wait(120)
    attackers.update_reports(server.port)
    return [f"{attack.trick.name}: {problem}" for attack in attacks for problem in attack.problems]


def trial(args: argparse.Namespace, name: str, trick: Trick | None, reference: dict) -> kit.Trial:
    """A run of the fuzzing client."""
    how = argparse.Namespace(tool=args.tool, build=args.build, out=args.out / name, role="servers",
                             memory=256, seconds=kit.RUN_SECONDS, slow=False)
    return kit.Trial(how, trick, reference)


def round_of_servers(args: argparse.Namespace, number: int, choice: random.Random,
                     reference: dict, problems: list[str]) -> None:
    """A fuzzing client against a good server and a hostile one."""
    trick = choice.choice([trick for trick in TRICKS.values() if "server" in trick.roles])
    problems += [f"{trick.name}: {problem}"
                 for problem in trial(args, str(number), trick, reference).run()]
    shutil.rmtree(args.out / str(number))


def differences(server: Server, reference: dict) -> list[str]:
    seen = kit.verdicts(kit.results_of(server.out, "good"))
    return [f"good client: {case}: {seen.get(case)}, in the first round {verdict}"
            for case, verdict in reference.items() if seen.get(case) != verdict]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--time", type=float, default=3600)
    parser.add_argument("--tool", type=pathlib.Path, default=pathlib.Path("build/release/wsgauntlet"))
    parser.add_argument("--build", type=pathlib.Path, default=pathlib.Path("build/peers"))
    parser.add_argument("--out", type=pathlib.Path, default=pathlib.Path("build/soak"))
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    args.tool, args.build, args.out = args.tool.resolve(), args.build.resolve(), args.out.resolve()
    if absent := missing([str(args.build / "bin/beast-client")], args.build):
        return not_installed(absent)
    shutil.rmtree(args.out, ignore_errors=True)
    choice = random.Random(args.seed)
    alone = trial(args, "alone", None, {})
    if problems := alone.run():
        print("The good server alone:", *problems, sep="\n  ")
        return 1
    reference_servers = kit.verdicts(kit.results_of(alone.out, "good"))
    server = Server(args.tool, args.out / "server" / "reports")
    reference: dict = {}
    memory: list[int] = []
    descriptors: list[int] = []
    begin, rounds, last = time.monotonic(), 0, 0.0
    with server.process:
        while time.monotonic() - begin < args.time:
            rounds += 1
            found: list[str] = []
            beside = threading.Thread(target=round_of_servers,
                                      args=(args, rounds, choice, reference_servers, found))
            beside.start()
            found += round_of_clients(server, args.build, choice)
            beside.join()
            reference = reference or kit.verdicts(kit.results_of(server.out, "good"))
            found += differences(server, reference)
            memory.append(server.memory_mib())
            descriptors.append(server.settled_descriptors())
            last = time.monotonic() - begin
            print(f"round {rounds:4} {last:6.0f} s  {memory[-1]:4} MiB  {descriptors[-1]:3} descriptors  "
                  f"{len(found)} problems", *found, sep="\n  ", flush=True)
            problems += found
        server.process.child.terminate()
        if wait_for_end(server.process, 30) != 0:
            problems.append(f"the server ended with status {server.process.status}")
    quarter = rounds // 4
    if quarter > 0 and min(memory[-quarter:]) > min(memory[quarter:2 * quarter]) + GROWTH_MIB:
        problems.append("memory grew; the least of each quarter in MiB: " + ", ".join(
            str(min(memory[i * quarter:(i + 1) * quarter])) for i in range(4)))
    if descriptors[-1] > descriptors[0] + 2:
        problems.append(f"open descriptors grew from {descriptors[0]} to {descriptors[-1]}")
    print(f"{rounds} rounds in {last:.0f} s; memory {memory[0]} MiB after the first round, {memory[-1]} MiB "
          f"after the last, {max(memory)} MiB at most; descriptors {descriptors[0]} and "
          f"{descriptors[-1]}; {len(problems)} problems")
    for problem in problems:
        print(f"  {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
