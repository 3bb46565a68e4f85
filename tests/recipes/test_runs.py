#!/usr/bin/env python3
"""Runs that end before their time, runs in parts, profiles, and runs in GitHub Actions.

usage: test_runs.py PROGRAM
"""
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
SERVER = ["--start", f"{PROGRAM} testeeserver -w ws://127.0.0.1:{{port}}", "-w", "ws://127.0.0.1:0"]
problems: list[str] = []


def run(cwd: pathlib.Path, status: int, *arguments: str, says: str = "", **environment: str) -> str:
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    done = subprocess.run([PROGRAM, *arguments], cwd=cwd, env={**clean, **environment}, capture_output=True, text=True,
                          timeout=120)
    text = done.stdout + done.stderr
    if done.returncode != status or says not in text:
        problems.append(f"{' '.join(arguments)}: status {done.returncode}, expected {status} and {says!r}\n{text}")
    return text


def record(folder: pathlib.Path) -> dict:
    return json.loads((folder / "run.json").read_text())


def interrupted(cwd: pathlib.Path) -> None:
    command = [PROGRAM, "fuzzingclient", *SERVER, "--cases", "1.1.*,5.19,5.20", "--jobs", "1", "--outdir", "cut"]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, text=True) as child:
        while "test case ID 5.19" not in (line := child.stdout.readline()):
            if not line:
                problems.append("the run has ended too early")
                return
        if record(cwd / "cut")["state"] != "running":
            problems.append("a run that runs is not recorded as running")
        child.send_signal(signal.SIGINT)
        child.communicate(timeout=30)
        if child.returncode != 3:
            problems.append(f"an interrupted run ends with {child.returncode}")
    if record(cwd / "cut")["state"] != "interrupted":
        problems.append("the record does not say that the run was interrupted")
    run(cwd, 3, "report", "gate", "cut", says="the run was interrupted")
    run(cwd, 0, "fuzzingclient", *SERVER, "--cases", "1.1.*,5.19,5.20", "--resume", "--outdir", "cut")
    run(cwd, 0, "report", "gate", "cut", says="10 of 10 cases fine")


def broken(rule: str) -> list[str]:
    """A server that breaks a rule."""
    return ["--start", f"{PROGRAM} testeeserver -w ws://127.0.0.1:{{port}} --break {rule}", "-w", "ws://127.0.0.1:0"]


def not_confirmed(folder: pathlib.Path, name: str) -> bool:
    return json.loads((folder / "exact" / name).read_text()).get("run") == "unrepeated"


def unconfirmed(cwd: pathlib.Path) -> None:
    """What failed by absence is in the reports although the run ends before the repetition does."""
    command = [PROGRAM, "fuzzingclient", *broken("no-pong"), "--cases", "1.1.1,2.2,2.3", "--outdir", "doubt"]
    with subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as child:
        for _ in range(2):
            while "test case ID 2.2 " not in (line := child.stdout.readline()):
                if not line:
                    problems.append("case 2.2 was not repeated")
                    return
        child.send_signal(signal.SIGTERM)
        text = child.communicate(timeout=30)[0]
    if child.returncode != 3 or "not confirmed, since the run ended before their repetition: 2.2, 2.3" not in text:
        problems.append(f"an interrupted repetition ends with {child.returncode}: {text}")
    index = json.loads((cwd / "doubt/index.json").read_text())
    results = next(iter(index.values()))
    if {case: row["behavior"] for case, row in results.items()} != {"1.1.1": "OK", "2.2": "FAILED", "2.3": "FAILED"}:
        problems.append(f"the index of an interrupted run: {results}")
    for case in ("2.2", "2.3"):
        if not not_confirmed(cwd / "doubt", results[case]["reportfile"]):
            problems.append(f"case {case} is not marked as not confirmed")


def fail_fast(cwd: pathlib.Path) -> None:
    """A run that ends at its first failures says so, and what has no result."""
    run_of = ["fuzzingclient", *broken("pong-text"), "--cases", "1.1.*,2.*", "--outdir", "fast"]
    for flag, failures in (("--fail-fast", "1 unexpected failure;"), ("--fail-fast=3", "3 unexpected failures;")):
        run(cwd, 1, *run_of, flag, says=f"ended by --fail-fast after {failures}")
        results = next(iter(json.loads((cwd / "fast/index.json").read_text()).values()))
        failed = [row["reportfile"] for row in results.values() if row["behavior"] == "FAILED"]
        confirmed = [name for name in failed if not not_confirmed(cwd / "fast", name)]
        if len(confirmed) != int(failures[0]):
            problems.append(f"{flag}: {confirmed} of {failed} are confirmed")
        if record(cwd / "fast")["state"] == "finished":
            problems.append(f"{flag}: the record says that the run came to its end")
    run(cwd, 1, *run_of, "--fail-fast", "--junit", "fast.xml", says="have no result")
    known = cwd / "known.json"
    run(cwd, 0, "fuzzingclient", *broken("pong-text"), "--cases", "2.*", "--outdir", "all", "--expectations", str(known),
        "--update-expectations")
    text = run(cwd, 0, "fuzzingclient", *broken("pong-text"), "--cases", "2.*", "--outdir", "all", "--expectations",
               str(known), "--fail-fast")
    if "ended by" in text:
        problems.append("known failures end a run with --fail-fast")
    run(cwd, 2, *run_of, "--fail-fast=0")
    run(cwd, 1, "fuzzingserver", "--run", f"{PROGRAM} testeeclient -w {{url}} --break no-pong", "--cases", "2.2,2.3",
        "--outdir", "fast-server", "--fail-fast", says="ended by --fail-fast after 1 unexpected failure")


def parts(cwd: pathlib.Path) -> None:
    for number in (1, 2):
        run(cwd, 0, "fuzzingclient", *SERVER, "--cases", "1.1.*", "--shard", f"{number}/2", "--outdir", f"part{number}")
    run(cwd, 3, "report", "gate", "part1", says="shards of the run 1 is not here: 2")
    run(cwd, 0, "report", "merge", "part1", "part2", "-o", "whole")
    run(cwd, 0, "report", "gate", "whole", says="8 of 8 cases fine")


def profiles(cwd: pathlib.Path) -> None:
    def cases(profile: str) -> set[str]:
        run(cwd, 0, "fuzzingclient", *SERVER, "--cases", "1.1.*,9.1.1,12.1.1", "--profile", profile, "--outdir", profile)
        return set(record(cwd / profile)["cases"])

    short = {f"1.1.{i}" for i in range(1, 9)}
    for profile, wanted in (("quick", short), ("no-compression", short | {"9.1.1"}), ("full", short | {"9.1.1", "12.1.1"})):
        if (found := cases(profile)) != wanted:
            problems.append(f"{profile} runs {sorted(found)}")
    run(cwd, 2, "fuzzingclient", *SERVER, "--profile", "slow")


def github(cwd: pathlib.Path) -> None:
    job = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(cwd / "step.md")}
    run(cwd, 0, "fuzzingclient", *SERVER, "--cases", "1.1.1", "--outdir", "g", says="Gate: passed", **job)
    if "1" not in (cwd / "step.md").read_text():
        problems.append("no job summary")
    os.remove(cwd / "step.md")
    text = run(cwd, 0, "-m", "fuzzingclient", *SERVER, "--cases", "1.1.1", "--outdir", "g", **job)
    if "Gate" in text or (cwd / "step.md").exists():
        problems.append("the original's spelling writes to GitHub without being asked")


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        for part in (interrupted, unconfirmed, fail_fast, parts, profiles, github):
            part(pathlib.Path(name))
    print("\n".join(problems) or "all as it should be")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
