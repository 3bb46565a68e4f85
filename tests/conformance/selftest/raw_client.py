"""A WebSocket client of a few lines, so that the tests see octets and not what a library makes of them."""
import os
import select
import socket
import struct

TEXT, BINARY, CLOSE, PING, PONG = 1, 2, 8, 9, 10


class RawClient:
    """One connection. `head` is the answer to the opening handshake, `status` its status code."""

    def __init__(self, port: int, resource: str, host: str | None = None) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=8)
        self.buffer = b""
        self.socket.sendall(
            f"GET {resource} HTTP/1.1\r\nHost: {host or f'127.0.0.1:{port}'}\r\n"
            "Upgrade: websocket\r\nConnection: Upgrade\r\n"
            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            "Sec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        while b"\r\n\r\n" not in self.buffer and self.fill():
            pass
        head, _, self.buffer = self.buffer.partition(b"\r\n\r\n")
        self.head = head.decode()
        self.status = int(self.head.split()[1]) if self.head else 0

    def __enter__(self) -> "RawClient":
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def fill(self) -> bool:
        """Reads once; false at the end of TCP."""
        try:
            octets = self.socket.recv(1 << 20)
        except ConnectionResetError:
            return False
        self.buffer += octets
        return bool(octets)

    def is_quiet(self, seconds: float) -> bool:
        """Nothing comes, not even the end of TCP."""
        return not self.buffer and not select.select([self.socket], [], [], seconds)[0]

    def send(self, opcode: int, payload: bytes = b"", fin: bool = True) -> None:
        size = len(payload)
        length = bytes([0x80 | size]) if size < 126 else (
            b"\xfe" + struct.pack(">H", size) if size < 65536 else b"\xff" + struct.pack(">Q", size))
        key = os.urandom(4)
        masked = (int.from_bytes(payload, "little") ^ int.from_bytes(key * (size // 4 + 1), "little")
                  & ((1 << 8 * size) - 1)).to_bytes(size, "little")
        self.socket.sendall(bytes([opcode | 0x80 * fin]) + length + key + masked)

    def frame(self) -> tuple[int, bool, bytes] | None:
        """The next frame as opcode, FIN and payload; nothing at the end of TCP."""
        while True:
            if frame := self.parsed():
                return frame
            if not self.fill():
                return None

    def parsed(self) -> tuple[int, bool, bytes] | None:
        octets = self.buffer
        if len(octets) < 2:
            return None
        size, at = octets[1] & 0x7F, 2
        if size > 125:
            wide = 2 if size == 126 else 8
            if len(octets) < 2 + wide:
                return None
            size, at = int.from_bytes(octets[2 : 2 + wide], "big"), 2 + wide
        if len(octets) < at + size:
            return None
        self.buffer = octets[at + size :]
        return octets[0] & 15, bool(octets[0] & 0x80), octets[at : at + size]

    def reply(self) -> str | None:
        """The one text that a control connection sends before it closes; answers the Close frame."""
        text = None
        while frame := self.frame():
            opcode, _, payload = frame
            if opcode == TEXT:
                text = payload.decode()
            elif opcode == CLOSE:
                self.send(CLOSE, payload)
        return text

    def echo(self) -> None:
        """Echoes all messages until the server ends the connection."""
        message, kind = b"", TEXT
        try:
            while frame := self.frame():
                opcode, fin, payload = frame
                if opcode == PING:
                    self.send(PONG, payload)
                elif opcode == CLOSE:
                    self.send(CLOSE, payload)
                elif opcode < CLOSE:
                    message, kind = message + payload, opcode or kind
                    if fin:
                        self.send(kind, message)
                        message = b""
        except (BrokenPipeError, ConnectionResetError):
            pass
