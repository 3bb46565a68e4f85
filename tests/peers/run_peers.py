#!/usr/bin/env python3
"""Runs wsgauntlet against a third-party peer and compares the verdicts with the original's.

usage: run_peers.py RUN [--tool PROGRAM] [--build DIR] [--out DIR] [--cases PATTERNS] [--full] [--detail]

RUN is an entry of peers.json, such as `server.node-ws`: the fuzzing client against that server;
`client.gorilla`: that client against the fuzzing server; `bad-server.no-close`: the fuzzing client
against a server that misbehaves. Status: 0 as expected, 1 not, 2 usage, 77 the peer is not
installed (a failure when CI=true).
"""
import argparse
import json
import os
import pathlib
import shlex
import shutil
import signal
import sys
import time
from typing import Any

import golden
from processes import Process, wait_for_end

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SKIPPED = 77
# A small and a medium message of every family of compression cases, and those the original ran.
SAMPLE = ("12.1.1 12.1.3 12.1.5 12.1.11 12.2.3 12.2.11 12.3.3 12.3.4 12.3.11 12.4.2 12.4.12 12.5.3 "
          "12.5.6 13.1.2 13.1.11 13.2.2 13.2.11 13.3.3 13.3.11 13.4.3 13.4.11 13.5.4 13.5.11 13.6.4 "
          "13.6.11 13.7.5 13.7.11")


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run", help="an entry of peers.json")
    parser.add_argument("--tool", type=pathlib.Path, default=ROOT / "build/release/wsgauntlet")
    parser.add_argument("--build", type=pathlib.Path, default=ROOT / "build/peers",
                        help="where scripts/install-deps put the peers")
    parser.add_argument("--out", type=pathlib.Path, help="report folder (default: build/peers/out/RUN)")
    parser.add_argument("--cases", help="other patterns, separated by blanks")
    parser.add_argument("--full", action="store_true", help="the cases that peers.json calls full")
    parser.add_argument("--detail", action="store_true",
                        help="show differences of result texts and closing flags, too")
    parser.add_argument("--seconds", type=float, default=240, help="time limit of the run")
    return parser.parse_args()


def missing(needs: list[str], build: pathlib.Path) -> list[str]:
    paths = [need.replace("BUILD", str(build)) for need in needs]
    return [path for path in paths if not (pathlib.Path(path).exists() or shutil.which(path))]


def not_installed(absent: list[str]) -> int:
    print(f"not installed: {', '.join(absent)}; run scripts/install-deps peers")
    return 1 if os.environ.get("CI") == "true" else SKIPPED


def golden_path(name: str, peer: dict[str, Any]) -> pathlib.Path:
    role, short = name.split(".", 1)
    return HERE / "golden" / peer.get("golden", f"{role}s/{short}.json")


def selection(args: argparse.Namespace, peer: dict[str, Any], reference: golden.Results) -> list[str]:
    patterns = args.cases or peer["full" if args.full else "cases"]
    return patterns.replace("SAMPLE", SAMPLE).replace("GOLDEN", " ".join(reference)).split()


def peer_command(peer: dict[str, Any], build: pathlib.Path, **words: str) -> list[str]:
    words["BUILD"] = str(build)
    out = []
    for part in shlex.split(peer["command"]):
        for word, value in words.items():
            part = part.replace(word, value)
        out.append(part)
    return out


def write_spec(out: pathlib.Path, cases: list[str], **role: Any) -> pathlib.Path:
    path = out.with_name(out.name + ".spec.json")
    spec = {"outdir": str(out), "cases": cases, "exclude-cases": [], "exclude-agent-cases": {}, **role}
    path.write_text(json.dumps(spec, indent=2) + "\n", "utf-8")
    return path


class Run:
    """One peer, one run of the tool, one report folder."""

    def __init__(self, args: argparse.Namespace, name: str, peer: dict[str, Any]) -> None:
        self.args, self.name, self.peer = args, name, peer
        self.agent = name.split(".", 1)[1]
        self.build = args.build.resolve()
        self.out = (args.out or self.build / "out" / name).resolve()
        self.env = {"NODE_PATH": str(self.build / "node_modules"), "PEERS_BUILD": str(self.build)}
        shutil.rmtree(self.out, ignore_errors=True)
        self.out.mkdir(parents=True)
        for log in (self.log("peer"), self.log("tool")):
            log.unlink(missing_ok=True)

    def log(self, who: str) -> pathlib.Path:
        return self.out.with_name(f"{self.out.name}.{who}.log")

    def start_peer(self, **words: str) -> Process:
        return Process(peer_command(self.peer, self.build, **words), self.log("peer"), HERE, self.env)

    def start_tool(self, mode: str, spec: pathlib.Path, *more: str) -> Process:
        command = [str(self.args.tool.resolve()), "-m", mode, "-s", str(spec), *more]
        return Process(command, self.log("tool"), self.out.parent)

    def against_server(self, cases: list[str]) -> None:
        with self.start_peer(PORT="0") as server:
            port = server.wait_for_line(r"listening on 127\.0\.0\.1:(\d+)")[1]
            spec = write_spec(self.out, cases,
                              servers=[{"agent": self.agent, "url": f"ws://127.0.0.1:{port}"}])
            revive = peer_command(self.peer, self.build, PORT=port) if self.peer.get("restart") else None
            with self.start_tool("fuzzingclient", spec) as tool:
                expect_success(tool, wait_for_end(tool, self.args.seconds, server, revive))

    def against_client(self, cases: list[str]) -> None:
        spec = write_spec(self.out, cases, url="ws://127.0.0.1:0")
        with self.start_tool("fuzzingserver", spec, "-u", "0") as tool:
            url = tool.wait_for_line(r"Listening on (ws://127\.0\.0\.1:\d+)\b.*")[1]
            with self.start_peer(URL=url, AGENT=self.agent) as client:
                expect_success(client, wait_for_end(client, self.args.seconds, tool))

    def go(self, cases: list[str]) -> golden.Results:
        if self.name.startswith("client."):
            self.against_client(cases)
        else:
            self.against_server(cases)
        return golden.read_report(self.out)


def expect_success(process: Process, status: int) -> None:
    if status != 0:
        raise RuntimeError(f"{process.describe()} ended with status {status}; it printed\n"
                           f"{process.printed()[-2000:]}")


def deviations_of(name: str) -> list[dict[str, Any]]:
    table = json.loads((HERE / "deviations.json").read_text("utf-8"))
    return [row for row in table if golden.matches(row["run"], name)]


def show(difference: golden.Difference, ours: golden.Results) -> None:
    result = ours[difference.case]
    print(f"{difference}\n    result: {result['result']}\n    closing: {result['resultClose']}")


def judge(name: str, reference: golden.Results, ours: golden.Results, wanted: list[str]) -> bool:
    """Prints what is not as expected; whether all was."""
    patterns = " ".join(wanted)
    absent = [case for case in reference if golden.matches(patterns, case) and case not in ours]
    deviations = deviations_of(name)
    differences = golden.compare(reference, ours)
    unexplained, unused = golden.judge(differences, deviations, set(ours))
    for case in absent:
        print(f"{case}: selected, but not in the report")
    for difference in unexplained:
        show(difference, ours)
    for row in unused:
        print(f"deviations.json: no longer happens: {row['run']} {row['cases']} {row['field']}")
    print(f"{name}: {len(ours)} cases, {len(differences)} differences from the original, "
          f"{len(unexplained)} unexplained, {len(absent)} missing, {len(unused)} stale deviations")
    return bool(ours) and not (absent or unexplained or unused)


def main() -> int:
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    args = arguments()
    peers = json.loads((HERE / "peers.json").read_text("utf-8"))
    if args.run not in peers:
        print(f"{args.run}: not in peers.json; there are {' '.join(peers)}", file=sys.stderr)
        return 2
    peer = peers[args.run]
    if absent := missing(peer["needs"], args.build.resolve()):
        return not_installed(absent)
    path = golden_path(args.run, peer)
    reference = golden.read_golden(path) if path.exists() else {}
    cases = selection(args, peer, reference)
    begin = time.monotonic()
    try:
        ours = Run(args, args.run, peer).go(cases)
    except (RuntimeError, TimeoutError, ValueError, OSError) as error:
        print(f"{args.run}: {error}")
        return 1
    good = judge(args.run, reference, ours, cases)
    if args.detail:
        for difference in golden.compare(reference, ours, golden.DETAIL):
            print(f"detail: {difference}")
    print(f"{time.monotonic() - begin:.1f} s")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
