"""One end of a connection on a raw socket, for peers that misbehave on purpose."""
import base64
import hashlib
import os
import socket
import struct
import time

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10
GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
# Longer than every timer of the fuzzer: who has to wait so long has found that it does not end.
PATIENCE = 30.0


class Gone(Exception):
    """The fuzzer has ended the connection, which ends every misbehaviour."""


def frame(opcode: int, payload: bytes = b"", fin: bool = True, rsv: int = 0, mask: bool = False,
          declared: int | None = None) -> bytes:
    """A frame as it is, lawful or not; `declared` is the length that its header tells."""
    length = len(payload) if declared is None else declared
    bit = 0x80 if mask else 0
    head = bytes([(0x80 if fin else 0) | rsv << 4 | opcode])
    if length < 126:
        head += bytes([bit | length])
    elif length < 65536:
        head += bytes([bit | 126]) + struct.pack(">H", length)
    else:
        head += bytes([bit | 127]) + struct.pack(">Q", length)
    # A key of zeros masks, and leaves the payload as it is.
    return head + (bytes(4) if mask else b"") + payload


class Link:
    """A connection to the fuzzer. `is_server` says which end we are; `target` is what a client asks
    for."""

    def __init__(self, sock: socket.socket, is_server: bool, target: str = "/",
                 deflate: bool = False) -> None:
        self.sock, self.is_server, self.target, self.deflate = sock, is_server, target, deflate
        self.buffer = b""
        sock.settimeout(PATIENCE)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def another(self, target: str | None = None) -> "Link":
        """A further connection to the same fuzzing server."""
        try:
            sock = socket.create_connection(self.sock.getpeername(), PATIENCE)
        except OSError as error:
            raise Gone from error
        return Link(sock, False, self.target if target is None else target)

    # ---- octets

    def send(self, octets: bytes) -> None:
        try:
            self.sock.sendall(octets)
        except socket.timeout:
            raise
        except OSError as error:
            raise Gone from error

    def receive(self) -> bytes:
        """The next octets; `Gone` at the end of the connection."""
        try:
            octets = self.sock.recv(65536)
        except socket.timeout:
            raise
        except OSError as error:
            raise Gone from error
        if not octets:
            raise Gone
        return octets

    def take(self, count: int) -> bytes:
        while len(self.buffer) < count:
            self.buffer += self.receive()
        taken, self.buffer = self.buffer[:count], self.buffer[count:]
        return taken

    def take_head(self) -> bytes:
        while b"\r\n\r\n" not in self.buffer:
            self.buffer += self.receive()
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        return head

    def dribble(self, octets: bytes, seconds: float = 1.0) -> None:
        """One octet at a time, as a slow loris does."""
        for octet in octets:
            self.send(bytes([octet]))
            time.sleep(seconds)

    def flood(self, octets: bytes) -> None:
        """The same without end, without reading anything."""
        block = octets * max(1, 65536 // len(octets))
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            self.send(block)
        raise TimeoutError(f"the fuzzer let itself be flooded for {PATIENCE} s")

    # ---- the end

    def until_gone(self) -> None:
        """Waits for the fuzzer to end the connection, whatever it still sends."""
        while True:
            self.receive()

    def hold(self) -> None:
        """The same without reading, so that nothing that the fuzzer sends gets through."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            # A reset, or the end of both directions, shows up as an error or a hangup.
            if self.sock.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR) or self.hung_up():
                raise Gone
            time.sleep(0.05)
        raise TimeoutError(f"the fuzzer held the connection for {PATIENCE} s")

    def hung_up(self) -> bool:
        state = self.sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 1)[0]
        return state not in (1, 8)  # neither ESTABLISHED nor CLOSE_WAIT

    def fin(self) -> None:
        """Ends our direction and keeps the other one open."""
        try:
            self.sock.shutdown(socket.SHUT_WR)
        except OSError as error:
            raise Gone from error

    def reset(self) -> None:
        self.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.sock.close()
        raise Gone

    # ---- WebSocket

    def opening(self, *more: bytes) -> bytes:
        """Our half of the opening handshake; a server reads the request for it."""
        if not self.is_server:
            offer = [b"Sec-WebSocket-Extensions: permessage-deflate"] if self.deflate else []
            lines = [b"GET " + self.target.encode("latin-1") + b" HTTP/1.1", b"Host: 127.0.0.1",
                     b"Upgrade: websocket", b"Connection: Upgrade", b"Sec-WebSocket-Version: 13",
                     b"Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)), *offer, *more]
            return b"\r\n".join(lines) + b"\r\n\r\n"
        request = self.take_head()
        key = next(line.split(b":", 1)[1].strip() for line in request.split(b"\r\n")
                   if line.lower().startswith(b"sec-websocket-key:"))
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        agreed = [b"Sec-WebSocket-Extensions: permessage-deflate"] \
            if self.deflate and b"permessage-deflate" in request else []
        lines = [b"HTTP/1.1 101 Switching Protocols", b"Upgrade: websocket", b"Connection: Upgrade",
                 b"Sec-WebSocket-Accept: " + accept, *agreed, *more]
        return b"\r\n".join(lines) + b"\r\n\r\n"

    def open(self, *more: bytes) -> None:
        self.send(self.opening(*more))
        if not self.is_server:
            self.take_head()

    def frame(self, opcode: int, payload: bytes = b"", **how) -> bytes:
        return frame(opcode, payload, mask=how.pop("mask", not self.is_server), **how)

    def send_frame(self, opcode: int, payload: bytes = b"", **how) -> None:
        self.send(self.frame(opcode, payload, **how))

    def take_frame(self) -> tuple[int, bytes]:
        """The next frame: opcode and payload."""
        first, second = self.take(2)
        length = second & 127
        if length == 126:
            length = struct.unpack(">H", self.take(2))[0]
        elif length == 127:
            length = struct.unpack(">Q", self.take(8))[0]
        key = self.take(4) if second & 128 else bytes(4)
        payload = self.take(length)
        return first & 15, bytes(octet ^ key[i & 3] for i, octet in enumerate(payload))

    def take_message(self) -> tuple[int, bytes]:
        """The next frame that wants an answer: data or a ping."""
        while True:
            opcode, payload = self.take_frame()
            if opcode in (TEXT, BINARY, PING):
                return opcode, payload

    def answer(self, opcode: int, payload: bytes) -> None:
        """What a good peer says to a frame."""
        self.send_frame(PONG if opcode == PING else opcode, payload)

    def behave(self) -> None:
        """A good peer until the connection ends."""
        while True:
            opcode, payload = self.take_frame()
            self.answer(opcode, payload)
            if opcode == CLOSE:
                if self.is_server:
                    raise Gone
                self.until_gone()
