#!/usr/bin/env python3
"""Rules about the source tree that no compiler checks.

usage: checks.py CHECK ROOT      (`checks.py list` names the checks)

Prints PATH:LINE: what is wrong, and ends with status 1 when there was anything.
"""
import json
import pathlib
import re
import sys
from collections.abc import Callable, Iterator

from cpp import full_expressions, local_names, string_literals

Finding = tuple[pathlib.Path, int, str]

# What each layer may include, beside itself: docs/design.md. A file stands for that file alone.
LAYERS = {
    "base": [],
    "suite": ["base"],
    "websocket": ["base"],
    "play": ["suite", "websocket", "base"],
    "net": ["websocket", "base"],
    # The result of a case, and what a result is made of.
    "report": ["play/result.hpp", "play/wire_log.hpp", "websocket/closing.hpp", "suite", "base"],
    "gate": ["report", "play/result.hpp", "suite", "base"],
    "mutants": ["websocket", "base"],
    "web": ["net", "report", "websocket", "suite", "base"],
    "roles": ["web", "mutants", "net", "report", "play", "websocket", "suite", "base"],
    "cli": ["roles", "web", "mutants", "gate", "net", "report", "play", "websocket", "suite", "base"],
}
# Rooms of a layer that do not know each other: nothing that was written is read to make a page.
APART = {"report": ["report/pages", "report/store"], "report/pages": ["report/store"]}
LONGEST_FILE = 450
CODE = (".cpp", ".hpp", ".py", ".js", ".go", ".cmake", ".css", "")
TEXT = (*CODE, ".txt", ".md", ".json", ".html", ".yml", ".yaml")
# Folders that are not ours to format: outputs, and data whose every octet matters.
OUTSIDE = {"build", "reports", "node_modules", "__pycache__", ".git", "data", "corpus", "golden", "approved"}


def files(root: pathlib.Path, folders: list[str], suffixes: tuple[str, ...]) -> Iterator[pathlib.Path]:
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root).parts
            if path.is_file() and path.suffix in suffixes and not OUTSIDE & set(inside):
                yield path


def source(root: pathlib.Path) -> Iterator[pathlib.Path]:
    return files(root, ["src"], (".cpp", ".hpp"))


def everything(root: pathlib.Path, suffixes: tuple[str, ...]) -> Iterator[pathlib.Path]:
    folders = [path.name for path in sorted(root.iterdir()) if path.is_dir() and path.name not in OUTSIDE]
    yield from (path for path in sorted(root.iterdir()) if path.is_file() and path.suffix in suffixes)
    yield from files(root, folders, suffixes)


def matching_lines(paths: Iterator[pathlib.Path], pattern: str) -> Iterator[tuple[pathlib.Path, int, re.Match]]:
    for path in paths:
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if found := re.search(pattern, line):
                yield path, number, found


def layers(root: pathlib.Path) -> Iterator[Finding]:
    """A layer includes only the layers below it."""
    for path, line, found in matching_lines(source(root), r'^\s*#\s*include\s+"([^"]+)"'):
        layer, target = path.relative_to(root / "src").parts[0], found[1]
        if "/" not in target:
            yield path, line, f'"{target}": an include names its folder, as in "base/hex.hpp"'
        elif layer in LAYERS and not allowed(layer, target):
            yield path, line, f'src/{layer} must not include "{target}"'
        else:
            room = str(path.relative_to(root / "src").parent)
            if any(target.startswith(f"{other}/") for other in APART.get(room, [])):
                yield path, line, f'src/{room} must not include "{target}"'


def allowed(layer: str, target: str) -> bool:
    folder = target.split("/")[0]
    known = folder in LAYERS
    return not known or folder == layer or folder in LAYERS[layer] or target in LAYERS[layer]


def asio(root: pathlib.Path) -> Iterator[Finding]:
    """Only src/net includes Asio, and nothing below it names it."""
    for path, line, found in matching_lines(source(root), r'#\s*include\s+[<"](boost/)?asio[./]|\basio::'):
        layer = path.relative_to(root / "src").parts[0]
        if layer in ("net", "roles", "cli") and "include" not in found[0]:
            continue
        if layer != "net":
            yield path, line, f"src/{layer} must not know Asio, only src/net does"


def case_ids(root: pathlib.Path) -> Iterator[Finding]:
    """No C++ knows a case: neither an id nor a pattern of ids is a string literal."""
    facts = json.loads((root / "tests/conformance/case-facts.json").read_text("utf-8"))
    known = {case["id"] for case in facts}
    for path in source(root):
        for line, text in string_literals(path.read_text("utf-8")):
            ids = re.split(r"[ ,]+", text.strip())
            if all(one in known or re.fullmatch(r"([1-9]|1[0-3])\.(\d+\.)?\*", one) for one in ids):
                yield path, line, f'"{text}" is a case id: what is special about a case belongs into cases/'


def file_length(root: pathlib.Path) -> Iterator[Finding]:
    """No file of code is longer than a person reads at a stretch."""
    for path in everything(root, CODE):
        count = path.read_bytes().count(b"\n")
        if count > LONGEST_FILE:
            yield path, count, f"{count} lines, at most {LONGEST_FILE}: split it"


def co_await(root: pathlib.Path) -> Iterator[Finding]:
    """g++ 12 destroys some temporaries twice that live in a statement with co_await."""
    hazards = {
        r"(?:^|[(,=\s])\[[^\]\s][^\]]*\]": "a lambda with captures",
        r"[\w>]\{|[(,]\s*\{": "a braced temporary",
        r"\?": "a conditional expression",
    }
    for path in source(root):
        for line, text in full_expressions(path.read_text("utf-8")):
            if not re.search(r"\bco_await\b", text):
                continue
            text = re.sub(r"\bauto\s*[&]{0,2}\s*\[[^\]]*\]", "auto it", text)
            for pattern, what in hazards.items():
                if re.search(pattern, text):
                    yield path, line, f"{what} in a statement with co_await: name it in a statement before"


def file_names(root: pathlib.Path) -> Iterator[Finding]:
    """A name of an anonymous namespace stands in one file of its folder: release builds join files."""
    known: dict[tuple[pathlib.Path, str], tuple[pathlib.Path, str]] = {}
    for path in files(root, ["src"], (".cpp",)):
        for line, name, declaration in local_names(path.read_text("utf-8")):
            other, first = known.setdefault((path.parent, name), (path, declaration))
            same_alias = first == declaration and declaration.startswith(("using ", "namespace "))
            if other != path and not same_alias:
                yield path, line, f"{name} is also a name of {other.name}, which may be compiled together with this"


def leftovers(root: pathlib.Path) -> Iterator[Finding]:
    """Nothing unfinished, and no path of one person's machine."""
    words = "|".join(["TO" + "DO", "FIX" + "ME", "X" + "XX", "HA" + "CK"])
    for path, line, found in matching_lines(everything(root, TEXT), rf"\b({words})\b"):
        yield path, line, f"leftover: {found[0]}"
    homes = r"(?<![\w.:/-])/(home|root|work|Users)/[\w.]+"
    for path, line, found in matching_lines(everything(root, TEXT), homes):
        if path.suffix != ".json":
            yield path, line, f"a path of one machine: {found[0]}"


def tidy_text(root: pathlib.Path) -> Iterator[Finding]:
    """UTF-8, LF, a final newline, no blanks at line ends, no tabs in C++."""
    for path in everything(root, (*CODE, ".md")):
        text = path.read_bytes()
        if b"\r" in text:
            yield path, text[: text.index(b"\r")].count(b"\n") + 1, "carriage return"
        if text and not text.endswith(b"\n"):
            yield path, text.count(b"\n") + 1, "no newline at the end"
        for number, line in enumerate(text.split(b"\n"), 1):
            if line.endswith((b" ", b"\t")) and path.suffix != ".md":
                yield path, number, "blank at the end of the line"
            if b"\t" in line and path.suffix in (".cpp", ".hpp"):
                yield path, number, "tab"


CHECKS: dict[str, Callable[[pathlib.Path], Iterator[Finding]]] = {
    "layers": layers,
    "asio": asio,
    "case_ids": case_ids,
    "file_length": file_length,
    "co_await": co_await,
    "file_names": file_names,
    "leftovers": leftovers,
    "tidy_text": tidy_text,
}


def main() -> int:
    if sys.argv[1:] == ["list"]:
        print("\n".join(f"{name}: {check.__doc__}" for name, check in CHECKS.items()))
        return 0
    if len(sys.argv) != 3 or sys.argv[1] not in CHECKS:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(sys.argv[2]).resolve()
    findings = list(CHECKS[sys.argv[1]](root))
    for path, line, text in findings:
        print(f"{path.relative_to(root)}:{line}: {text}")
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
