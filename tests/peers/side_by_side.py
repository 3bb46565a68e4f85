#!/usr/bin/env python3
"""Runs the same cases one after another and 64 at a time, against good and bad servers at once: the
results must be the same, case by case.

usage: side_by_side.py --tool PROGRAM --out FOLDER [--timeout-scale FACTOR]
"""
import argparse
import json
import pathlib
import shutil
import sys

from processes import Process

HERE = pathlib.Path(__file__).resolve().parent
SKIPPED = 77
CASES = ["1.1.*", "2.*", "3.*", "4.1.*", "5.*", "6.3.*", "6.4.1", "7.1.*", "7.3.*", "10.*"]
BAD_MODES = ["no-utf8", "double-pong", "lenient"]


def results(folder: pathlib.Path) -> dict:
    index = json.loads((folder / "index.json").read_text())
    for cases in index.values():
        for row in cases.values():
            del row["duration"]
    return index


def run(tool: str, out: pathlib.Path, servers: list[dict], jobs: int, scale: str) -> dict:
    folder = out / f"jobs-{jobs}"
    spec = out / f"jobs-{jobs}.json"
    spec.write_text(json.dumps({"outdir": str(folder), "servers": servers, "cases": CASES}))
    with Process([tool, "fuzzingclient", "-s", str(spec), "--jobs", str(jobs),
                  "--timeout-scale", scale],
                 out / f"jobs-{jobs}.log", out) as client:
        client.child.wait()
        if client.status not in (0, 1):
            sys.exit(f"--jobs {jobs} ended with status {client.status}:\n{client.printed()[-2000:]}")
    return results(folder)


def compare(alone: dict, together: dict) -> list[str]:
    differences = []
    for agent in sorted(alone.keys() | together.keys()):
        for case in sorted(alone.get(agent, {}).keys() | together.get(agent, {}).keys()):
            first, second = alone.get(agent, {}).get(case), together.get(agent, {}).get(case)
            if first != second:
                differences.append(f"{agent} {case}: {first} one by one, {second} side by side")
    return differences


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--tool", required=True)
    parser.add_argument("--out", required=True, type=pathlib.Path)
    parser.add_argument("--timeout-scale", default="1")
    options = parser.parse_args()
    if shutil.which("node") is None:
        print("node is missing: scripts/install-deps peers installs it")
        return SKIPPED
    shutil.rmtree(options.out, ignore_errors=True)
    options.out.mkdir(parents=True)
    options.tool = str(pathlib.Path(options.tool).resolve())
    peers = [Process([options.tool, "testeeserver", "-w", "ws://127.0.0.1:0"],
                     options.out / "good.log", options.out)]
    peers += [Process(["node", str(HERE / "servers/bad-server.js"), "0", f"--mode={mode}"],
                      options.out / f"{mode}.log", HERE) for mode in BAD_MODES]
    try:
        servers = []
        for name, peer in zip(["good", *BAD_MODES], peers):
            port = peer.wait_for_line(r".*:(\d+).*")[1]
            servers.append({"agent": name, "url": f"ws://127.0.0.1:{port}"})
        alone = run(options.tool, options.out, servers, 1, options.timeout_scale)
        together = run(options.tool, options.out, servers, 64, options.timeout_scale)
    finally:
        for peer in peers:
            peer.stop()
    cases = sum(len(rows) for rows in alone.values())
    differences = compare(alone, together)
    print("\n".join(differences))
    print(f"{cases} results, {len(differences)} differ")
    failed = sum(row["behavior"] == "FAILED" for rows in alone.values() for row in rows.values())
    if failed == 0:
        sys.exit("no bad server failed a case: the comparison proves nothing")
    return 1 if differences else 0


if __name__ == "__main__":
    sys.exit(main())
