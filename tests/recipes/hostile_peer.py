#!/usr/bin/env python3
"""A WebSocket server whose every text is meant to do harm where it is shown.

usage: hostile_peer.py PORT

Its Server header, messages, pongs and close reasons hold markup, terminal commands, commands of CI
systems, paths and octets that are not UTF-8.
"""
import base64
import hashlib
import socketserver
import struct
import sys

GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MARKUP = b"<script>window.hacked=1</script><img src=x onerror=alert(1)>\"'&]]>-->"
TERMINAL = b"\x1b[31m\x1b]0;title\x07\x9b31m"
COMMANDS = b"::error::hacked ##[error]hacked `x` |[a](javascript:alert(1))|"
PATHS = b"../../../tmp/hostile_peer/x"
NAME = MARKUP + COMMANDS + PATHS + TERMINAL + b"\xff\xfe/1.0"
TEXT = MARKUP + b"\x1b[31m\r\n" + COMMANDS + PATHS + b"\n::error::hacked\n"
REASON = b"<b onclick=x>\x1b[31m\r\n::error::hacked\n../../x"


def frame(opcode: int, payload: bytes) -> bytes:
    head = bytes([0x80 | opcode])
    return head + (bytes([len(payload)]) if len(payload) < 126 else b"\x7e" + struct.pack("!H", len(payload))) + payload


class Peer(socketserver.StreamRequestHandler):
    connections = 0

    def handle(self) -> None:
        key = b""
        while (line := self.rfile.readline(65536)).strip():
            name, _, value = line.partition(b":")
            if name.lower() == b"sec-websocket-key":
                key = value.strip()
        if not key:
            return
        accept = base64.b64encode(hashlib.sha1(key + GUID).digest())
        self.wfile.write(b"HTTP/1.1 101 " + MARKUP + b"\r\nServer: " + NAME + b"\r\nUpgrade: websocket\r\n"
                         b"Connection: Upgrade\r\nSec-WebSocket-Accept: " + accept + b"\r\nX-Evil: " + NAME + b"\r\n\r\n")
        Peer.connections += 1
        self.do_harm(Peer.connections)

    def do_harm(self, number: int) -> None:
        """Every other connection keeps to the rules of frames, so that its texts get further."""
        broken = number % 2 == 0
        text = TEXT + (TERMINAL + b"\xff" if broken else b"")
        self.wfile.write(frame(10, TEXT[:120]) + frame(2, text) + frame(1, text))
        self.wfile.write(frame(8, struct.pack("!H", 4000) + REASON + (b"\xff" if broken else b"")))
        self.connection.settimeout(2)
        try:
            while self.connection.recv(65536):
                pass
        except OSError:
            pass


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def handle_error(self, request: object, client_address: object) -> None:
        """A fuzzer ends connections when it likes."""


if __name__ == "__main__":
    with Server(("127.0.0.1", int(sys.argv[1])), Peer) as server:
        server.serve_forever()
