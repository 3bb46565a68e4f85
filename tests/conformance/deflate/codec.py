"""permessage-deflate with Python's zlib: what was negotiated, and messages under it."""
import zlib
from typing import NamedTuple

TAIL = b"\0\0\xff\xff"


class Parameters(NamedTuple):
    """What a Sec-WebSocket-Extensions field of an answer says."""

    server_no_context_takeover: bool = False
    server_max_window_bits: int = 15
    client_no_context_takeover: bool = False
    client_max_window_bits: int = 15

    @staticmethod
    def parse(answer: str | None) -> "Parameters | None":
        """None without permessage-deflate, and for answers that are none (a peer may send them)."""
        name, *parts = [part.strip() for part in (answer or "").split(";")]
        if name != "permessage-deflate":
            return None
        pairs = [part.partition("=") for part in parts]
        values = {key: int(value) if sign else True for key, sign, value in pairs}
        legal = set(values) <= set(Parameters._fields) and all(
            8 <= value <= 15 for key, value in values.items() if key.endswith("bits"))
        return Parameters(**values) if legal else None

    def direction(self, from_client: bool) -> tuple[int, bool]:
        """Window bits and no_context_takeover of what one end sends."""
        if from_client:
            return self.client_max_window_bits, self.client_no_context_takeover
        return self.server_max_window_bits, self.server_no_context_takeover


class Inflater:
    """Inflates messages exactly under what was negotiated."""

    def __init__(self, window_bits: int, no_takeover: bool) -> None:
        self.window_bits, self.no_takeover = window_bits, no_takeover
        self.stream = self.fresh()

    def fresh(self) -> "zlib._Decompress":
        return zlib.decompressobj(wbits=-self.window_bits)

    def message(self, compressed: bytes) -> bytes:
        if self.no_takeover:
            self.stream = self.fresh()
        plain = self.stream.decompress(compressed + TAIL)
        if self.stream.unused_data or self.stream.unconsumed_tail or self.stream.eof:
            raise ValueError("the message ends within its octets")
        return plain


class Deflater:
    """Compresses messages; `strategy` and `level` choose among stored, fixed and dynamic blocks."""

    def __init__(self, window_bits: int = 15, no_takeover: bool = False, level: int = 6,
                 strategy: int = zlib.Z_DEFAULT_STRATEGY) -> None:
        # zlib has no raw deflate for 8 bits; with 9 it never looks back further than 250 octets.
        self.settings = (level, zlib.DEFLATED, -max(9, window_bits), 8, strategy)
        self.no_takeover = no_takeover
        self.stream = zlib.compressobj(*self.settings)

    def message(self, plain: bytes) -> bytes:
        """With the tail taken off, as RFC 7692 section 7.2.1 has it."""
        if self.no_takeover:
            self.stream = zlib.compressobj(*self.settings)
        out = self.stream.compress(plain) + self.stream.flush(zlib.Z_SYNC_FLUSH)
        assert out.endswith(TAIL)
        return out[:-4] or b"\0"

    def final(self, plain: bytes) -> bytes:
        """A message whose last block has BFINAL set, and the octet 0 that section 7.2.3.4 adds."""
        stream = zlib.compressobj(*self.settings)
        return stream.compress(plain) + stream.flush(zlib.Z_FINISH) + b"\0"
