"""Misbehaviours on an open connection and while it closes."""
import os
import socket
import struct
import time
import zlib

from link import BINARY, CLOSE, CONT, PING, PONG, TEXT, Link
from tricks import trick

CLOSE_1000 = struct.pack(">H", 1000)
# What reports say.
DROPPED = "peer dropped the TCP connection without"
UNANSWERED = "did not respond .in time. in closing handshake"
UNCLEAN = "failed cleanly"
BREACH = "RSV = .* and no extension negotiated"
TOO_LONG = "message exceeds payload limit"


def bomb_of(mib: int) -> bytes:
    """A compressed message that is a thousandth of so many MiB of letters."""
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = compressor.compress(b"a" * (1 << 20)) + compressor.flush(zlib.Z_FULL_FLUSH)
    return (block * mib)[:-4]


# ---- TCP in every state


@trick("resets as soon as the connection is open", DROPPED)
def reset_when_open(link: Link) -> None:
    link.open()
    link.reset()


@trick("resets in the middle of a frame header", DROPPED)
def reset_in_header(link: Link) -> None:
    link.open()
    link.take_message()
    link.send(link.frame(TEXT, b"x" * 300)[:3])
    time.sleep(0.05)
    link.reset()


@trick("resets in the middle of a payload", DROPPED)
def reset_in_payload(link: Link) -> None:
    link.open()
    link.take_message()
    link.send(link.frame(TEXT, b"x" * 300)[:100])
    time.sleep(0.05)
    link.reset()


@trick("resets between two fragments", DROPPED)
def reset_between_fragments(link: Link) -> None:
    link.open()
    opcode, payload = link.take_message()
    link.send_frame(TEXT, payload, fin=False)
    time.sleep(0.05)
    link.reset()


@trick("resets in answer to a Close frame", DROPPED)
def reset_on_close(link: Link) -> None:
    link.open()
    while True:
        opcode, payload = link.take_frame()
        if opcode == CLOSE:
            link.reset()
        link.answer(opcode, payload)


@trick("resets right behind its own Close frame", "wrong endpoint")
def reset_behind_close(link: Link) -> None:
    link.open()
    link.take_message()
    link.send_frame(CLOSE, CLOSE_1000)
    link.reset()


@trick("ends its direction as soon as the connection is open, and reads on", DROPPED)
def fin_when_open(link: Link) -> None:
    link.open()
    link.fin()
    link.until_gone()


@trick("ends its direction in the middle of a frame header, and reads on", DROPPED)
def fin_in_header(link: Link) -> None:
    link.open()
    link.take_message()
    link.send(link.frame(TEXT, b"x" * 300)[:3])
    link.fin()
    link.until_gone()


@trick("ends its direction in the middle of a payload, and reads on", DROPPED)
def fin_in_payload(link: Link) -> None:
    link.open()
    link.take_message()
    link.send(link.frame(TEXT, b"x" * 300)[:100])
    link.fin()
    link.until_gone()


@trick("echoes, then ends its direction without a Close frame", DROPPED)
def fin_behind_echo(link: Link) -> None:
    link.open()
    link.answer(*link.take_message())
    link.fin()
    link.until_gone()


@trick("stops reading and sending once the connection is open", UNANSWERED)
def stalled(link: Link) -> None:
    link.open()
    link.hold()


@trick("reads one octet every tenth of a second", UNANSWERED)
def slow_reader(link: Link) -> None:
    link.open()
    link.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    while not link.hung_up() and link.sock.recv(1):
        time.sleep(0.1)


@trick("sends urgent octets, which TCP takes out of order", BREACH)
def urgent_octets(link: Link) -> None:
    link.open()
    link.take_message()
    for octet in link.frame(TEXT, b"x" * 200):
        link.sock.send(bytes([octet]), socket.MSG_OOB)
    link.until_gone()


# ---- frames


@trick("sends a frame header one octet a second", UNANSWERED)
def slow_header(link: Link) -> None:
    link.open()
    link.take_message()
    link.dribble(link.frame(TEXT, declared=70000, payload=b""))


@trick("sends its echo one octet a second", UNANSWERED)
def slow_echo(link: Link) -> None:
    link.open()
    _, payload = link.take_message()
    link.dribble(link.frame(TEXT, payload))


@trick("declares 2^63 octets", r"length \(>2\^63\)")
def length_2_63(link: Link) -> None:
    link.open()
    link.take_message()
    link.send_frame(TEXT, b"x" * 100, declared=1 << 63)
    link.until_gone()


@trick("declares 2^63 - 1 octets and sends them as fast as it can", TOO_LONG)
def length_2_63_flood(link: Link) -> None:
    link.open()
    link.take_message()
    link.send_frame(BINARY, declared=(1 << 63) - 1)
    link.flood(bytes(65536))


@trick("declares as much as the fuzzer takes, and sends nothing of it", UNANSWERED)
def declares_and_stalls(link: Link) -> None:
    link.open()
    link.take_message()
    link.send_frame(BINARY, declared=1 << 20)
    link.until_gone()


@trick("sends random octets before any message", BREACH)
def garbage_when_open(link: Link) -> None:
    link.open()
    link.send(b"\xf3" + os.urandom(4095))
    link.until_gone()


@trick("sends random octets between two fragments", BREACH)
def garbage_between_fragments(link: Link) -> None:
    link.open()
    link.take_message()
    link.send_frame(TEXT, b"a", fin=False)
    link.send(b"\xf3" + os.urandom(4095))
    link.until_gone()


@trick("sends random octets without end", BREACH)
def endless_garbage(link: Link) -> None:
    link.open()
    link.flood(b"\xf3" + os.urandom(65535))


@trick("sends random octets behind its Close frame", "wrong endpoint")
def garbage_behind_close(link: Link) -> None:
    link.open()
    link.take_message()
    link.send(link.frame(CLOSE, CLOSE_1000) + os.urandom(4096))
    link.until_gone()


@trick("sends fragments of one octet without end", f"{TOO_LONG}|{UNANSWERED}|Going Away")
def endless_fragments(link: Link) -> None:
    # On a slow machine the time of the case is over before a million of them were read: it then fails
    # the connection with 1001, as its script says.
    link.open()
    link.send_frame(TEXT, b"a", fin=False)
    link.flood(link.frame(CONT, b"a", fin=False))


@trick("sends empty fragments without end", UNANSWERED)
def endless_empty_fragments(link: Link) -> None:
    link.open()
    link.send_frame(TEXT, b"", fin=False)
    link.flood(link.frame(CONT, b"", fin=False))


@trick("sends empty messages without end", UNANSWERED)
def endless_empty_messages(link: Link) -> None:
    link.open()
    link.flood(link.frame(TEXT))


@trick("sends messages of 64 KiB without end", UNANSWERED)
def endless_large_messages(link: Link) -> None:
    link.open()
    link.flood(link.frame(BINARY, bytes(65536)))


@trick("sends pings without end and reads no pong", UNANSWERED)
def ping_flood(link: Link) -> None:
    link.open()
    link.flood(link.frame(PING, b"p" * 125))


@trick("sends empty pings without end", UNANSWERED)
def empty_ping_flood(link: Link) -> None:
    link.open()
    link.flood(link.frame(PING))


@trick("sends pongs without end that nobody asked for", UNANSWERED)
def pong_flood(link: Link) -> None:
    link.open()
    link.flood(link.frame(PONG, b"p"))


@trick("sends Close frames without end", "wrong endpoint")
def close_flood(link: Link) -> None:
    link.open()
    link.flood(link.frame(CLOSE, CLOSE_1000))


@trick("breaks a rule with every frame, without end", BREACH)
def breach_flood(link: Link) -> None:
    link.open()
    link.flood(link.frame(TEXT, b"x", rsv=7) + link.frame(3) + link.frame(PING, b"x" * 200))


@trick("sends messages without end behind its Close frame", "wrong endpoint")
def flood_behind_close(link: Link) -> None:
    link.open()
    link.take_message()
    link.send_frame(CLOSE, CLOSE_1000)
    link.flood(link.frame(TEXT, b"too late"))


@trick("echoes each message 5000 times", "^FAILED / (OK|UNCLEAN)")
def echo_flood(link: Link) -> None:
    # Busy with the flood, it may be late with its answer to our Close frame.
    link.open()
    while True:
        opcode, payload = link.take_frame()
        if opcode == CLOSE:
            link.send_frame(CLOSE, payload)
            return
        link.send(link.frame(PONG if opcode == PING else opcode, payload) * 5000)


@trick("answers a Close frame with one octet a second", UNCLEAN)
def slow_close(link: Link) -> None:
    link.open()
    while True:
        opcode, payload = link.take_frame()
        if opcode == CLOSE:
            link.dribble(link.frame(CLOSE, payload + b"x" * 50))
        link.answer(opcode, payload)


@trick("never ends TCP once the closing handshake is done, and goes on sending", "^OK / (FAILED BY CLIENT|OK)|server did not drop TCP connection")
def never_ends(link: Link) -> None:
    link.open()
    while True:
        opcode, payload = link.take_frame()
        link.answer(opcode, payload)
        if opcode == CLOSE:
            link.dribble(b"\x89\x00" * 1000, 0.1)


@trick("gives a close reason that is no text", "invalid close reason")
def close_reason_garbage(link: Link) -> None:
    link.open()
    link.take_message()
    link.send_frame(CLOSE, CLOSE_1000 + b"</script>\x1b[2J\xff\xfe\0")
    link.until_gone()


@trick("gives a close reason with markup and terminal commands", "wrong endpoint")
def close_reason_markup(link: Link) -> None:
    link.open()
    link.take_message()
    link.send_frame(CLOSE, CLOSE_1000 + b"</script><hostile>\x1b[2J\r\n\x07")
    link.until_gone()


# ---- permessage-deflate


def after_first_message(link: Link, octets: bytes) -> None:
    link.open()
    link.take_message()
    link.send(octets)
    link.until_gone()


COMPRESSED = {"cases": ("12.1.1",), "deflate": True}


@trick("answers with a decompression bomb: 1 MiB of 1 GiB", TOO_LONG, **COMPRESSED)
def bomb(link: Link) -> None:
    after_first_message(link, link.frame(TEXT, bomb_of(1024), rsv=4))


@trick("answers with a bomb in fragments of ten octets", TOO_LONG, **COMPRESSED)
def bomb_in_fragments(link: Link) -> None:
    octets = bomb_of(128)
    parts = [octets[at: at + 10] for at in range(0, len(octets), 10)]
    frames = [link.frame(CONT if i else TEXT, part, fin=False, rsv=0 if i else 4)
              for i, part in enumerate(parts)]
    after_first_message(link, b"".join(frames))


@trick("sends compressed blocks without content, without end", TOO_LONG, **COMPRESSED)
def endless_empty_blocks(link: Link) -> None:
    link.open()
    link.take_message()
    link.send_frame(TEXT, b"", fin=False, rsv=4)
    link.flood(link.frame(CONT, b"\0\0\0\xff\xff" * 1000, fin=False))


@trick("sends random octets as compressed messages, without end", "invalid deflate data", **COMPRESSED)
def endless_broken_blocks(link: Link) -> None:
    link.open()
    link.take_message()
    link.flood(link.frame(TEXT, os.urandom(100), rsv=4))


@trick("looks back further than the window goes", "too far back", **COMPRESSED)
def distance_too_far(link: Link) -> None:
    words = b"what nobody has sent before, and yet it is looked back to"
    compressor = zlib.compressobj(9, zlib.DEFLATED, -15, zdict=words)
    octets = compressor.compress(words) + compressor.flush(zlib.Z_SYNC_FLUSH)
    after_first_message(link, link.frame(TEXT, octets[:-4], rsv=4))
