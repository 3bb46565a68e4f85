#!/usr/bin/env python3
"""What a hostile peer says harms no report, no console and no file outside the folder.

usage: test_hostile_texts.py PROGRAM
"""
import base64
import html.parser
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import urllib.parse
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = os.path.abspath(sys.argv[1])
sys.path.insert(0, str(HERE))
import hostile_peer  # noqa: E402

CASES = "1.1.1,1.1.2,2.1,2.2,5.1,5.19,7.1.1,7.5.1"
problems: list[str] = []


def check(fine: bool, what: str) -> None:
    if not fine:
        problems.append(what)


class Page(html.parser.HTMLParser):
    """Notes what a page could do."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: dict[str, int] = {}
        self.handlers: set[str] = set()
        self.urls: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] = self.tags.get(tag, 0) + 1
        for name, value in attrs:
            if name.startswith("on"):
                self.handlers.add(f"{name}={value}")
            if name in ("href", "src", "action", "formaction", "data"):
                self.urls.add(value or "")


def check_console(name: str, octets: bytes) -> None:
    bad = re.findall(rb"[\x00-\x08\x0b-\x1f\x7f]|\xc2[\x80-\x9f]", octets.replace(b"\r\n", b"\n"))
    check(not bad, f"{name}: control characters {bad[:5]}")
    try:
        octets.decode("utf-8")
    except UnicodeDecodeError as error:
        problems.append(f"{name}: {error}")
    for line in octets.splitlines():
        command = line.lstrip().startswith(b"::") or b"##[" in line
        ours = re.match(rb"::(error|warning|notice) title=[^:,]+::", line)
        check(not command or bool(ours), f"{name}: a command: {line[:100]!r}")


def check_page(path: pathlib.Path) -> None:
    page = Page(path.read_text("utf-8"))
    check(page.tags.get("script") == 2, f"{path.name}: {page.tags.get('script')} scripts")
    check(not {"img", "iframe", "object", "embed", "base", "form"} & set(page.tags), f"{path.name}: {set(page.tags)}")
    check(page.handlers <= {"onclick=toggleClose()"}, f"{path.name}: {page.handlers}")
    fine = re.compile(r"https://(www\.rfc-editor\.org|github\.com)/|#|data:,|[a-z0-9_]+\.html(#failure-(before|after):[a-z0-9_]+\.html)?$")
    check(all(fine.match(url) for url in page.urls), f"{path.name}: {page.urls}")


def check_folder(folder: pathlib.Path) -> list[str]:
    agents = list(json.loads((folder / "index.json").read_text("utf-8")))
    plain = re.compile(r"(index\.(html|json)|run\.json|exact|[a-z0-9_]*_case_[0-9_]+\.(html|json))$")
    for path in folder.rglob("*"):
        check(bool(plain.match(path.name)), f"a file named {path.name!r}")
        check(not path.is_symlink(), f"{path.name} is a link")
        if path.suffix == ".html":
            check_page(path)
        elif path.suffix == ".json":
            text = path.read_bytes()
            json.loads(text.decode("utf-8"))
            check(not re.search(rb"[\x00-\x08\x0b-\x1f\x7f]", text), f"{path.name}: control characters")
    return agents


def check_outputs(folder: pathlib.Path) -> None:
    tree = xml.etree.ElementTree.parse(folder / "junit.xml")
    check(len(tree.findall(".//testcase")) >= 8, "junit.xml lacks cases")
    if shutil.which("xmllint"):
        schema = HERE.parents[1] / "docs" / "schema" / "junit.xsd"
        done = subprocess.run(["xmllint", "--noout", "--schema", schema, folder / "junit.xml"], capture_output=True)
        check(done.returncode == 0, f"junit.xml: {done.stderr.decode(errors='replace')[:300]}")
    summary = json.loads((folder / "summary.json").read_text("utf-8"))
    check(bool(summary), "summary.json is empty")
    for name in ("summary.md", "step.md", "annotations.md"):
        if (folder / name).exists():
            text = (folder / name).read_text("utf-8")
            check(not re.search(r"<(script|img|b onclick)", text), f"{name} holds markup")
            check("](javascript:" not in re.sub(r"\\.", "", text), f"{name} holds a link")
            check(not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), f"{name} holds control characters")


def run(cwd: pathlib.Path, *arguments: str) -> None:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GITHUB_")}
    environment |= {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(cwd / "step.md")}
    done = subprocess.run([PROGRAM, *arguments], cwd=cwd, env=environment, capture_output=True, timeout=120)
    name = " ".join(arguments[:2])
    check(done.returncode in (0, 1), f"{name}: status {done.returncode}\n{done.stderr.decode(errors='replace')}")
    check_console(f"{name} stdout", done.stdout)
    check_console(f"{name} stderr", done.stderr)


def render_again(cwd: pathlib.Path, folder: str) -> None:
    outputs = ["--junit", "junit.xml", "--markdown", "summary.md", "--summary", "summary.json"]
    run(cwd, "report", "gate", folder, *outputs, "--expectations", "known.json", "--update-expectations")
    run(cwd, "report", "gate", folder, *outputs)
    check_outputs(cwd)
    run(cwd, "report", "merge", folder, "-o", "merged")
    run(cwd, "report", "html", "merged")
    for form in ("console", "markdown", "html"):
        run(cwd, "report", "diff", folder, "merged", "--format", form)
    check_folder(cwd / "merged")
    check_folder(cwd / folder)


def server(cwd: pathlib.Path) -> None:
    """The fuzzing client against a hostile server."""
    peer = f"{sys.executable} {HERE / 'hostile_peer.py'} {{port}}"
    run(cwd, "fuzzingclient", "--start", peer, "-w", "ws://127.0.0.1:0", "--cases", CASES, "--outdir", "servers",
        "--junit", "junit.xml", "--markdown", "summary.md", "--summary", "summary.json")
    agents = check_folder(cwd / "servers")
    check(len(agents) == 1 and "<script>" in agents[0], f"agents {agents}")
    check_outputs(cwd)
    render_again(cwd, "servers")


def client(cwd: pathlib.Path) -> None:
    """A hostile client at the fuzzing server: its name and its close reason."""
    program = subprocess.Popen(
        [PROGRAM, "fuzzingserver", "-w", "ws://127.0.0.1:0", "-u", "0", "--outdir", "clients", "--cases", CASES],
        cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    printed = []
    try:
        while not (found := re.match(rb"Listening on ws://127.0.0.1:(\d+)", printed[-1] if printed else b"")):
            printed.append(program.stdout.readline())
            if not printed[-1]:
                raise RuntimeError(f"the server has ended: {printed}")
        for number in range(1, 9):
            knock(int(found[1]), number)
        knock(int(found[1]), None)
    finally:
        program.terminate()
        printed.append(program.stdout.read())
        program.wait()
    check_console("fuzzingserver", b"".join(printed))
    agents = check_folder(cwd / "clients")
    check(len(agents) == 1 and "<script>" in agents[0], f"agents {agents}")
    render_again(cwd, "clients")


def knock(port: int, number: int | None) -> None:
    agent = urllib.parse.quote_from_bytes(hostile_peer.NAME)
    path = "/updateReports" if number is None else "/runCase"
    target = f"{path}?{'' if number is None else f'case={number}&'}agent={agent}"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.settimeout(20)
        key = base64.b64encode(os.urandom(16))
        connection.sendall(
            b"GET " + target.encode() + b" HTTP/1.1\r\nHost: " + hostile_peer.MARKUP.replace(b":", b"") +
            b"\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: " +
            key + b"\r\nUser-Agent: " + hostile_peer.NAME + b"\r\n\r\n")
        reason = b"\x0f\xa0" + hostile_peer.REASON
        octets = hostile_peer.frame(1, hostile_peer.TEXT[:120]) + hostile_peer.frame(8, reason)
        connection.recv(65536)
        try:
            for unmasked in (octets[:2 + 120], octets[2 + 120:]):
                head, payload = unmasked[:2], unmasked[2:]
                connection.sendall(bytes([head[0], head[1] | 0x80]) + bytes(4) + payload)
            while connection.recv(65536):
                pass
        except OSError:
            pass


def inputs(cwd: pathlib.Path) -> None:
    """Keys of files that a peer may have written, in the messages about them."""
    (cwd / "known.json").write_text(json.dumps({"format": 1, "agents": {"\x1b[31m\n::error::x": [{"cases": 5}]}}))
    done = subprocess.run([PROGRAM, "report", "gate", "servers", "--expectations", "known.json"], cwd=cwd,
                          capture_output=True)
    check(done.returncode == 2, f"status {done.returncode} for a broken file")
    check_console("a broken file", done.stderr)


def main() -> int:
    with tempfile.TemporaryDirectory() as name:
        outside = pathlib.Path(name)
        inside = outside / "a" / "b" / "c"
        inside.mkdir(parents=True)
        for part in (server, client, inputs):
            part(inside)
        check([path.name for path in outside.iterdir()] == ["a"], "files outside")
        check([path.name for path in (outside / "a").iterdir()] == ["b"], "files outside")
    check(not pathlib.Path("/tmp/hostile_peer").exists(), "/tmp/hostile_peer was made")
    print("\n".join(problems[:40]) or "no harm done")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
