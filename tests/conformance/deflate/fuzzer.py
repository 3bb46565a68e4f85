"""Runs wsgauntlet in both roles against peers that are made here."""
import json
import os
import pathlib
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(ROOT / "tests/peers"))

import codec  # noqa: E402
import peer  # noqa: E402
from echo import EchoPeer, Reply  # noqa: E402
from processes import Process, wait_for_end  # noqa: E402

TOOL = pathlib.Path(os.environ.get("WSGAUNTLET", ROOT / "build/release/wsgauntlet")).resolve()
SECONDS = 240.0  # sanitizers and busy machines take their time
Json = dict[str, Any]


@dataclass
class Conversation:
    """One case on one connection, and what the fuzzer said about it."""

    request: str = ""
    response: str = ""
    peer: EchoPeer | None = None
    result: Json = field(default_factory=dict)
    peak_memory: int = 0  # octets, of the fuzzer when it closed


def peak_memory(pid: int) -> int:
    for line in pathlib.Path(f"/proc/{pid}/status").read_text("utf-8").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024
    raise ValueError(f"no VmHWM of process {pid}")


class Folder:
    """A scratch folder with a spec file and the reports."""

    def __init__(self, cases: list[str], **spec: Any) -> None:
        self.scratch = tempfile.TemporaryDirectory(prefix="wsgauntlet-deflate-")
        self.path = pathlib.Path(self.scratch.name)
        self.out = self.path / "reports"
        self.spec = self.path / "spec.json"
        self.spec.write_text(json.dumps({"outdir": str(self.out), "cases": cases, **spec}), "utf-8")

    def start(self, role: str, *flags: str) -> Process:
        return Process([str(TOOL), role, "-s", str(self.spec), *flags], self.path / "log", self.path)

    def result(self, agent: str, case: str, seconds: float = 0) -> Json:
        path = self.out / f"{agent}_case_{case.replace('.', '_')}.json"
        end = time.monotonic() + seconds
        while not path.exists() and time.monotonic() < end:
            time.sleep(0.01)
        return json.loads(path.read_text("utf-8"))


def fuzz_server(cases: list[str], extensions: str | None | Callable[[str], str | None],
                reply: Reply | None = None, flags: tuple[str, ...] = (), options: Json | None = None,
                keep: Callable[[Folder], None] = lambda folder: None) -> dict[str, Conversation]:
    """The fuzzing client against a server of ours that answers with `extensions` (or what that
    gives for a case). The cases stand in the order of their ids; they run one after another."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(SECONDS)
    url = f"ws://127.0.0.1:{listener.getsockname()[1]}"
    folder = Folder(cases, servers=[{"agent": "peer", "url": url}], options=options or {})
    talks = {case: Conversation() for case in cases}
    errors: list[BaseException] = []

    def serve(tool: Process) -> None:
        try:
            for case, talk in talks.items():
                stream, _ = listener.accept()
                stream.settimeout(SECONDS)
                answer = extensions(case) if callable(extensions) else extensions
                connection = peer.Connection(stream, is_client=False)
                talk.request = connection.accept(answer)
                talk.response = connection.response
                talk.peer = EchoPeer(connection, codec.Parameters.parse(answer), reply)
                talk.peer.on_close = lambda: setattr(talk, "peak_memory", peak_memory(tool.child.pid))
                talk.peer.run()
        except BaseException as error:  # the test shall tell it
            errors.append(error)

    with folder.scratch, listener:
        with folder.start("fuzzingclient", "-j", "1", "--connect-retry", "0", *flags) as tool:
            thread = threading.Thread(target=serve, args=(tool,))
            thread.start()
            wait_for_end(tool, SECONDS)
            thread.join(SECONDS)
        if errors:
            raise errors[0]
        for case, talk in talks.items():
            talk.result = folder.result("peer", case)
        keep(folder)
    return talks


class FuzzingServer:
    """The fuzzing server; each case that a client of ours runs has an agent of its own."""

    def __init__(self, cases: list[str], flags: tuple[str, ...] = (), options: Json | None = None) -> None:
        self.folder = Folder(cases, url="ws://127.0.0.1:0", options=options or {})
        self.flags = flags
        self.agents = 0

    def __enter__(self) -> "FuzzingServer":
        self.tool = self.folder.start("fuzzingserver", "-u", "0", *self.flags)
        self.port = int(self.tool.wait_for_line(r"Listening on ws://127\.0\.0\.1:(\d+)")[1])
        return self

    def __exit__(self, *_: object) -> None:
        self.tool.stop()
        self.folder.scratch.cleanup()

    def connect(self, case: str, agent: str, offers: list[str]) -> tuple[peer.Connection, str]:
        stream = socket.create_connection(("127.0.0.1", self.port), SECONDS)
        connection = peer.Connection(stream, is_client=True)
        answer = connection.ask(f"/runCase?casetuple={case}&agent={agent}", self.port, offers)
        return connection, answer

    def run(self, case: str, offer: str | None, reply: Reply | None = None) -> Conversation:
        self.agents += 1
        agent = f"peer{self.agents}"
        connection, response = self.connect(case, agent, [offer] if offer else [])
        answer = peer.header(response, "Sec-WebSocket-Extensions")
        talk = Conversation(connection.request, response)
        talk.peer = EchoPeer(connection, codec.Parameters.parse(answer), reply)
        talk.peer.on_close = lambda: setattr(talk, "peak_memory", peak_memory(self.tool.child.pid))
        talk.peer.run()
        talk.result = self.folder.result(agent, case, SECONDS)
        return talk
