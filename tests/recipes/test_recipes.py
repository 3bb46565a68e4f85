#!/usr/bin/env python3
"""What CI jobs do with reports of the Autobahn Testsuite works unchanged with ours.

usage: test_recipes.py PROGRAM

Each recipe is the way of one kind of project, as a shell script or a few lines of Python. It is
green for a run that is clean and red for one with failures.
Exit status 77: jq is missing.
"""
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.path.abspath(sys.argv[1])
CASES = ["1.1.1", "1.1.2", "1.2.1", "2.1", "5.1", "5.19", "7.1.1"]
problems: list[str] = []

# Run in the report folder with bash -e and pipefail. Red is any exit status but 0.
SHELL = {
    "the whole index, without times, is what was committed (Rust libraries)":
        "diff <(jq -S 'del(..|.duration?)' ../expected.json) <(jq -S 'del(..|.duration?)' index.json)",
    "a line for each case and its verdict (JVM libraries)":
        "jq -r '.[] as $in | $in | keys[] | . + \" \" + $in[.].behavior' index.json | diff ../expected.txt -",
    "one case to a line, by tr and sed (C and Nim libraries)":
        "! tr -d '\\n' <index.json | sed 's/},/},\\n/g' | grep '\"behavior\"' | grep -v '\"behavior\": \"OK\"'",
    "no word FAILED in any index (Zig libraries)":
        "! grep FAILED index.json*",
    "two cells of failures in the legend and no more (Erlang servers)":
        "[ \"$(grep -o case_failed index.html | wc -l)\" -le 2 ]",
    "as many closings as cases, none of them unclean or failed (Swift servers)":
        "[ \"$(grep -c '\"behaviorClose\":' index.json)\" -eq 7 ] && ! grep -E '\"(FAILED|UNCLEAN)\"' index.json",
    "jq selects what is not passed (shell scripts)":
        "[ -z \"$(jq -r '.[][] | select(.behavior | IN(\"OK\",\"INFORMATIONAL\") | not) | .reportfile' index.json)\" ]",
    "every report file is there and says why (Go and JavaScript libraries)":
        "for f in $(jq -r '.[][].reportfile' index.json); do"
        " jq -e '.id and .description and .expectation and (.result|type == \"string\")' \"$f\" >/dev/null;"
        " [ \"$(jq -r .behavior \"$f\")\" = OK ]; done",
}


def strict_types(folder: pathlib.Path) -> bool:
    """Typed languages: a duration is an integer, a close code an integer or null, no key is new."""
    keys = {"behavior": str, "behaviorClose": str, "duration": int, "remoteCloseCode": (int, type(None)), "reportfile": str}
    for cases in json.loads((folder / "index.json").read_text()).values():
        for case in cases.values():
            if set(case) != set(keys) or not all(isinstance(case[key], kind) for key, kind in keys.items()):
                problems.append(f"other types or keys: {case}")
    return True


def both_or_neither(folder: pathlib.Path) -> bool:
    """Python libraries: behavior and closing are both OK or both informational."""
    pairs = {(case["behavior"], case["behaviorClose"])
             for cases in json.loads((folder / "index.json").read_text()).values() for case in cases.values()}
    return pairs <= {("OK", "OK"), ("INFORMATIONAL", "INFORMATIONAL")}


def complete(folder: pathlib.Path) -> bool:
    """Guards against runs that did not connect: the agent is there, and so are all cases."""
    index = json.loads((folder / "index.json").read_text())
    if list(index) != ["server"] or len(index["server"]) != len(CASES):
        problems.append(f"{folder}: incomplete")
    return all(case["behavior"] == "OK" for case in index["server"].values())


def exact_results(folder: pathlib.Path) -> bool:
    """Expected failures by the text of their result, read from the report file of each case."""
    for cases in json.loads((folder / "index.json").read_text()).values():
        for case in cases.values():
            report = json.loads((folder / case["reportfile"]).read_text())
            if report["behavior"] == "FAILED" and report["result"] != "Actual events differ from any expected.":
                problems.append(f"{case['reportfile']}: {report['result']}")
            if report["behavior"] == "FAILED":
                return False
    return True


PYTHON = [strict_types, both_or_neither, complete, exact_results]
ALWAYS_GREEN = {strict_types}


def shell(script: str, folder: pathlib.Path) -> bool:
    done = subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, capture_output=True, text=True)
    return done.returncode == 0


def run_original(folder: pathlib.Path, command: str) -> None:
    """As a script around the original does it: spec file in the current folder, `set -e`, status 0."""
    folder.mkdir()
    spec = {"outdir": "./reports", "servers": [{"agent": "server", "url": "ws://127.0.0.1:0"}],
            "cases": CASES, "exclude-cases": [], "exclude-agent-cases": {}, "options": {"failByDrop": False}}
    (folder / "fuzzingclient.json").write_text(json.dumps(spec))
    done = subprocess.run([PROGRAM, "-m", "fuzzingclient", "--start", command], cwd=folder, capture_output=True, text=True,
                          timeout=120)
    if done.returncode != 0:
        problems.append(f"exit status {done.returncode} for a run that was finished\n{done.stdout}{done.stderr}")


def ready_line(folder: pathlib.Path) -> None:
    """Waiting for a line of output, for HTTP 200 at the WebSocket port, and for an orderly end."""
    command = [PROGRAM, "-m", "fuzzingserver", "-w", "ws://127.0.0.1:0", "--webport=0", "-s", "server.json"]
    (folder / "server.json").write_text(json.dumps({"url": "ws://127.0.0.1:0", "outdir": "clients", "cases": ["1.1.1"]}))
    start = time.monotonic()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as server:
        lines = []
        while not (lines and (port := re.match(r"Listening on ws://127.0.0.1:(\d+)", lines[-1]))):
            lines.append(server.stdout.readline())
            if not lines[-1]:
                problems.append(f"no line to wait for: {lines}")
                return
        if not any(line.startswith("Ok, will run") for line in lines) or time.monotonic() - start > 5:
            problems.append(f"no line 'Ok, will run' within 5 s: {lines}")
        url = f"http://127.0.0.1:{port[1]}"
        if not shell(f"exec 3<>/dev/tcp/127.0.0.1/{port[1]}; printf 'GET / HTTP/1.1\\r\\nHost: x:80\\r\\n\\r\\n' >&3;"
                     " head -n 1 <&3 | grep -q '200 OK'", folder):
            problems.append(f"no status 200 at {url}")
        server.terminate()
        server.communicate(timeout=20)
        if server.returncode != 0:
            problems.append(f"SIGTERM ends the server with {server.returncode}")


def main() -> int:
    if not shutil.which("jq"):
        print("skipped: jq is not installed")
        return 77
    with tempfile.TemporaryDirectory() as name:
        clean, failing = pathlib.Path(name, "clean"), pathlib.Path(name, "failing")
        run_original(clean, f"{PROGRAM} testeeserver -w ws://127.0.0.1:{{port}}")
        run_original(failing, f"{sys.executable} {HERE / 'hostile_peer.py'} {{port}}")
        for folder in (clean, failing):
            shutil.copy(clean / "reports/index.json", folder / "expected.json")
            (folder / "expected.txt").write_text("".join(f"{case} OK\n" for case in CASES))
        for title, script in SHELL.items():
            if not shell(script, clean / "reports"):
                problems.append(f"red for a clean run: {title}")
            if shell(script, failing / "reports"):
                problems.append(f"green for failures: {title}")
        for recipe in PYTHON:
            if not recipe(clean / "reports"):
                problems.append(f"red for a clean run: {recipe.__doc__}")
            if recipe(failing / "reports") != (recipe in ALWAYS_GREEN):
                problems.append(f"green for failures: {recipe.__doc__}")
        ready_line(pathlib.Path(name))
    print("\n".join(problems) or f"{len(SHELL) + len(PYTHON) + 1} recipes work")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
