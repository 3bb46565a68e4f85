"""Hostile servers and clients in threads of this process."""
import contextlib
import pathlib
import socket
import threading
import time
import urllib.parse

from processes import Process, wait_for_end

from link import PATIENCE, Gone, Link
from tricks import Trick

PEERS = pathlib.Path(__file__).resolve().parent.parent


class Attack:
    """What servers and clients share: connections in threads, and what they complain of."""

    def __init__(self, trick: Trick | None) -> None:
        self.trick = trick
        self.problems: list[str] = []
        self.threads: list[threading.Thread] = []

    def start(self, *args) -> None:
        thread = threading.Thread(target=self.attack, args=args, daemon=True)
        self.threads.append(thread)
        thread.start()

    def attack(self, sock: socket.socket, target: str = "/") -> None:
        link = Link(sock, isinstance(self, Servers), target, self.trick.deflate)
        try:
            if link.is_server and self.trick.agent is not None:
                name = self.trick.agent.encode("latin-1")
                opening = link.opening
                link.opening = lambda *more: opening(b"Server: " + name, *more)
            self.trick.act(link)
        except Gone:
            pass
        except (TimeoutError, socket.timeout):
            self.problems.append(f"the fuzzer did not end a connection within {PATIENCE} s")
        except ConnectionError:
            pass
        finally:
            sock.close()


class Servers(Attack):
    """A server on a port of its own that treats every connection in the same bad way."""

    def __enter__(self) -> "Servers":
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listener.getsockname()[1]
        if self.trick:
            threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *unused) -> None:
        # Wakes the thread that accepts, which closing alone does not.
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                self.start(self.listener.accept()[0])


class Clients(Attack):
    """Clients that run cases in the same bad way, several at a time."""

    AT_ONCE = 3

    def __init__(self, trick: Trick | None, port: int) -> None:
        super().__init__(trick)
        self.port = port

    def __enter__(self) -> "Clients":
        if not self.trick:
            return self
        agent = urllib.parse.quote((self.trick.agent or "hostile").encode("latin-1"))
        for case in self.trick.cases:
            for _ in range(self.AT_ONCE):
                self.start(socket.create_connection(("127.0.0.1", self.port)),
                           f"/runCase?casetuple={case}&agent={agent}")
        return self

    def __exit__(self, *unused) -> None:
        pass

    def wait(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, end - time.monotonic()))
        if any(thread.is_alive() for thread in self.threads):
            self.problems.append(f"connections are still open after {seconds} s")


class ModeServer:
    """A mode of bad-server.js."""

    def __init__(self, trick: Trick, log: pathlib.Path) -> None:
        mode = trick.name.removeprefix("mode-")
        self.command = ["node", "servers/bad-server.js", "0", f"--mode={mode}", "--delay=1500"]
        self.log, self.problems = log, []

    def __enter__(self) -> "ModeServer":
        self.process = Process(self.command, self.log, PEERS)
        self.port = int(self.process.wait_for_line(r"listening on 127\.0\.0\.1:(\d+)")[1])
        return self

    def __exit__(self, *unused) -> None:
        self.process.stop()


class ModeClients:
    """A mode of bad-client.js, which runs all the cases that it is offered."""

    def __init__(self, trick: Trick, port: int, log: pathlib.Path) -> None:
        mode = trick.name.removeprefix("mode-")
        self.command = ["node", "clients/bad-client.js", f"ws://127.0.0.1:{port}", "hostile",
                        f"--mode={mode}", "--delay=1500", "--case-timeout=4000"]
        self.log, self.problems = log, []

    def __enter__(self) -> "ModeClients":
        self.process = Process(self.command, self.log, PEERS)
        return self

    def wait(self, seconds: float) -> None:
        wait_for_end(self.process, seconds)

    def __exit__(self, *unused) -> None:
        self.process.stop()


def update_reports(port: int) -> None:
    """Asks the fuzzing server for its reports, and waits until they are written."""
    link = Link(socket.create_connection(("127.0.0.1", port)), False, "/updateReports?agent=good")
    with contextlib.suppress(Gone):
        link.open()
        link.behave()
    link.sock.close()
