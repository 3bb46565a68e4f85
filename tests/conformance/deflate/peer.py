"""A WebSocket peer made of sockets and struct alone: it shares no code with what it tests."""
import base64
import hashlib
import os
import socket
import struct
from typing import NamedTuple

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
FIN = 0x80
GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
SERVER_HEADERS = ["HTTP/1.1 101 Switching Protocols", "Server: peer", "Upgrade: websocket",
                  "Connection: Upgrade"]


class Frame(NamedTuple):
    opcode: int
    payload: bytes
    fin: bool = True
    rsv: int = 0  # 4 is RSV1
    masked: bool = False

    @property
    def is_control(self) -> bool:
        return self.opcode >= 8


class EndOfStream(Exception):
    """The other end closed TCP."""


def masked(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    key = int.from_bytes(mask * (size // 4 + 1), "big") >> (8 * (4 - size % 4))
    return (int.from_bytes(payload, "big") ^ key).to_bytes(size, "big")


def accept_key(key: str) -> str:
    return base64.b64encode(hashlib.sha1((key + GUID).encode()).digest()).decode()


class Connection:
    """Frames over a socket, with a count of the octets behind the handshake."""

    def __init__(self, stream: socket.socket, is_client: bool) -> None:
        self.stream, self.is_client = stream, is_client
        # Many small frames must not wait for each other's acknowledgement.
        stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.octets_received = self.octets_sent = 0

    # ---- the handshake

    def read_head(self) -> str:
        while (end := self.buffer.find(b"\r\n\r\n")) < 0:
            self.fill()
        head, self.buffer = self.buffer[:end + 4], self.buffer[end + 4:]
        return head.decode("latin-1")

    def accept(self, extensions: str | None) -> str:
        """As a server: reads the request, answers it, and gives the request."""
        request = self.read_head()
        lines = [*SERVER_HEADERS, f"Sec-WebSocket-Accept: {accept_key(header(request, 'Sec-WebSocket-Key'))}"]
        if extensions is not None:
            lines.append(f"Sec-WebSocket-Extensions: {extensions}")
        self.response = "\r\n".join([*lines, "", ""])
        self.stream.sendall(self.response.encode())
        return request

    def ask(self, resource: str, port: int, extensions: list[str]) -> str:
        """As a client: sends a request with a field for each of `extensions`, and gives the answer."""
        self.key = base64.b64encode(os.urandom(16)).decode()
        lines = [f"GET {resource} HTTP/1.1", f"Host: 127.0.0.1:{port}", "Upgrade: websocket",
                 "Connection: Upgrade", f"Sec-WebSocket-Key: {self.key}", "Sec-WebSocket-Version: 13",
                 *(f"Sec-WebSocket-Extensions: {one}" for one in extensions)]
        self.request = "\r\n".join([*lines, "", ""])
        self.stream.sendall(self.request.encode())
        return self.read_head()

    # ---- frames

    def fill(self) -> None:
        octets = self.stream.recv(1 << 18)
        if not octets:
            raise EndOfStream
        self.buffer += octets

    def take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self.fill()
        octets, self.buffer = self.buffer[:count], self.buffer[count:]
        self.octets_received += count
        return octets

    def read_frame(self) -> Frame:
        first, second = self.take(2)
        length = second & 0x7F
        if length == 126:
            (length,) = struct.unpack(">H", self.take(2))
        elif length == 127:
            (length,) = struct.unpack(">Q", self.take(8))
        mask = self.take(4) if second & 0x80 else None
        payload = self.take(length)
        return Frame(first & 15, masked(payload, mask) if mask else payload, bool(first & FIN),
                     first >> 4 & 7, mask is not None)

    def send_frame(self, frame: Frame) -> None:
        size = len(frame.payload)
        first = (FIN if frame.fin else 0) | frame.rsv << 4 | frame.opcode
        bit = 0x80 if self.is_client else 0
        head = struct.pack(">BB", first, bit | size) if size < 126 else (
            struct.pack(">BBH", first, bit | 126, size) if size < 1 << 16
            else struct.pack(">BBQ", first, bit | 127, size))
        mask = os.urandom(4) if self.is_client else b""
        octets = head + mask + (masked(frame.payload, mask) if mask else frame.payload)
        self.octets_sent += len(octets)
        self.stream.sendall(octets)

    def close(self) -> None:
        self.stream.close()


def header(head: str, name: str) -> str | None:
    """The value of a field that stands at most once."""
    found = [line.split(":", 1)[1].strip() for line in head.split("\r\n")[1:]
             if line.lower().startswith(name.lower() + ":")]
    if len(found) > 1:
        raise ValueError(f"{name} stands {len(found)} times")
    return found[0] if found else None
