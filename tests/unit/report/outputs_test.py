#!/usr/bin/env python3
"""Reads the approved outputs as the programs do that they are written for.

summary.json is given to its schema, junit.xml is checked against what the JUnit schemas of Jenkins,
GitLab and GitHub actions have in common.
Exit status 77: python3-jsonschema is missing.
"""

import json
import pathlib
import sys
import xml.etree.ElementTree

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent
APPROVED = HERE / "approved"
DOCS = HERE.parents[2] / "docs"

# Element: attributes it must have, attributes it may have, children.
JUNIT = {
    "testsuites": ({"name", "tests", "failures", "errors", "time"}, set(), {"testsuite"}),
    "testsuite": (
        {"name", "tests", "failures", "errors", "skipped", "time"},
        {"timestamp", "hostname", "id", "package"},
        {"testcase"},
    ),
    "testcase": ({"classname", "name", "time"}, set(), {"failure", "error", "skipped"}),
    "failure": ({"message", "type"}, set(), set()),
    "error": ({"message", "type"}, set(), set()),
    "skipped": ({"message"}, set(), set()),
}


def junit_problems(root):
    for element in root.iter():
        must, may, children = JUNIT[element.tag]
        names = set(element.attrib)
        if not must <= names <= must | may:
            yield "%s has the attributes %s" % (element.tag, sorted(names))
        if not {child.tag for child in element} <= children:
            yield "%s has the children %s" % (element.tag, [child.tag for child in element])
        if element.tag == "testcase" and len(element) > 1:
            yield "a testcase with more than one outcome"


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
    problems = list(junit_problems(root)) + list(count_problems(root)) + list(summary_problems())
    sys.exit("\n".join(problems) or 0)


if __name__ == "__main__":
    main()
