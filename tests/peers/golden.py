#!/usr/bin/env python3
"""What the original said about the same peers: reading, reducing and comparing it.

usage: golden.py RESULTS OUT.json

RESULTS is a report folder (with an index.json of one agent), or a file that maps case ids to
results. OUT.json then holds every distinct outcome once, with the cases that had it.
"""
import fnmatch
import json
import pathlib
import sys
from typing import Any, NamedTuple

VERDICT = ["behavior", "behaviorClose", "remoteCloseCode"]
DETAIL = ["result", "resultClose", "closedByMe", "failedByMe", "droppedByMe", "wasClean",
          "wasNotCleanReason", "wasServerConnectionDropTimeout", "wasOpenHandshakeTimeout",
          "wasCloseHandshakeTimeout", "localCloseCode"]

Result = dict[str, Any]
Results = dict[str, Result]


class Difference(NamedTuple):
    case: str
    field: str
    golden: Any
    ours: Any

    def __str__(self) -> str:
        return f"{self.case}: {self.field}: golden {self.golden!r}, ours {self.ours!r}"


def case_key(case: str) -> list[int]:
    return [int(part) for part in case.split(".")]


def read_report(folder: pathlib.Path) -> Results:
    """The results of a report folder that holds one agent."""
    index = json.loads((folder / "index.json").read_text("utf-8"))
    if len(index) != 1:
        raise ValueError(f"{folder}/index.json: expected one agent, found {sorted(index)}")
    (rows,) = index.values()
    return {case: {**json.loads((folder / row["reportfile"]).read_text("utf-8")), **row}
            for case, row in rows.items()}


def reduce(results: Results) -> list[Result]:
    """Every distinct outcome once, with its cases."""
    groups: dict[str, list[str]] = {}
    for case in sorted(results, key=case_key):
        outcome = {field: results[case].get(field) for field in VERDICT + DETAIL}
        groups.setdefault(json.dumps(outcome), []).append(case)
    return [{**json.loads(outcome), "cases": " ".join(cases)} for outcome, cases in groups.items()]


def read_golden(path: pathlib.Path) -> Results:
    outcomes = json.loads(path.read_text("utf-8"))
    return {case: outcome for outcome in outcomes for case in outcome["cases"].split()}


def matches(patterns: str, case: str) -> bool:
    """Whether one of the blank-separated patterns (`9.*`, `12.1.3`) names the case."""
    return any(fnmatch.fnmatchcase(case, pattern) for pattern in patterns.split())


def compare(golden: Results, ours: Results, fields: list[str] = VERDICT) -> list[Difference]:
    """The differences over the cases of `ours`; a case that the golden lacks ought to pass."""
    out = []
    for case in sorted(ours, key=case_key):
        if case not in golden:
            out += unexpected_failure(case, ours[case])
            continue
        for field in fields:
            want, got = golden[case].get(field), ours[case].get(field)
            if want != got:
                out.append(Difference(case, field, want, got))
    return out


def unexpected_failure(case: str, result: Result) -> list[Difference]:
    good = {"behavior": ["OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED"],
            "behaviorClose": ["OK", "INFORMATIONAL"]}
    return [Difference(case, field, "OK", result[field])
            for field, words in good.items() if result[field] not in words]


def judge(differences: list[Difference], deviations: list[dict[str, Any]], ran: set[str]
          ) -> tuple[list[Difference], list[dict[str, Any]]]:
    """The differences that no deviation explains, and the deviations that explained nothing.

    A deviation may be unused when none of its cases ran, or when it only happens `sometimes`.
    """
    used: list[int] = []
    unexplained = []
    for difference in differences:
        found = [i for i, d in enumerate(deviations) if explains(d, difference)]
        used += found
        if not found:
            unexplained.append(difference)
    unused = [d for i, d in enumerate(deviations)
              if i not in used and not d.get("sometimes") and any(matches(d["cases"], c) for c in ran)]
    return unexplained, unused


def explains(deviation: dict[str, Any], difference: Difference) -> bool:
    return (matches(deviation["cases"], difference.case) and deviation["field"] == difference.field
            and difference.ours in deviation["ours"])


def main() -> int:
    if len(sys.argv) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    source = pathlib.Path(sys.argv[1])
    results = read_report(source) if source.is_dir() else json.loads(source.read_text("utf-8"))
    rows = ",\n".join(json.dumps(outcome) for outcome in reduce(results))
    pathlib.Path(sys.argv[2]).write_text(f"[\n{rows}\n]\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
