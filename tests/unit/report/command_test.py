#!/usr/bin/env python3
"""Runs `wsgauntlet report` on folders made by hand, in the form of the original: exit statuses and
the files that it writes. The program is the first argument."""

import json
import os
import pathlib
import subprocess
import sys
import tempfile

PROGRAM = os.path.abspath(sys.argv[1])
ROOT = pathlib.Path(__file__).resolve().parents[3]


class Run:
    def __init__(self, folder):
        self.folder = folder
        self.failures = []

    def __call__(self, status, *arguments, says="", **environment):
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
        done = subprocess.run(
            [PROGRAM, "report", *arguments], cwd=self.folder, env={**clean, **environment},
            capture_output=True, text=True, check=False)
        text = done.stdout + done.stderr
        if done.returncode != status or says not in text:
            self.failures.append("report %s: status %d, expected %d and %r\n%s" % (
                " ".join(arguments), done.returncode, status, says, text))
        return text

    def index(self, name, **cases):
        """Cases as c1_1_1="FAILED" or c1_1_1="OK/UNCLEAN"."""
        entries = {}
        for key, verdict in cases.items():
            behavior, _, close = verdict.partition("/")
            entries[key[1:].replace("_", ".")] = {
                "behavior": behavior, "behaviorClose": close or "OK", "duration": 2,
                "remoteCloseCode": None, "reportfile": "foo_case_%s.json" % key[1:]}
        (self.folder / name).mkdir(exist_ok=True)
        (self.folder / name / "index.json").write_text(json.dumps({"foo": entries}, indent=3))


def gate(run):
    run.index("good", c1_1_1="OK", c1_1_2="INFORMATIONAL/INFORMATIONAL")
    run.index("bad", c1_1_1="OK/UNCLEAN", c1_1_2="NON-STRICT")
    run.index("none")
    run(0, "gate", "good", says="Gate: passed, 2 of 2 cases fine")
    run(1, "gate", "bad", says="Gate: failed, 1 unexpected failure, 1 of 2 cases fine")
    run(0, "gate", "bad", "--fail-on", "behavior")
    run(0, "gate", "bad", "--fail-on", "strict", "--fail-on", "1.1.*=never")
    run(1, "gate", "bad", "--fail-on", "non-strict", says="wsgauntlet fuzzingclient -w URL --cases 1.1.2")
    run(3, "gate", "good", "--cases", "1.1.*", says="no result: 1.1.3 1.1.4")
    run(0, "gate", "good", "--cases", "1.1.*", "--exclude", "1.1.[345678]*")
    run(0, "gate", "good", "--cases", "1.1.*", "--allow-missing")
    run(3, "gate", "none", "--allow-missing")
    run(3, "gate", "good", "--agent", "bar", "--allow-missing")
    run(2, "gate", "nowhere", says="there is no such report folder")
    run(2, "gate", "good", "--fail-on", "x=failed")
    run(2, "gate", "good", "--update-expectations", says="--expectations FILE")


def recorded(run):
    """What run.json says must be there."""
    run.index("part", c1_1_1="OK", c1_1_2="OK")
    record = {"format": 1, "role": "fuzzingclient", "state": "finished", "started": "2026-11-20T23:55:00.107Z",
              "ended": None, "agents": [], "shards": None, "excluded": {}, "cases": ["1.1.1", "1.1.2"]}

    def write(**changes):
        (run.folder / "part" / "run.json").write_text(json.dumps({**record, **changes}))

    write()
    run(0, "gate", "part")
    write(cases=["1.1.1", "1.1.2", "5.19"])
    run(3, "gate", "part", says="no result: 5.19")
    write(cases=["1.1.1", "5.19"], excluded={"foo": ["5.19"]})
    run(0, "gate", "part")
    write(agents=["foo", "bar"])
    run(3, "gate", "part")
    write(state="running")
    run(3, "gate", "part", says="note: the run has not ended, or it was killed")
    write(state="interrupted")
    run(3, "gate", "part", says="note: the run was interrupted")
    write(state="running", role="fuzzingserver")
    run(0, "gate", "part")
    write(shards={"count": 2, "present": [1]})
    run(3, "gate", "part", says="of the 2 shards of the run 1 is not here: 2")
    write(state="over")
    run(2, "gate", "part", says="/state: expected running, interrupted or finished")


def known(run):
    run(2, "gate", "bad", "--expectations", "known.json")
    run(0, "gate", "bad", "--expectations", "known.json", "--update-expectations")
    run(0, "gate", "bad", "--expectations", "known.json", says="1 expected failure")
    run(1, "gate", "good", "--expectations", "known.json", says="known.json:5 expects it to fail")
    run(1, "gate", "bad", "--baseline", "good", says="2 regressions")
    run(0, "gate", "bad", "--baseline", "bad", says="1 known failure of the baseline")
    run(0, "gate", "good", "--baseline", "bad", says="2 better than the baseline")


def outputs(run):
    text = run(1, "gate", "bad", "--junit", "out/j.xml", "--markdown", "out/m.md", "--summary",
               "out/s.json", GITHUB_ACTIONS="true", GITHUB_STEP_SUMMARY="step.md")
    if "\n::error title=foo case 1.1.1%3A unexpected failure::OK / UNCLEAN" not in text:
        run.failures.append("no annotation in\n" + text)
    for name in ("out/j.xml", "out/m.md", "out/s.json", "step.md"):
        if "unexpected" not in (run.folder / name).read_text():
            run.failures.append(name + " says nothing")


def folders(run):
    run(0, "diff", "good", "bad", says="foo: 0 the same, 2 worse")
    run(0, "diff", "good", "bad", "--format", "html", "-o", "diff.html")
    run(2, "diff", "good", "bad", "--format", "pdf")
    run(2, "merge", "good", "-o", "merged", says="there is no such file")
    run(2, "html", "good", says="there is no such file")
    run(2, "pcap", "nowhere.json", "-o", "x.pcapng")
    run(2, "serve", "nowhere", says="there is no such report folder")


def original(run):
    """Case files without sidecars, as the original writes them."""
    index = {}
    (run.folder / "original").mkdir()
    for source in sorted((ROOT / "tests/fuzz/corpus/result_json").iterdir()):
        result = json.loads(source.read_text())
        if "opened" in result:
            continue
        name = "%s_case_%s.json" % (source.name, result["id"].replace(".", "_"))
        (run.folder / "original" / name).write_text(source.read_text())
        index.setdefault(result["agent"], {})[result["id"]] = {
            "behavior": result["behavior"], "behaviorClose": result["behaviorClose"], "duration": result["duration"],
            "remoteCloseCode": result["remoteCloseCode"], "reportfile": name}
    (run.folder / "original/index.json").write_text(json.dumps(index))
    run(1, "gate", "original", says='5.19  FAILED / UNCLEAN')
    run(0, "diff", "original", "original", says="chromium: 5 the same")
    run(0, "merge", "original", "-o", "of-original", says="7 results of 3 agents")
    run(1, "gate", "of-original", says="3 unexpected failures")
    run(0, "html", "of-original", says="7 pages and index.html")
    page = (run.folder / "of-original/approved_case_5_19.html").read_text()
    if "fragment1fragment2" not in page or "(UNCLEAN)" not in page:
        run.failures.append("the page shows less than the verdict and the events\n" + page)
    if (run.folder / "of-original/exact").exists():
        run.failures.append("sidecars appeared from nowhere")
    run(0, "pcap", "of-original/approved_case_5_19.json", "-o", "original.pcapng")


def main():
    with tempfile.TemporaryDirectory() as name:
        run = Run(pathlib.Path(name))
        for part in (gate, recorded, known, outputs, folders, original):
            part(run)
        sys.exit("\n".join(run.failures) or 0)


if __name__ == "__main__":
    main()
