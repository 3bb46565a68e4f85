"""Child processes that are waited for by what they print, and never outlive this process."""
import ctypes
import os
import pathlib
import re
import signal
import subprocess
import time
from types import TracebackType

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None)


def die_with_parent() -> None:
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A process in a session of its own; what it prints goes to `log`."""

    grace = 5.0  # seconds between asking it to end and forcing it

    def __init__(self, command: list[str], log: pathlib.Path, cwd: pathlib.Path,
                 env: dict[str, str] | None = None) -> None:
        self.command, self.log, self.cwd, self.env = command, log, cwd, env
        self.start(command)

    def start(self, command: list[str]) -> None:
        self.log_start = self.log.stat().st_size if self.log.exists() else 0
        with self.log.open("ab") as out:
            self.child = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out,
                                          cwd=self.cwd, env={**os.environ, **(self.env or {})},
                                          start_new_session=True, preexec_fn=die_with_parent)

    def __enter__(self) -> "Process":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None,
                 trace: TracebackType | None) -> None:
        self.stop()

    @property
    def running(self) -> bool:
        return self.child.poll() is None

    @property
    def status(self) -> int | None:
        return self.child.poll()

    def printed(self) -> str:
        with self.log.open("rb") as log:
            log.seek(self.log_start)
            return log.read().decode("utf-8", "replace")

    def wait_for_line(self, pattern: str, seconds: float = 30) -> re.Match[str]:
        """Waits until a line that matches was printed in full."""
        end = time.monotonic() + seconds
        line = re.compile(rf"^{pattern}\r?\n", re.MULTILINE)
        while time.monotonic() < end:
            running = self.running
            if found := line.search(self.printed()):
                return found
            if not running:
                raise RuntimeError(f"{self.describe()} ended with status {self.status} "
                                   f"before it printed {pattern!r}:\n{self.printed()[-2000:]}")
            time.sleep(0.02)
        raise TimeoutError(f"{self.describe()} did not print {pattern!r} within {seconds} s:\n"
                           f"{self.printed()[-2000:]}")

    def describe(self) -> str:
        return " ".join(self.command[:3])

    def stop(self) -> None:
        """Ends the process and all that it started: politely, then by force."""
        self.signal_group(signal.SIGTERM)
        try:
            self.child.wait(self.grace)
        except subprocess.TimeoutExpired:
            pass
        self.signal_group(signal.SIGKILL)
        self.child.wait()

    def signal_group(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.child.pid, number)
        except ProcessLookupError:
            pass


def wait_for_end(process: Process, seconds: float, keep_alive: Process | None = None,
                 revive: list[str] | None = None) -> int:
    """Waits for the end of `process`; starts `keep_alive` again whenever it dies, when `revive`
    says with which command."""
    end = time.monotonic() + seconds
    while process.running:
        if time.monotonic() > end:
            raise TimeoutError(f"{process.describe()} did not end within {seconds:.0f} s; it printed\n"
                               f"{process.printed()[-2000:]}")
        if keep_alive and not keep_alive.running:
            if not revive:
                raise RuntimeError(f"{keep_alive.describe()} died (status {keep_alive.status}):\n"
                                   f"{keep_alive.printed()[-2000:]}")
            keep_alive.start(revive)
        time.sleep(0.02)
    return process.child.returncode
