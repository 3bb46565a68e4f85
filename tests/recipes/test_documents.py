#!/usr/bin/env python3
"""Every command of README.md and docs/*.md works as it is written.

usage: test_documents.py PROGRAM [TEST...]

Runs the blocks of shell commands (```sh) of each document, one after another in a folder of its own.
Comments before a block say what it needs: docs/CONTRIBUTING.md, "Documents". Runs have few cases, and
the ports of the documents are replaced by free ones.
"""
import dataclasses
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
sys.path.insert(0, str(ROOT / "tests/peers"))
from processes import Process  # noqa: E402

PROGRAM = os.path.abspath(sys.argv[1])
DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
LIMIT = 60  # seconds for a block

# Stands in PATH for the program: documents run all cases, which would take minutes.
FEW_CASES = """#!/bin/sh
case "$1 $*" in
  fuzzing*' --cases '* | fuzzing*' -s '*) exec {program} "$@" ;;
  fuzzingclient*) exec {program} "$@" --cases '1.1.*' '22.1.1*' ;;
  fuzzingserver*) exec {program} "$@" --cases '1.1.*' --webport {web} ;;
  *) exec {program} "$@" ;;
esac
"""
# Stands for the server and the client of the reader.
NODE = """#!/bin/sh
case $1 in
  server.js) exec {program} testeeserver -w "ws://127.0.0.1:$2" ;;
  client.js) exec {program} testeeclient -w "$2" ;;
  *) exit 127 ;;
esac
"""


@dataclasses.dataclass
class Block:
    line: int
    language: str
    text: str
    marks: dict[str, str]


def blocks(path: pathlib.Path) -> list[Block]:
    """The fenced blocks of a document, with the comments right before them."""
    found: list[Block] = []
    marks: dict[str, str] = {}
    inside: Block | None = None
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if inside and line.strip() == "```":
            found.append(inside)
            inside = None
        elif inside:
            inside.text += line + "\n"
        elif fence := re.match(r"```(\w*)$", line):
            inside, marks = Block(number, fence[1], "", marks), {}
        elif mark := re.match(r"<!-- ([a-z ]+): (.*) -->$", line):
            marks[mark[1]] = mark[2]
        else:
            marks = {}
    return found


def outside_of_blocks(path: pathlib.Path) -> list[tuple[int, str]]:
    fenced = False
    lines = []
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        if line.startswith("```"):
            fenced = not fenced
        elif not fenced:
            lines.append((number, line))
    return lines


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return probe.getsockname()[1]


def flags_of(command: str) -> set[str]:
    page = subprocess.run([PROGRAM, "reference", command], capture_output=True, text=True, check=True).stdout
    return {name for names in re.findall(r"^\| `([^`]+)`", page, re.MULTILINE) for name in names.split(",")}


class Documents(unittest.TestCase):
    def setUp(self) -> None:
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="documents-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.ports = {"9001": free_port(), "8080": free_port()}
        self.bin = self.folder / "bin"
        self.work = self.folder / "work"
        self.bin.mkdir()
        self.work.mkdir()
        for name, script in (("wsgauntlet", FEW_CASES), ("wstest", FEW_CASES), ("node", NODE)):
            (self.bin / name).write_text(script.format(program=PROGRAM, web=self.ports["8080"]))
            (self.bin / name).chmod(0o755)
        self.environment = {name: value for name, value in os.environ.items() if not name.startswith("GITHUB_")}
        self.environment |= {"PATH": f"{self.bin}:{os.environ['PATH']}", "TOKEN": "abc"}

    def prepare(self) -> None:
        """The files that a reader has: specs, a case, reports of earlier runs."""
        for document in DOCUMENTS:
            for block in blocks(document):
                if "file" in block.marks:
                    path = self.work / block.marks["file"]
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(block.text)
        server = {"agent": "x", "url": f"ws://127.0.0.1:{self.ports['9001']}"}
        few = {"cases": ["1.1.*", "5.19"], "outdir": "./reports/servers"}
        (self.work / "fuzzingclient.json").write_text(json.dumps({**few, "servers": [server]}))
        (self.work / "fuzzingserver.json").write_text(json.dumps({**few, "url": server["url"]}))
        (self.work / "known.json").write_text(json.dumps({"format": 1, "agents": {}}))
        start = f"{PROGRAM} testeeserver -w {server['url']}"
        subprocess.run([PROGRAM, "fuzzingclient", "-s", "fuzzingclient.json", "--outdir", "before", "--start", start],
                       cwd=self.work, env=self.environment, capture_output=True, timeout=LIMIT, check=True)
        for copy in ("after", "reports", "reports/servers", "shard-1/reports", "shard-2/reports"):
            shutil.copytree(self.work / "before", self.work / copy)

    def localized(self, text: str) -> str:
        return re.sub(r"\b(9001|8080)\b", lambda port: str(self.ports[port[1]]), text)

    def run_block(self, block: Block) -> None:
        log = self.folder / f"{block.line}.log"
        command = ["bash", "-e", "-o", "pipefail", "-c", self.localized(block.text)]
        if until := block.marks.get("run until"):
            with Process(command, log, self.work, self.environment) as process:
                process.wait_for_line(f".*{re.escape(until)}.*", LIMIT)
            return
        status = int(block.marks.get("run", "exits with 0").removeprefix("exits with "))
        done = subprocess.run(command, cwd=self.work, env=self.environment, capture_output=True, text=True,
                              timeout=LIMIT)
        self.assertEqual(done.returncode, status, f"{block.text}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")

    def check(self, block: Block) -> None:
        if server := block.marks.get("run with"):
            log = self.folder / f"{block.line}.server.log"
            with Process(["bash", "-c", "exec " + self.localized(server)], log, self.work, self.environment) as process:
                process.wait_for_line(".*Listening on .*")
                self.run_block(block)
        else:
            self.run_block(block)

    def test_commands(self) -> None:
        ran = 0
        self.prepare()
        for document in DOCUMENTS:
            for block in blocks(document):
                if block.language != "sh" or "not run" in block.marks:
                    continue
                with self.subTest(f"{document.name}:{block.line}"):
                    self.check(block)
                ran += 1
        self.assertGreater(ran, 15)

    def test_comments_are_known(self) -> None:
        known = {"sh": {"not run", "run with", "run until", "run"}, "json": {"file"}, "yaml": set()}
        for document in DOCUMENTS:
            for block in blocks(document):
                with self.subTest(f"{document.name}:{block.line}"):
                    self.assertIn(block.language, known)
                    self.assertLessEqual(set(block.marks), known[block.language])
                    self.assertTrue(all(block.marks.values()))

    def test_no_command_is_outside_of_the_blocks(self) -> None:
        command = re.compile(r" {4,}(\$ )?(wsgauntlet|wstest|scripts/|tests/|ctest|cmake|docker|node|python3) ?\S")
        for document in DOCUMENTS:
            for number, line in outside_of_blocks(document):
                self.assertIsNone(command.match(line), f"{document.name}:{number}: {line}")

    def test_flags_in_the_text_exist(self) -> None:
        commands = {name: flags_of(name) for name in subprocess.run(
            [PROGRAM, "reference"], capture_output=True, text=True, check=True).stdout.split()}
        scripts = [path for folder in ("scripts", ".ci", "tests/peers", "tests/fuzz") for path in (ROOT / folder).rglob("*")
                   if path.is_file() and path.suffix in ("", ".py", ".sh")]
        others = {flag for path in scripts for flag in re.findall(r"--[a-z-]+", path.read_text("utf-8", "replace"))}
        others |= {"--version", "--mode", "--autobahnversion"}
        for document in DOCUMENTS:
            for number, line in outside_of_blocks(document):
                for span in re.findall(r"`([^`]+)`", line):
                    words = re.findall(r"[^\s'\"=\[]+", span)
                    mode = next((word for word in words if word in commands), None)
                    known = commands[mode] if mode and words[0] == "wsgauntlet" else set().union(others, *commands.values())
                    for word in words:
                        if re.fullmatch(r"--[a-z][a-z-]+", word) and word not in known | {"--help"}:
                            self.fail(f"{document.name}:{number}: there is no flag {word}")


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], *sys.argv[2:]])
