"""Peers that keep a case waiting, and a measure of how late timers are on this machine meanwhile."""
import asyncio
import base64
import hashlib
import re
import ssl
import struct
import threading
import time

CLOSE, PING = 8, 9
# silent: does nothing after the opening handshake, not even read. quiet: answers only a Close frame.
# talking: like quiet, and sends Pings with hardly a pause, as long as the connection lasts.
MANNERS = ("silent", "quiet", "talking")
PAUSE = 0.001  # seconds between two Pings; the event loop knows nothing shorter


class Peer:
    """One connection behind its opening handshake."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, is_client: bool) -> None:
        self.reader, self.writer, self.is_client = reader, writer, is_client
        self.message = b""

    def send(self, opcode: int, payload: bytes = b"") -> None:
        mask = bytes(4) if self.is_client else b""  # zeros leave the payload as it is
        self.writer.write(bytes([0x80 | opcode, 0x80 * self.is_client | len(payload)]) + mask + payload)

    async def behave(self, manner: str) -> None:
        """Returns when TCP has ended, except for a silent peer, which does not see that."""
        if manner == "silent":
            await asyncio.Event().wait()
        talk = asyncio.ensure_future(self.talk()) if manner == "talking" else None
        try:
            while await self.read_frame():
                pass
            await self.reader.read()  # a client leaves it to the server to end TCP
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            if talk:
                talk.cancel()
            self.writer.close()

    async def talk(self) -> None:
        while not self.writer.is_closing():
            self.send(PING)
            await asyncio.sleep(PAUSE)

    async def read_frame(self) -> bool:
        """Reads a frame. False when a Close frame has come, and was answered."""
        first, second = await self.reader.readexactly(2)
        length = second & 0x7F
        if length > 125:
            length = int.from_bytes(await self.reader.readexactly(2 if length == 126 else 8), "big")
        await self.reader.readexactly(4 if second & 0x80 else 0)
        opcode = first & 0x0F
        if opcode == CLOSE:
            await self.reader.readexactly(length)
            self.send(CLOSE, struct.pack(">H", 1000))
            if not self.is_client:
                self.writer.close()
            return False
        while length:
            self.message = await self.reader.readexactly(min(length, 65536))
            length -= len(self.message)
        return True


class Server:
    """A WebSocket server on a free port of the loopback; with a context, over TLS."""

    def __init__(self, manner: str, context: ssl.SSLContext | None) -> None:
        self.manner, self.context = manner, context
        self.connections: set[asyncio.Task] = set()

    async def __aenter__(self) -> "Server":
        self.server = await asyncio.start_server(self.accept, "127.0.0.1", 0, ssl=self.context)
        port = self.server.sockets[0].getsockname()[1]
        self.url = f"{'wss' if self.context else 'ws'}://127.0.0.1:{port}"
        return self

    async def __aexit__(self, *_: object) -> None:
        self.server.close()
        for task in self.connections:
            task.cancel()
        await asyncio.gather(*self.connections, return_exceptions=True)

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections.add(asyncio.current_task())
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            key = re.search(r"Sec-WebSocket-Key: *(\S+)", head, re.IGNORECASE)[1]
            digest = hashlib.sha1(key.encode() + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest()
            writer.write(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n"
                         b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + base64.b64encode(digest)
                         + b"\r\n\r\n")
            await Peer(reader, writer, False).behave(self.manner)
        finally:
            writer.close()


async def connect(url: str, resource: str) -> Peer:
    """A client whose opening handshake is done; certificates are not checked."""
    scheme, address = url.split("://")
    host, port = address.rstrip("/").split(":")
    context = ssl.create_default_context() if scheme == "wss" else None
    if context:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    reader, writer = await asyncio.open_connection(host, int(port), ssl=context)
    writer.write(f"GET {resource} HTTP/1.1\r\nHost: {address}\r\nUpgrade: websocket\r\n"
                 "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                 "Sec-WebSocket-Version: 13\r\n\r\n".encode())
    answer = await reader.readuntil(b"\r\n\r\n")
    if not answer.startswith(b"HTTP/1.1 101 "):
        raise RuntimeError(answer.decode("latin-1"))
    return Peer(reader, writer, True)


async def ask(url: str, resource: str) -> bytes:
    """The reply of a control URL of the fuzzing server."""
    peer = await connect(url, resource)
    await peer.behave("quiet")
    return peer.message


class Yardstick:
    """A timer of the test itself, set again and again: how late it was at most, in nanoseconds. It has
    a thread of its own, so that it is late for the machine's reasons and not for those of the peers."""

    SECONDS = 0.01

    def __init__(self) -> None:
        self.latest = 0
        self.over = threading.Event()
        self.thread = threading.Thread(target=self.measure)

    def __enter__(self) -> "Yardstick":
        self.thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.thread.join()

    def measure(self) -> None:
        while not self.over.is_set():
            begin = time.monotonic_ns()
            time.sleep(self.SECONDS)
            late = time.monotonic_ns() - begin - round(self.SECONDS * 1e9)
            self.latest = max(self.latest, late)
