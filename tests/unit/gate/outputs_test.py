#!/usr/bin/env python3
"""Reads the approved outputs as the programs do that they are written for.

summary.json and junit.xml are given to their schemas; that of JUnit is what the readers of Jenkins,
GitLab and GitHub actions have in common.
Exit status 77: python3-jsonschema or xmllint is missing.
"""

import json
import pathlib
import shutil
import subprocess
import sys
import xml.etree.ElementTree

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

if not shutil.which("xmllint"):
    print("skipped: xmllint is not installed")
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent
APPROVED = HERE / "approved"
DOCS = HERE.parents[2] / "docs"

def junit_problems(path):
    done = subprocess.run(["xmllint", "--noout", "--schema", str(DOCS / "schema" / "junit.xsd"), str(path)],
                          capture_output=True, text=True, check=False)
    if done.returncode != 0:
        yield done.stderr


def count_problems(root):
    """The totals are those of the elements, which Jenkins counts and GitLab reads."""
    for suite in [root] + root.findall("testsuite"):
        cases = list(suite.iter("testcase"))
        for attribute, tag in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            real = sum(case.find(tag) is not None for case in cases)
            if suite.get(attribute) not in (None, str(real)):
                yield "%s: %s=%s, but %d" % (suite.tag, attribute, suite.get(attribute), real)
        if suite.get("tests") != str(len(cases)):
            yield "%s: tests=%s, but %d" % (suite.tag, suite.get("tests"), len(cases))


def summary_problems():
    schema = json.loads((DOCS / "schema" / "summary.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for path in [APPROVED / "summary.json"] + [pathlib.Path(name) for name in sys.argv[1:]]:
        for error in validator.iter_errors(json.loads(path.read_text(encoding="utf-8"))):
            yield "%s: %s %s" % (path.name, error.json_path, error.message[:200])


def main():
    root = xml.etree.ElementTree.parse(APPROVED / "junit.xml").getroot()
    problems = list(junit_problems(APPROVED / "junit.xml")) + list(count_problems(root)) + list(summary_problems())
    sys.exit("\n".join(problems) or 0)


if __name__ == "__main__":
    main()
