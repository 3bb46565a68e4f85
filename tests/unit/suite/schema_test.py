#!/usr/bin/env python3
"""Gives the samples and the built-in cases to the JSON Schema of case files.

samples_test.cpp gives the same files to the program: the two readers of the format agree on them,
but for samples/bad-beyond-schema, which hold what a schema cannot express.
Exit status 77: python3-jsonschema is missing.
"""

import json
import pathlib
import sys

try:
    import jsonschema
except ImportError:
    print("skipped: python3-jsonschema is not installed")
    sys.exit(77)

HERE = pathlib.Path(__file__).resolve().parent
CASES = HERE.parents[2] / "cases"


def main():
    schema = json.loads((CASES / "schema" / "cases.schema.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    good = sorted((HERE / "samples" / "good").glob("*.json"))
    bad = sorted((HERE / "samples" / "bad").glob("*.json"))
    built_in = sorted((CASES / "autobahn").glob("*.json")) + sorted((CASES / "rfc").glob("*.json"))
    assert good and bad and built_in
    failures = []
    for path in good + built_in:
        for error in validator.iter_errors(json.loads(path.read_text(encoding="utf-8"))):
            failures.append("%s: refused: %s %s" % (path, error.json_path, error.message[:200]))
    for path in bad:
        document = json.loads(path.read_text(encoding="utf-8"))
        if validator.is_valid(document):
            failures.append("%s: accepted" % path)
        failures += accepted_parts(validator, document, path)
    sys.exit("\n".join(failures) or 0)


def accepted_parts(validator, document, path):
    """Each case of a bad sample is bad: alone with the head of its file it is refused too."""
    if not isinstance(document, dict) or path.stem in ("unknown-keys", "category"):
        return
    for index, case in enumerate(document.get("cases", [])):
        if validator.is_valid({**document, "cases": [case]}):
            yield "%s: case %d accepted" % (path, index)


if __name__ == "__main__":
    main()
