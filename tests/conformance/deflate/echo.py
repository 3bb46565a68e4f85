"""An echo peer over a raw connection that notes and counts all that passes."""
import struct
from collections.abc import Callable
from dataclasses import dataclass, field

import codec
from peer import (BINARY, CLOSE, CONTINUATION, PING, PONG, TEXT, Connection, EndOfStream, Frame)

RSV1 = 4  # as the fuzzer's reports and peer.Frame count the three bits


@dataclass
class Message:
    opcode: int
    frames: list[Frame]
    payload: bytes = b""  # inflated where it is compressed

    @property
    def raw(self) -> bytes:
        return b"".join(frame.payload for frame in self.frames)

    @property
    def is_compressed(self) -> bool:
        return self.frames[0].rsv == RSV1


@dataclass
class Count:
    """What went over the wire in one direction, of data messages."""

    app: int = 0
    websocket: int = 0
    frames: int = 0
    messages: int = 0


Reply = Callable[["EchoPeer", Message], None]


@dataclass
class EchoPeer:
    """Sends every message back, or what `reply` makes of it, until the fuzzer closes."""

    connection: Connection
    parameters: codec.Parameters | None
    reply: Reply | None = None
    on_close: Callable[[], None] = lambda: None  # when the fuzzer's Close frame has come
    messages: list[Message] = field(default_factory=list)
    incoming: Count = field(default_factory=Count)
    outgoing: Count = field(default_factory=Count)
    close_code: int | None = None
    close_reason: str = ""
    wire_at_close: tuple[int, int] = (0, 0)  # octets received and sent before the Close frame

    def __post_init__(self) -> None:
        mine = self.connection.is_client
        self.inflater = codec.Inflater(*self.parameters.direction(not mine)) if self.parameters else None
        self.deflater = codec.Deflater(*self.parameters.direction(mine)) if self.parameters else None

    def run(self) -> None:
        try:
            while self.step():
                pass
        except (EndOfStream, ConnectionError):
            pass  # a fuzzer that gives up; the tests look at its report
        self.connection.close()

    def step(self) -> bool:
        before = self.connection.octets_received, self.connection.octets_sent
        frame = self.connection.read_frame()
        if frame.opcode == CLOSE:
            self.wire_at_close = before
            self.closed(frame)
            return False
        if frame.opcode == PING:
            self.connection.send_frame(Frame(PONG, frame.payload))
        elif not frame.is_control:
            self.data(frame)
        return True

    def closed(self, frame: Frame) -> None:
        if frame.payload:
            (self.close_code,) = struct.unpack(">H", frame.payload[:2])
            self.close_reason = frame.payload[2:].decode()
        self.on_close()
        self.connection.send_frame(Frame(CLOSE, frame.payload[:2]))
        if self.connection.is_client:
            try:
                self.connection.fill()
            except EndOfStream:
                pass

    def data(self, frame: Frame) -> None:
        frames = [frame]
        while not frames[-1].fin:
            frames.append(self.connection.read_frame())
        message = Message(frame.opcode, frames)
        message.payload = message.raw
        if message.is_compressed:
            assert self.inflater, "RSV1 although nothing was negotiated"
            message.payload = self.inflater.message(message.raw)
        self.messages.append(message)
        self.add(self.incoming, message.frames, message.payload)
        if self.reply:
            self.reply(self, message)
        else:
            self.echo(message)

    @staticmethod
    def add(count: Count, frames: list[Frame], payload: bytes) -> None:
        count.messages += 1
        count.frames += len(frames)
        count.app += len(payload)
        count.websocket += sum(len(frame.payload) for frame in frames)

    # ---- ways to answer

    def echo(self, message: Message, fragment: int = 0) -> None:
        """Compressed where that was negotiated."""
        if self.deflater:
            self.send(message, self.deflater.message(message.payload), RSV1, fragment)
        else:
            self.send(message, message.payload, 0, fragment)

    def send(self, message: Message, octets: bytes, rsv: int = RSV1, fragment: int = 0,
             rsv_of_others: int = 0) -> None:
        """Sends `octets` as the echo of a message, in frames of `fragment` octets."""
        step = fragment or max(1, len(octets))
        parts = [octets[at:at + step] for at in range(0, len(octets), step)] or [b""]
        frames = [Frame(message.opcode if at == 0 else CONTINUATION, part, at == len(parts) - 1,
                        rsv if at == 0 else rsv_of_others) for at, part in enumerate(parts)]
        for frame in frames:
            self.connection.send_frame(frame)
        self.add(self.outgoing, frames, message.payload)


__all__ = ["BINARY", "PING", "RSV1", "TEXT", "EchoPeer", "Frame", "Message"]
