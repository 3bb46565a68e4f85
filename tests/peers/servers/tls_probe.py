"""A TLS server that says what it sees of a client, and then speaks WebSocket as an echo server.

usage: tls_probe.py CERT KEY [CA]     with CA the client must show a certificate
"""
import asyncio
import json
import ssl
import sys

import websockets

names: list[str | None] = []
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(sys.argv[1], sys.argv[2])
context.set_alpn_protocols(["http/1.1"])
context.sni_callback = lambda _socket, name, _context: names.append(name)
if len(sys.argv) > 3:
    context.load_verify_locations(sys.argv[3])
    context.verify_mode = ssl.CERT_REQUIRED


async def echo(ws, path=None):
    tls = ws.transport.get_extra_info("ssl_object")
    peer = tls.getpeercert()
    print("seen " + json.dumps({
        "sni": names[-1] if names else None, "alpn": tls.selected_alpn_protocol(), "version": tls.version(),
        "client": dict(part[0] for part in peer["subject"]) if peer else None,
        "headers": dict(ws.request_headers.items()), "protocol": ws.subprotocol, "path": ws.path}), flush=True)
    async for message in ws:
        await ws.send(message)


async def main() -> None:
    async with websockets.serve(echo, "127.0.0.1", 0, ssl=context, subprotocols=["chat.v2"]) as server:
        print(f"listening on 127.0.0.1:{server.sockets[0].getsockname()[1]}", flush=True)
        await asyncio.Future()


asyncio.run(main())
