#!/usr/bin/env python3
"""Measures the budgets of docs/performance.md and prints them as a table.

usage: run.py --tool PROGRAM --ping-pong PROGRAM --peer 'COMMAND PORT' --build DIR [--full]

Most figures are ratios against a reference from the same run: the peer's own CPU time, a raw TCP
ping-pong, the length of a message, the start of /bin/true. The times of runs against broken peers
(broken.py) are seconds, since waits are. PORT in the command of the peer is replaced; DIR is where the
third-party peers are. --full adds the run of all cases, and all broken peers: that takes long.
"""
import argparse
import asyncio
import json
import os
import resource
import shlex
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import broken
from runs import UP_TO_10, Bench

MIB = 1 << 20
TICKS = os.sysconf("SC_CLK_TCK")


@dataclass
class Row:
    what: str
    figure: float
    unit: str
    limit: float
    how: str

    @property
    def holds(self) -> bool:
        return self.figure <= self.limit


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def cpu_of(pid: int) -> float:
    """Seconds of CPU of a process and its threads."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


class Peer:
    """The echo server that is measured against."""

    def __init__(self, command: str):
        self.port = free_port()
        self.process = subprocess.Popen(shlex.split(command.replace("PORT", str(self.port))),
                                        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                                        start_new_session=True)
        deadline = time.monotonic() + 20
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                if self.process.poll() is not None or time.monotonic() > deadline:
                    sys.exit(f"the peer did not start: {command}")
                time.sleep(0.02)

    def cpu(self) -> float:
        return cpu_of(self.process.pid)

    def stop(self) -> None:
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait()


@dataclass
class Run:
    wall: float
    cpu: float
    peak: int  # octets
    peer_cpu: float
    index: dict


# Removed at the end of all: a file system takes its time to use what was freed just now.
# In memory where that is possible: on a disk, files that earlier runs removed slow down later ones.
FOLDERS = tempfile.TemporaryDirectory(dir="/dev/shm" if os.access("/dev/shm", os.W_OK) else None)


def run_cases(tool: str, peer: Peer, cases: str, *extra: str) -> Run:
    folder = tempfile.mkdtemp(dir=FOLDERS.name)
    before = peer.cpu()
    start = time.monotonic()
    child = subprocess.Popen([tool, "fuzzingclient", "-w", f"ws://127.0.0.1:{peer.port}",
                              "--cases", cases, "--outdir", folder, *extra],
                             cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(child.pid, 0)
    wall = time.monotonic() - start
    index = json.loads((Path(folder) / "index.json").read_text())
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024,
               peer.cpu() - before, next(iter(index.values())))


def longest_wait(tool: str, cases: str) -> float:
    """The longest time that the scripts of these cases wait by themselves, in seconds."""
    listed = json.loads(subprocess.run([tool, "cases", "list", "--json", *cases.split(",")],
                                       capture_output=True, check=True, text=True).stdout)
    return max(case["waits"] for case in listed)


# What 9.* moves: (messages, octets of one, octets of a write), for the floor of the CPU time.
MOVED = [(2, size, 65536) for size in (65536, 262144, MIB, 4 * MIB, 8 * MIB, 16 * MIB)]  # 9.1, 9.2
MOVED += [(18, 4 * MIB, 65536)]  # 9.3, 9.4
MOVED += [(2, MIB, piece) for piece in (64, 128, 256, 512, 1024, 2048)]  # 9.5, 9.6
MOVED += [(2000, size, 65536) for size in (6, 22, 70, 264, 1032, 4104)]  # 9.7, 9.8


@dataclass
class PingPong:
    """Raw TCP by two processes that do nothing else: seconds, and those of CPU of the sender."""
    wall: float
    cpu: float


def ping_pong(program: str, count: int, request: int, response: int, piece: int = 65536) -> PingPong:
    answer = subprocess.run([program, str(count), str(request), str(response), str(piece)],
                            capture_output=True, check=True, text=True).stdout.split()
    return PingPong(*(int(value) / 1e9 for value in answer))


def whole_runs(tool: str, raw: str, peer: Peer, full: bool) -> list[Row]:
    run = run_cases(tool, peer, UP_TO_10)
    floor = sum(ping_pong(raw, count, size, size, piece).cpu for count, size, piece in MOVED)
    wait = longest_wait(tool, UP_TO_10)
    reference = 1.6 * run.peer_cpu + wait + 0.2
    rows = [
        Row("1.* to 10.*, wall time", run.wall / reference, "x", 1.0,
            f"{run.wall:.2f} s against 1.6 x peer's CPU {run.peer_cpu:.2f} s + wait {wait:.1f} s + 0.2 s"),
        Row("fuzzer's CPU, 1.* to 10.*", run.cpu / run.peer_cpu, "x", 0.5,
            f"{run.cpu:.2f} s against the peer's {run.peer_cpu:.2f} s;"
            f" raw TCP with the octets and writes of 9.* alone takes {floor:.2f} s"),
    ]
    if full:
        run = run_cases(tool, peer, "*")
        reference = run.peer_cpu + wait
        rows.append(Row("all 517 cases, wall time", run.wall / reference, "x", 1.15,
                        f"{run.wall:.1f} s against the peer's CPU {run.peer_cpu:.1f} s + wait {wait:.1f} s;"
                        f" fuzzer's CPU {run.cpu:.1f} s"))
    return rows


# Octets on the wire of a masked request and of its answer, and the length of the payload.
LENGTHS = {"9.7.1": 0, "9.7.2": 16, "9.7.3": 64, "9.7.4": 256, "9.7.5": 1024, "9.7.6": 4096}
LENGTHS |= {case.replace("9.7", "9.8"): length for case, length in list(LENGTHS.items())}


def header(length: int) -> int:
    return 2 if length < 126 else 4 if length < 65536 else 10


def round_trips(tool: str, raw: str, peer: Peer) -> Row:
    run = run_cases(tool, peer, "9.7.*,9.8.*")
    ours = sum(run.index[case]["duration"] for case in LENGTHS)
    reference = sum(ping_pong(raw, 1000, length + header(length) + 4, length + header(length)).wall
                    for length in LENGTHS.values()) * 1000
    return Row("round trips 9.7, 9.8", ours / reference, "x", 1.25,
               f"{ours / 12:.1f} us each against {reference / 12:.1f} us of raw TCP")


def large_message(tool: str, peer: Peer) -> list[Row]:
    small = run_cases(tool, peer, "9.2.1")
    large = run_cases(tool, peer, "9.2.6")
    memory = (large.peak - small.peak) / (16 * MIB)
    sizes = run_cases(tool, peer, "9.2.*")
    durations = {case: max(row["duration"], 1) for case, row in sizes.index.items()}
    growth = (durations["9.2.6"] / 16) / (durations["9.2.4"] / 4)
    return [
        Row("16 MiB message, peak memory", memory, "x", 3.0,
            f"{(large.peak - small.peak) / MIB:.1f} MiB above a run with 64 KiB"),
        Row("time per octet, 16 MiB against 4 MiB", growth, "x", 2.0,
            f"{durations['9.2.6']} ms against {durations['9.2.4']} ms"),
    ]


def start_up(tool: str) -> Row:
    """From exec to the first connection, less what starting /bin/true takes."""
    times, empty = [], []
    with tempfile.TemporaryDirectory(dir=FOLDERS.name) as folder, socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        url = f"ws://127.0.0.1:{listener.getsockname()[1]}"
        for _ in range(11):
            start = time.monotonic()
            subprocess.run(["/bin/true"], check=True)
            empty.append(time.monotonic() - start)
            start = time.monotonic()
            child = subprocess.Popen([tool, "fuzzingclient", "-w", url, "--cases", "*", "--jobs", "1",
                                      "--outdir", folder], cwd=folder, stdout=subprocess.DEVNULL,
                                     stderr=subprocess.DEVNULL)
            connection, _ = listener.accept()
            times.append(time.monotonic() - start)
            child.kill()
            child.wait()
            connection.close()
    ours = (statistics.median(times) - statistics.median(empty)) * 1000
    return Row("start to first connection", ours, "ms", 20.0,
               f"median of 11, less {statistics.median(empty) * 1000:.1f} ms of /bin/true")


def memory_of_runs(tool: str, peer: Peer) -> Row:
    few = run_cases(tool, peer, "1.*,2.*")
    many = run_cases(tool, peer, "1.*,2.*,3.*,4.*,5.*,6.*,7.*")
    return Row("memory, 246 cases against 27", many.peak / few.peak, "x", 1.25,
               f"{many.peak / MIB:.1f} MiB against {few.peak / MIB:.1f} MiB")


REQUEST = (b"GET / HTTP/1.1\r\nHost: h\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: x3JJHMbDL1EzLkh9GBhXDw==\r\n\r\n")


async def hold(port: int, count: int) -> float:
    """Opens connections and returns the seconds until all are open."""
    start = time.monotonic()
    streams = []
    for first in range(0, count, 100):
        pairs = await asyncio.gather(*(asyncio.open_connection("127.0.0.1", port)
                                       for _ in range(min(100, count - first))))
        for reader, writer in pairs:
            writer.write(REQUEST)
        for reader, writer in pairs:
            await reader.readuntil(b"\r\n\r\n")
            streams.append(writer)
    elapsed = time.monotonic() - start
    for writer in streams:
        writer.close()
    return elapsed


def connections(tool: str) -> list[str]:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    lines = []
    with tempfile.TemporaryDirectory(dir=FOLDERS.name) as folder:
        for count in (1, 100, 1000, 10000):
            if count + 50 > hard:
                lines.append(f"  {count:6d}  left out: this machine allows {hard} open files")
                continue
            server = subprocess.Popen([tool, "fuzzingserver", "-w", "ws://127.0.0.1:0", "--cases", "1.1.1",
                                       "--outdir", folder], stdout=subprocess.PIPE, text=True)
            port = next(int(line.rsplit(":", 1)[1]) for line in server.stdout
                        if line.startswith("Listening on"))
            # A console that nobody reads would stop the server in the end.
            threading.Thread(target=server.stdout.read, daemon=True).start()
            empty = peak_of(server.pid)
            elapsed = asyncio.run(hold(port, count))
            each = (peak_of(server.pid) - empty) / count
            lines.append(f"  {count:6d}  {elapsed * 1e6 / count:8.1f} us each  {each / 1024:6.1f} KiB each")
            server.terminate()
            server.wait()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return lines


def peak_of(pid: int) -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM"):
            return int(line.split()[1]) * 1024
    return 0


def growth(tool: str, peer: Peer) -> list[str]:
    lines = ["Time by message size (9.1.*, 9.2.*) and by size of fragments (9.3.*, 9.4.*), in ms:"]
    run = run_cases(tool, peer, "9.1.*,9.2.*,9.3.*,9.4.*")
    for family in ("9.1", "9.2", "9.3", "9.4"):
        times = [row["duration"] for case, row in sorted(run.index.items(),
                 key=lambda item: [int(part) for part in item[0].split(".")])
                 if case.startswith(family + ".")]
        lines.append(f"  {family}: {' '.join(str(value) for value in times)}")
    lines.append("Connections to the fuzzing server at once: opening time and memory:")
    return lines + connections(tool)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--tool", required=True)
    parser.add_argument("--ping-pong", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--build", required=True, type=Path)
    parser.add_argument("--full", action="store_true")
    options = parser.parse_args()
    tool = os.path.abspath(options.tool)
    peer = Peer(options.peer)
    try:
        raw = os.path.abspath(options.ping_pong)
        rows = whole_runs(tool, raw, peer, options.full)
        rows.append(round_trips(tool, raw, peer))
        rows += large_message(tool, peer)
        rows += [start_up(tool), memory_of_runs(tool, peer)]
        with Bench(options.build, Path(tool)) as bench:
            rules = bench.rules() if options.full else broken.sample(bench.rules())
            rows += [Row(figure.what, figure.seconds, "s", figure.goal, figure.how)
                     for figure in broken.figures(bench, Path(tool), rules)]
        width = max(len(row.what) for row in rows)
        print(f"{'budget':{width}} {'figure':>9} {'limit':>9}  holds  how")
        for row in rows:
            print(f"{row.what:{width}} {row.figure:7.2f} {row.unit:2} {row.limit:6.2f} {row.unit:2}"
                  f" {'yes' if row.holds else 'NO':>6}  {row.how}")
        print()
        print("\n".join(growth(tool, peer)))
    finally:
        peer.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
