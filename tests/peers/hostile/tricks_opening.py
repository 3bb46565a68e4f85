"""Misbehaviours before the connection is open."""
import functools
import os
import time

from link import Link
from tricks import trick

MIB = 1 << 20
SERVER, CLIENT = ("server",), ("client",)
# A client that does it never comes to a case.
never_opens = functools.partial(trick, opens=False)
# What reports say.
UNOPENED = "opening handshake was never completed"
LATE = UNOPENED + ".*did not finish .in time. the opening handshake"
LONG = UNOPENED + ".*the answer to the opening handshake is too long"
DROPPED = UNOPENED + ".*peer dropped the TCP connection"


@never_opens("says nothing at all", LATE)
def silent(link: Link) -> None:
    link.until_gone()


@never_opens("neither says nor reads anything", LATE)
def dead(link: Link) -> None:
    link.hold()


@never_opens("sends its handshake one octet a second", LATE)
def slow_loris(link: Link) -> None:
    link.dribble(link.opening())


@never_opens("sends one header line without end", LONG)
def endless_line(link: Link) -> None:
    link.send(link.opening()[:-2] + b"X-Endless: ")
    link.flood(b"x")


@never_opens("sends header lines without end", LONG)
def endless_lines(link: Link) -> None:
    link.send(link.opening()[:-2])
    link.flood(b"X-More: " + b"x" * 56 + b"\r\n")


@never_opens("sends a first line without end", LONG)
def endless_first_line(link: Link) -> None:
    link.send(b"HTTP/1.1 101 " if link.is_server else b"GET /")
    link.flood(b"a")


@never_opens("sends a header of 10 MB in one line", LONG)
def header_of_10_mb(link: Link) -> None:
    link.open(b"X-Large: " + b"x" * 10 * MIB)
    link.behave()


@never_opens("sends a header of 10 MB in a million lines", LONG)
def header_of_a_million_lines(link: Link) -> None:
    link.open(*[b"X: 12345"] * 1000000)
    link.behave()


@never_opens("sends the same header field 5000 times", LONG)
def repeated_field(link: Link) -> None:
    link.open(*[b"Sec-WebSocket-Extensions: permessage-deflate"] * 5000)
    link.behave()


@never_opens("sends blank lines without end before its handshake", "Bad HTTP response status line")
def endless_blank_lines(link: Link) -> None:
    link.flood(b"\r\n")


@never_opens("sends random octets in place of a handshake", UNOPENED)
def garbage_first(link: Link) -> None:
    link.send(os.urandom(4096) + b"\r\n\r\n")
    link.until_gone()


@never_opens("sends zeros in place of a handshake, without end", LONG)
def endless_zeros(link: Link) -> None:
    link.flood(bytes(65536))


@never_opens("speaks TLS in place of HTTP", "Unsupported HTTP version")
def tls_record(link: Link) -> None:
    link.send(bytes.fromhex("160303003a020000360303") + os.urandom(51) + b"\r\n\r\n")
    link.until_gone()


@never_opens("speaks HTTP/2 in place of HTTP/1.1", "Unsupported HTTP version")
def http_2(link: Link) -> None:
    link.send(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes.fromhex("000000040000000000"))
    link.until_gone()


@never_opens("ends its direction at once and keeps the other open", DROPPED)
def fin_first(link: Link) -> None:
    link.fin()
    link.until_gone()


@never_opens("ends its direction in the middle of its handshake", DROPPED)
def fin_in_handshake(link: Link) -> None:
    opening = link.opening()
    link.send(opening[: len(opening) // 2])
    link.fin()
    link.until_gone()


@never_opens("resets at once", DROPPED)
def reset_first(link: Link) -> None:
    link.reset()


@never_opens("resets in the middle of its handshake", DROPPED)
def reset_in_handshake(link: Link) -> None:
    opening = link.opening()
    link.send(opening[: len(opening) // 2])
    time.sleep(0.05)
    link.reset()


@trick("puts NUL, escape and control octets into its header", "^OK / OK")
def control_octets_in_header(link: Link) -> None:
    link.open(b"X-Bad: a\0b\x1b[2J\x07\x7f", b"\0\0: \x80\xff")
    link.behave()


@trick("sends 101 with a body length of a terabyte", "^OK / OK")
def body_of_a_terabyte(link: Link) -> None:
    link.open(b"Content-Length: 1099511627776", b"Transfer-Encoding: chunked")
    link.behave()


@trick("sends its handshake three times over", "RSV = 4 and no extension")
def three_handshakes(link: Link) -> None:
    opening = link.opening()
    link.send(opening * 3)
    link.until_gone()


@trick("names ten thousand extensions", "extension .a. we did not request|^OK / OK")
def many_extensions(link: Link) -> None:
    link.open(b"Sec-WebSocket-Extensions: " + b"a;b=c," * 10000)
    link.behave()


@trick("sends interim answers without end", "upgrade failed .100", SERVER)
def endless_interim_answers(link: Link) -> None:
    link.take_head()
    link.flood(b"HTTP/1.1 100 Continue\r\n\r\n")


@trick("answers with an error and a body without end", "upgrade failed .500", SERVER)
def endless_error_page(link: Link) -> None:
    link.take_head()
    link.send(b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 1099511627776\r\n\r\n")
    link.flood(b"<p>sorry</p>")


@trick("redirects to itself", "upgrade failed .302", SERVER)
def redirect(link: Link) -> None:
    link.take_head()
    link.send(b"HTTP/1.1 302 Found\r\nLocation: /\r\nContent-Length: 0\r\n\r\n")
    link.until_gone()


@trick("asks with a path of 60,000 octets", "^OK / OK", CLIENT)
def long_target(link: Link) -> None:
    link.target += "&x=" + "y" * 60000
    link.open()
    link.behave()


@trick("asks for the case with 15,000 parameters", "^OK / OK", CLIENT)
def many_parameters(link: Link) -> None:
    link.target += "&a=b" * 15000
    link.open()
    link.behave()


@never_opens("asks for resources that there are not", "", CLIENT)
def unknown_resources(link: Link) -> None:
    link.target = "/../../../../etc/passwd"
    link.open()
    link.send_frame(1, b'["sendframe", {"opcode": 99}]')
    link.until_gone()


@never_opens("goes on behind a plain GET, without end", "", CLIENT)
def endless_pipeline(link: Link) -> None:
    link.flood(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
